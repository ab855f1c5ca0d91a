"""Membership inference attacks: one idea a file, each a function from what the adversary may see to one score per example."""
