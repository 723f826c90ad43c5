"""Estimators of expected score and floor, all behind one contract (`lowtide.validate.estimators.estimator`)."""
