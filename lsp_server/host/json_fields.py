"""Reading a field of a JSON object as the type it must have, or refusing it in one sentence."""

from collections.abc import Mapping


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
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(f"'{name}' must be a number.")
    if not span[0] <= value <= span[1]:
        raise BadRequest(f"'{name}' must be a number from {span[0]} to {span[1]}.")
    return float(value)
