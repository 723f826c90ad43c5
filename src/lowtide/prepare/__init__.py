"""From roles to a numeric matrix: fitted inside a fold, the same bits for whole tables and single rows."""

from lowtide.prepare.preparation import Preparation, fit, fit_transform

__all__ = ["Preparation", "fit", "fit_transform"]
