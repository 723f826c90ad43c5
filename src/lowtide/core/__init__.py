"""Values that every room shares: no table library, no learner, no words in a language."""
