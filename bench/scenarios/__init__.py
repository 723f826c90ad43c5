"""Whether the floors of scenarios hold."""
