"""The record as a page to look at: charts, figures and notes in one file.

Deliberately absent: scripts, and anything that a browser would have to fetch.
"""
