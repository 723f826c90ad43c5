"""The floor for anyone: out-of-fold predictions of any tool, scikit-learn's splitters and scorers.

Nothing is imported here; the public names are `lowtide.floor` and `lowtide.out_of_fold`.
"""
