"""The actions: one module each, and `menu.ACTIONS`, the table of them.

The table is a module of its own so that whoever needs one name of this package does not load
them all: an editor waits for the server's start.
"""
