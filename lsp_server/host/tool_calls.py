"""The tool calls in a reply, as models of Qwen's and Hermes' kind write them.

    <tool_call>
    {"name": "read_file", "arguments": {"path": "a.py"}}
    </tool_call>

A text is cut into what is said and what is called while it comes, and nothing depends on where
its pieces were cut. What does not parse, or calls what was not offered, stays text, every byte of
it. Blanks around a call are no text. Whether the arguments fit the tool is not looked at; a call
that is demanded (`tool_choice`) cannot but fit, by its grammar.
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from lsp_server.host import json_schema

OPEN, CLOSE = "<tool_call>", "</tool_call>"
_OPENING = re.compile(rf"\s*{OPEN}")


@dataclass(frozen=True, slots=True)
class Called:
    """`arguments` is the JSON text of an object."""

    name: str
    arguments: str
    id: str


def grammar(parameters: Mapping[str, object]) -> str:
    """Of one call, of any of these: names and the schemas of their arguments. Raises BadRequest."""
    return json_schema.to_alternatives([
        (f'{OPEN}\n{{"name": {json.dumps(name, ensure_ascii=False)}, "arguments": ', schema,
         f"}}\n{CLOSE}")
        for name, schema in parameters.items()
    ])  # fmt: skip


class ToolCallStream:
    """`names` are those of the tools that may be called."""

    def __init__(self, names: Set[str]) -> None:
        self._names = names
        self._held = ""
        self._is_behind_call = False

    def push(self, text: str) -> list[str | Called]:
        """What is now certain."""
        self._held += text
        return [part for part in self._parts() if part]

    def close(self) -> list[str | Called]:
        """The rest; a whole call counts without its closing tag, too."""
        opening = _OPENING.match(self._held)
        called = self._called(self._held[opening.end() :]) if opening else None
        if called is not None:
            return [called]
        rest = self._held.lstrip() if self._is_behind_call else self._held
        return [rest] if rest else []

    def _parts(self) -> Iterator[str | Called]:
        while True:
            if self._is_behind_call:
                self._held = self._held.lstrip()
            opening = _OPENING.search(self._held)
            if opening is None:
                yield self._release(len(self._held) - _n_held(self._held))
                return
            yield self._release(opening.start())
            n_opening = opening.end() - opening.start()
            end = self._held.find(CLOSE, n_opening)
            if end < 0:
                return
            called = self._called(self._held[n_opening:end])
            if called is None:
                yield self._release(n_opening)
            else:
                self._held = self._held[end + len(CLOSE) :]
                self._is_behind_call = True
                yield called

    def _release(self, n: int) -> str:
        text, self._held = self._held[:n], self._held[n:]
        if text:
            self._is_behind_call = False
        return text

    def _called(self, body: str) -> Called | None:
        try:
            value = json.loads(body, parse_constant=_refuse)
            name, arguments = value["name"], value.get("arguments", {})
            if name not in self._names or not isinstance(arguments, dict):
                return None
            text = json.dumps(arguments, ensure_ascii=False)
            text.encode()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        return Called(name, text, f"call_{uuid.uuid4().hex[:24]}")


def _n_held(text: str) -> int:
    """The length of the longest end that may begin a call: blanks, and a part of the tag."""
    at = next((n for n in range(len(OPEN) - 1, 0, -1) if text.endswith(OPEN[:n])), 0)
    return len(text) - len(text[: len(text) - at].rstrip())


def _refuse(name: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)
