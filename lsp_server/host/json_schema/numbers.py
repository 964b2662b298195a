"""Numbers within bounds, digit by digit."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from lsp_server.host.json_fields import BadRequest, is_number
from lsp_server.host.json_schema.keywords import Schema

LIMIT = 10**15 - 1
"""Where a bound is not given: a float has all whole numbers up to there."""

MAX_DIGITS = 40
FREE_DIGITS = 15
INTEGER = '"-"? ("0" | [1-9] [0-9]{0,14})'
NUMBER = f'{INTEGER} ("." [0-9]{{1,{FREE_DIGITS}}})? ([eE] [-+]? [1-9] [0-9]?)?'


def integers(schema: Schema) -> list[str]:
    """The ways to write one that fits; none if none does."""
    low, opens_low = _bound(schema, "minimum", "exclusiveMinimum")
    high, opens_high = _bound(schema, "maximum", "exclusiveMaximum")
    if low is None and high is None:
        return [INTEGER]
    low, high = _filled(low, high)
    # Decimal's // rounds towards zero.
    lowest = int(low.to_integral_value(ROUND_CEILING))
    highest = int(high.to_integral_value(ROUND_FLOOR))
    lowest = lowest if not (opens_low and lowest == low) else lowest + 1
    highest = highest if not (opens_high and highest == high) else highest - 1
    return list(_signed(lowest, highest))


def numbers(schema: Schema) -> list[str]:
    """As `integers`, with a fraction."""
    low, opens_low = _bound(schema, "minimum", "exclusiveMinimum")
    high, opens_high = _bound(schema, "maximum", "exclusiveMaximum")
    if low is None and high is None:
        return [NUMBER]
    low, high = _filled(low, high)
    n_decimals = max(_n_decimals(low), _n_decimals(high))
    scale = Decimal(10) ** n_decimals
    first, last = int(low * scale), int(high * scale)
    ways: list[str] = []
    if first < 0:
        # Zero is written without a sign.
        nearest, opens_nearest = (-last, opens_high) if last < 0 else (0, True)
        span = _Span(nearest, -first, opens_nearest, opens_low)
        ways += [f'"-" {way}' for way in span.ways(n_decimals)]
    if last >= 0:
        start, opens_start = (first, opens_low) if first >= 0 else (0, False)
        ways += _Span(start, last, opens_start, opens_high).ways(n_decimals)
    return ways


class _Span:
    """Numbers from `first` to `last`, neither negative, in units of the last decimal."""

    def __init__(self, first: int, last: int, opens_first: bool, opens_last: bool) -> None:
        self._first, self._last = first, last
        self._opens_first, self._opens_last = opens_first, opens_last

    def ways(self, n_decimals: int) -> list[str]:
        point = "" if n_decimals else '"."'
        more = f'("." [0-9]{{1,{FREE_DIGITS}}})?' if point else f"[0-9]{{0,{FREE_DIGITS}}}"
        not_zero = f"{point} [0-9]{{0,{FREE_DIGITS - 1}}} [1-9]"
        first, last = self._first, self._last
        found = [
            f"{way} {more}" for way in _naturals(first + self._opens_first, last - 1, n_decimals)
        ]
        if self._opens_first and first < last:
            found += [f"{way} {not_zero}" for way in _naturals(first, first, n_decimals)]
        if not self._opens_last and first + self._opens_first <= last:
            found += _naturals(last, last, n_decimals)
        return found


def _bound(schema: Schema, name: str, exclusive: str) -> tuple[Decimal | None, bool]:
    """The tighter of the two, and whether it is outside itself."""
    bound, excluded = _decimal(schema, name), schema.get(exclusive)
    if isinstance(excluded, bool):  # As draft 4 had it.
        return bound, excluded
    other = _decimal(schema, exclusive)
    if bound is None or other is None:
        return (bound, False) if other is None else (other, True)
    is_tighter = other >= bound if name == "minimum" else other <= bound
    return (other, True) if is_tighter else (bound, False)


def _decimal(schema: Schema, name: str) -> Decimal | None:
    value = schema.get(name)
    if value is None:
        return None
    if not is_number(value) or value != value or abs(value) == float("inf"):
        raise BadRequest(f"The JSON schema's '{name}' must be a number.")
    if abs(value) >= 10**MAX_DIGITS or _n_decimals(exact := Decimal(repr(value))) > MAX_DIGITS:
        raise BadRequest(f"The JSON schema's '{name}' has more than {MAX_DIGITS} digits.")
    return exact


def _filled(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    if low is None:
        assert high is not None, "one of the bounds is given"
        low = min(Decimal(-LIMIT), high * 10)
    return low, max(Decimal(LIMIT), low * 10) if high is None else high


def _n_decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "the number is finite"
    return max(-exponent, 0)


def _signed(first: int, last: int) -> Iterator[str]:
    if first < 0:
        yield from (f'"-" {way}' for way in _naturals(max(-last, 1), -first, 0))
    yield from _naturals(max(first, 0), last, 0)


def _naturals(first: int, last: int, n_decimals: int) -> Iterator[str]:
    """From `first` to `last`, with a point before the last `n_decimals` digits."""
    for n in range(n_decimals + 1, len(str(max(last, 0))) + n_decimals + 2):
        smallest = 0 if n == n_decimals + 1 else 10 ** (n - 1)
        low, high = max(first, smallest), min(last, 10**n - 1)
        if low <= high:
            yield from _digits(f"{low:0{n}}", f"{high:0{n}}", n_decimals)


def _digits(low: str, high: str, n_decimals: int) -> list[str]:
    """The ways to write what lies between two numbers of the same length."""
    if not low:
        return [""]
    point = '"." ' if len(low) == n_decimals else ""
    first, last, n = int(low[0]), int(high[0]), len(low) - 1
    if first == last:
        rest = _digits(low[1:], high[1:], n_decimals)
        return [f'{point}"{first}" {way}' for way in rest]
    found: list[str] = []
    if low[1:].strip("0"):
        found += [f'{point}"{first}" {way}' for way in _digits(low[1:], "9" * n, n_decimals)]
        first += 1
    if high[1:].strip("9"):
        found += [f'{point}"{last}" {way}' for way in _digits("0" * n, high[1:], n_decimals)]
        last -= 1
    if first <= last:
        found.append(f"{point}[{first}-{last}] {_any_digits(n, n_decimals)}")
    return found


def _any_digits(n: int, n_decimals: int) -> str:
    if not n_decimals or n < n_decimals:
        return f"[0-9]{{{n}}}" if n else ""
    whole = f"[0-9]{{{n - n_decimals}}} " if n > n_decimals else ""
    return f'{whole}"." [0-9]{{{n_decimals}}}'
