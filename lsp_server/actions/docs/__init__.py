"""Docs: what they say, in which convention, and in which form they stand in the source."""
