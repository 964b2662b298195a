"""Which handler an error belongs to."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException, default_exceptions


def error_class_and_code(
    exc_class_or_code: type[Exception] | int,
) -> tuple[type[Exception], int | None]:
    """What a handler is for: a class of exceptions, and the code if those are HTTP errors."""
    if isinstance(exc_class_or_code, int):
        if exc_class_or_code not in default_exceptions:
            raise ValueError(
                f"'{exc_class_or_code}' is not a recognized HTTP error code. "
                "Use a subclass of HTTPException with that code instead."
            )
        return default_exceptions[exc_class_or_code], exc_class_or_code
    if isinstance(exc_class_or_code, Exception):
        raise TypeError(f"{exc_class_or_code!r} is an instance, not a class.")
    if not issubclass(exc_class_or_code, Exception):
        raise ValueError(f"'{exc_class_or_code.__name__}' is not a subclass of Exception.")
    if issubclass(exc_class_or_code, HTTPException):
        return exc_class_or_code, exc_class_or_code.code
    return exc_class_or_code, None
