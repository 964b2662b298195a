"""Texts of control tokens inside what a client wrote are text, not control.

A user who edits a tokenizer's source must not end his own turn with it, and a tool's result must
not begin another one. Such texts pass the chat template as placeholders of noncharacters, and are
tokenized as plain text behind it.
"""

import re
from collections.abc import Iterator, Sequence

OPEN, CLOSE = "\ufdd0", "\ufdd1"
PLACEHOLDER = re.compile(f"{OPEN}(\\d+){CLOSE}")


def unsafe_pattern(control_texts: Sequence[str]) -> re.Pattern[str]:
    """All that must not reach the template; the longest first."""
    unsafe = sorted((*control_texts, OPEN, CLOSE), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, unsafe)))


class HiddenTexts:
    """What was hidden for one prompt."""

    def __init__(self, unsafe: re.Pattern[str]) -> None:
        self._unsafe = unsafe
        self._texts: list[str] = []

    def hide(self, value: object) -> object:
        """The same value with placeholders in all of its texts."""
        if isinstance(value, str):
            return self._unsafe.sub(self._placeholder, value)
        if isinstance(value, dict):
            return {self.hide(name): self.hide(inner) for name, inner in value.items()}
        return [self.hide(inner) for inner in value] if isinstance(value, list) else value

    def parts(self, rendered: str) -> Iterator[tuple[str, bool]]:
        """The text in pieces, and whether each is one of the hidden."""
        for index, part in enumerate(PLACEHOLDER.split(rendered)):
            yield (self._texts[int(part)], True) if index % 2 else (part, False)

    def _placeholder(self, match: re.Match[str]) -> str:
        self._texts.append(match.group())
        return f"{OPEN}{len(self._texts) - 1}{CLOSE}"
