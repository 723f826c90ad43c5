"""The bound of a mean of skewed losses, on errors of known law."""
