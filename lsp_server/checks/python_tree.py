"""Python's own parser on text that may be anything: no warning, no crash, no code is run."""

import ast
import warnings


def syntax_error(text: str) -> SyntaxError | None:
    """What Python says against the text, or None if it is valid."""
    try:
        _parse(text)
    except SyntaxError as error:
        return error
    return None


def module(text: str) -> ast.Module | None:
    """The module's tree, or None if the text is not valid Python."""
    try:
        return _parse(text)
    except SyntaxError:
        return None


def _parse(text: str) -> ast.Module:
    """NUL, lone surrogates and too deep nesting are syntax errors as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (ValueError, RecursionError, MemoryError) as error:
            if isinstance(error, SyntaxError):
                raise
            raise SyntaxError(str(error) or type(error).__name__) from error
