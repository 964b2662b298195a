"""Reading a field of a JSON object as the type it must have, or refusing it in one sentence."""

from collections.abc import Iterable, Mapping
from typing import TypeGuard

MAX_DEPTH = 64
"""Levels of a value that may have any form: a tool, a schema."""


class BadRequest(Exception):
    """One sentence for the client, and the OpenAI error code if there is one."""

    def __init__(self, message: str, code: str | None = None, **details: int) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


def mapping(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Empty if not given."""
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise BadRequest(f"'{name}' must be an object.")
    return value


def flag(fields: Mapping[str, object], name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise BadRequest(f"'{name}' must be true or false.")
    return value


def integer(fields: Mapping[str, object], name: str, default: int, span: tuple[int, int]) -> int:
    """`span` is the lowest and the highest value that may be given."""
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not span[0] <= value <= span[1]:
        raise BadRequest(f"'{name}' must be a whole number from {span[0]} to {span[1]}.")
    return value


def number(
    fields: Mapping[str, object], name: str, default: float, span: tuple[float, float]
) -> float:
    """`span` is the lowest and the highest value that may be given; NaN is in none."""
    value = fields.get(name, default)
    if not is_number(value):
        raise BadRequest(f"'{name}' must be a number.")
    if not span[0] <= value <= span[1]:
        raise BadRequest(f"'{name}' must be a number from {span[0]} to {span[1]}.")
    return float(value)


def text(fields: Mapping[str, object], name: str, default: str) -> str:
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise BadRequest(f"'{name}' must be a string.")
    return real_text(name, value)


def real_text(where: str, text: str) -> str:
    """JSON can spell half a surrogate pair, which is no character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"'{where}' holds half a surrogate pair, which is no text.") from error
    return text


def is_number(value: object) -> TypeGuard[int | float]:
    """true is no number in JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_depth(where: str, value: object) -> None:
    """So that whoever walks through a value of any form can recurse."""
    level, n_levels = [value], 0
    while level:
        level = [inner for outer in level for inner in _inside(outer)]
        n_levels += 1
        if n_levels > MAX_DEPTH:
            raise BadRequest(f"'{where}' is nested more than {MAX_DEPTH} levels deep.")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
