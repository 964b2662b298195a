"""Tests drafted by Hypothesis's ghostwriter, without ever importing or running the user's code.

The ghostwriter wants functions. It gets stand-ins: functions and classes that do nothing, with
the names, modules and signatures that the source text has. Annotations are read from their syntax
and become types of the standard library or stand-ins, by a table; nothing is evaluated.
"""
