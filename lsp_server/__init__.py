"""Penna: a language server with a private model behind it."""

__version__ = "0.1.0"
