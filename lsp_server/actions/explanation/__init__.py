"""Explanations read off the syntax tree, as Markdown in English and Chinese."""
