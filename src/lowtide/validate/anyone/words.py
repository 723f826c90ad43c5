"""The few sentences that ``lowtide.floor`` says in a Python session, by code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Something that must be known beside a floor: a code and how many it concerns."""

    code: str
    count: int = 0


_REASONS = {
    "one_class": "the target has one class only",
    "too_few_rows": "too few rows",
    "too_few_positives": "too few positive rows",
    "too_few_negatives": "too few negative rows",
    "too_few_groups": "too few groups",
    "too_few_windows": "too few periods",
    "unstable": "most resamples could not be judged",
    "no_trials": "no trial predicted all rows that others predicted",
}

_NOTES = {
    "not_compared": "{n} more {trials} made but {are} not here.",
    "counted": "{n} more {trials} made but {are} not here: the floor is moved by the luck that this adds.",
    "not_kept": "{n} configuration{s} could not be made again: FLAML kept no model of such a learner.",
    "other_folds": "The splitter has no random_state: another call makes other folds.",
    "groups_unchecked": "That no group stood on both sides of a fold was not checked: give folds.",
    "time_unchecked": "That models saw only earlier rows was not checked: give folds as (train, test) pairs.",
    "untested": "{n} row{s} that the folds never test {were} left out.",
    "averaged": "Predictions of {n} repeats are one here; if they are averages, the floor is that of such an average.",
    "first_repeat": "Of {n} repeats the first was used.",
    "threshold": "The floor is that of decisions at .threshold, which was chosen on these rows.",
    "blended": "The floor is that of the blend of {n} trials in .shipped, not of one trial alone.",
    "refitted": "{n} model{s} {were} fitted for these predictions.",
    "failed": "{n} trial{s} failed and could not be compared.",
    "failed_before": "{n} candidate{s} had failed in the search itself and could not have been chosen.",
    "not_bagged": "{n} model{s} without out-of-fold predictions {were} not compared.",
    "weighted": "{n} weighted ensemble{s} {were} left out: such weights saw these rows; the floor repeats the blending.",
    "stacked": "{n} stacked model{s} {are} compared: learnt from out-of-fold predictions of others on these rows.",
    "stopped": "Early stopping may have looked at the held-out rows, which makes these predictions somewhat too good.",
    "prepared": "Columns were prepared once for all rows, without the outcome, as the tool did it.",
    "no_log": "Only configurations that improved are compared: give log= for all of them.",
}


def reason(code: str | None) -> str:
    """Return why there is no floor."""
    return _REASONS.get(code or "", code or "")


def sentence(note: Note) -> str:
    """Return what a note says."""
    one = note.count == 1
    return _NOTES[note.code].format(
        n=note.count,
        s="" if one else "s",
        were="was" if one else "were",
        are="is" if one else "are",
        trials="trial was" if one else "trials were",
    )
