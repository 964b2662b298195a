"""What travels inside a command's argument: plain JSON, read back with distrust."""

from collections.abc import Mapping
from typing import Any

from lsprotocol import types

_START = types.Range(types.Position(0, 0), types.Position(0, 0))


def range_to(place: types.Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": place.start.line, "character": place.start.character},
        "end": {"line": place.end.line, "character": place.end.character},
    }


def range_from(given: Any) -> types.Range:
    """The start of the document where none is given, or what is given is no range."""
    try:
        return types.Range(_position(given["start"]), _position(given["end"]))
    except (KeyError, TypeError, ValueError):
        return _START


def diagnostic_to(diagnostic: types.Diagnostic) -> dict[str, object]:
    return {
        "range": range_to(diagnostic.range),
        "message": diagnostic.message,
        "source": diagnostic.source or "",
        "code": str(diagnostic.code or ""),
    }


def diagnostics_from(given: Any) -> list[types.Diagnostic]:
    if not isinstance(given, list | tuple):
        return []
    return [_diagnostic(each) for each in given if isinstance(each, Mapping)]


def _diagnostic(given: Mapping[str, Any]) -> types.Diagnostic:
    return types.Diagnostic(
        range=range_from(given.get("range")),
        message=str(given.get("message", "")),
        source=str(given.get("source", "")),
        code=str(given.get("code", "")),
    )


def _position(given: Any) -> types.Position:
    return types.Position(int(given["line"]), int(given["character"]))
