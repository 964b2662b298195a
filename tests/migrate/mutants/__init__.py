"""Mistakes that a migration could make, one at a time, and how many of them the checks catch."""
