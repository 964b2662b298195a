"""The settings: frozen values, parsed once; a bad value falls back and says so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """What a project may choose for itself. None means: look at the project's own files."""

    docstring_style: str | None = None
    test_framework: str | None = None
    reply_language: str | None = None
