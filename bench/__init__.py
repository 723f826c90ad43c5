"""Measurements of lowtide against the truth and against others: ``python -m bench NAME``."""
