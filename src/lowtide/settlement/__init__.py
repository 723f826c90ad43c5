"""Outcomes against the promise: evidence that may be looked at every day."""
