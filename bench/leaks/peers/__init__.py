"""Other linters of leaks on the same tables, each in an environment of its own."""
