"""One open document of the tests' editor: a text, its version, and positions counted plainly."""

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
UNIT = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@dataclass
class Buffer:
    """Offsets are code points; every change raises the version."""

    text: str
    version: int = 1

    def typed(self, at: int, text: str, encoding: str) -> Json:
        """Insert, and return the change as the server is to hear of it."""
        change = {"range": self.range(at, at, encoding), "text": text}
        self._replace(at, at, text)
        return change

    def applied(self, edit: Json, encoding: str) -> Json:
        """Apply a text edit, and return the change."""
        start = self.offset(edit["range"]["start"], encoding)
        end = self.offset(edit["range"]["end"], encoding)
        self._replace(start, end, edit["newText"])
        return {"range": edit["range"], "text": edit["newText"]}

    def range(self, start: int, end: int, encoding: str) -> Json:
        return {"start": self.position(start, encoding), "end": self.position(end, encoding)}

    def position(self, at: int, encoding: str) -> Json:
        lines = re.split(r"\r\n|\n|\r", self.text[:at])
        codec, size = UNIT[encoding]
        return {"line": len(lines) - 1, "character": len(lines[-1].encode(codec)) // size}

    def offset(self, position: Json, encoding: str) -> int:
        starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", self.text))]
        codec, size = UNIT[encoding]
        start = starts[position["line"]]
        encoded = self.text[start:].encode(codec)[: position["character"] * size]
        return start + len(encoded.decode(codec))

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self.version += 1
