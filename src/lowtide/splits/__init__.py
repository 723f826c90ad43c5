"""How held-out data is made: rows, groups, the future; chosen by evidence and verified as used."""
