"""From what a customer sends to a typed table with a read contract."""
