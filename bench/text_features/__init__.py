"""Free text: ways to reduce it, measured."""
