"""Other tools beside lowtide: what each reports about its own model, and what that model does on untouched rows."""
