"""Which leaks does an audit find: planted ones, documented ones, and how often it cries on clean tables."""
