"""Validators of uploaded files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import marshmallow
from werkzeug.datastructures import FileStorage


class MarshmallowFileSize(marshmallow.validate.Validator):
    """The size lies between `min` and `max`, written as `"2 MiB"`."""

    def __init__(
        self,
        min: str | None = None,
        max: str | None = None,
        min_inclusive: bool = True,
        max_inclusive: bool = True,
        error: str | None = None,
    ) -> None:
        self.min, self.max, self.error = min, max, error
        self.min_inclusive, self.max_inclusive = min_inclusive, max_inclusive
        self.min_size = _bytes_of(min) if min else None
        self.max_size = _bytes_of(max) if max else None

    def _repr_args(self) -> str:
        names = ("min", "max", "min_inclusive", "max_inclusive")
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in names)

    def __call__(self, value: Any) -> Any:
        size = _stored_size(_stored_file(value))
        if self._too_small(size) or self._too_large(size):
            text: str = self.error or self._message()
            raise marshmallow.ValidationError(text.format(input=value, min=self.min, max=self.max))
        return value

    def _too_small(self, size: int) -> bool:
        least = self.min_size
        return least is not None and (size < least or (size == least and not self.min_inclusive))

    def _too_large(self, size: int) -> bool:
        most = self.max_size
        return most is not None and (size > most or (size == most and not self.max_inclusive))

    def _message(self) -> str:
        least = "greater than or equal to" if self.min_inclusive else "greater than"
        most = "less than or equal to" if self.max_inclusive else "less than"
        limits = [f"{least} {{min}}"] if self.min is not None else []
        limits += [f"{most} {{max}}"] if self.max is not None else []
        return f"Must be {' and '.join(limits)}."


class FileType(marshmallow.validate.Validator):
    """The file's name has one of the extensions, as in `FileType([".png"])`."""

    def __init__(self, accept: Iterable[str], error: str | None = None) -> None:
        self.allowed_types = {extension.lower() for extension in accept}
        self.error: str = error or "Not an allowed file type. Allowed file types: [{extensions}]"

    def __call__(self, value: Any) -> Any:
        name = _stored_file(value).filename
        if not name or PurePath(name).suffix.lower() not in self.allowed_types:
            extensions = ",".join(sorted(self.allowed_types))
            raise marshmallow.ValidationError(self.error.format(input=value, extensions=extensions))
        return value


def _stored_file(value: Any) -> FileStorage:
    if not isinstance(value, FileStorage):
        kind = type(value).__name__
        raise TypeError(f"A FileStorage object is required, not {kind!r}")
    return value


def _stored_size(file: FileStorage) -> int:
    position = file.stream.tell()
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(position)
    return size


def _bytes_of(size: str) -> float:
    """`"2 MiB"` in bytes; `b` are bits."""
    match = re.fullmatch(r"([e+\-.\d]+)\s*([kmgtpezy])?(i)?(b)", size.strip(), flags=re.I)
    if match is None:
        raise ValueError(f"Invalid size value: '{size!r}'")
    number, unit, binary, bits = match.groups()
    try:
        amount = float(number)
    except ValueError as error:
        raise ValueError(f"Invalid float value while parsing size: '{number!r}'") from error
    power = "kmgtpezy".index(unit.lower()) + 1 if unit else 0
    factor: int = (1024 if binary else 1000) ** power
    return amount * factor / (8 if bits == "b" else 1)
