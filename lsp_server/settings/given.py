"""The options of one layer, read name by name; what cannot be used becomes a message.

Names are compared without case, `_` and `-`, so that camelCase and snake_case are one name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, TypeVar
from urllib.parse import urlsplit

Value = TypeVar("Value")
Default = TypeVar("Default")

# Clients set these under our section for themselves.
FOREIGN: Final = frozenset({"trace"})


class Given:
    """What `options` hold. A value of None (JSON's null) counts as not given.

    The table `style` is read as if its names stood beside the others.
    """

    def __init__(self, options: Mapping[str, object], names: Sequence[str]) -> None:
        self.messages: list[str] = []
        self._names = {plain(name): name for name in names}
        self._values: dict[str, tuple[str, object]] = {}
        self._read(options)

    def choice(self, name: str, allowed: Sequence[Value], default: Default) -> Value | Default:
        """One of `allowed`."""

        def one(value: object) -> Value:
            for candidate in allowed:
                if value == candidate:
                    return candidate
            raise ValueError("one of " + ", ".join(str(candidate) for candidate in allowed))

        return self.checked(name, one, default)

    def text(self, name: str, default: Default) -> str | Default:
        """A text that is not blank."""
        return self.checked(name, text, default)

    def checked(
        self, name: str, read: Callable[[object], Value], default: Default
    ) -> Value | Default:
        """What `read` makes of the value; it raises ValueError with what would be right."""
        if name not in self._values:
            return default
        key, value = self._values[name]
        try:
            return read(value)
        except ValueError as error:
            kept = f"`{default}` is used" if default is not None else "it is left out"
            self.messages.append(f'"{key}" must be {error}, not {value!r}: {kept}.')
            return default

    def _read(self, options: Mapping[str, object]) -> None:
        for key, value in options.items():
            name = self._names.get(plain(key))
            if name == "style" and isinstance(value, Mapping):
                self._read(value)
            elif name == "style" and value is not None:
                self.messages.append(f'"{key}" must be a table of style settings, not {value!r}.')
            elif name is None:
                self._tell_unknown(key)
            elif value is not None:
                self._values[name] = (key, value)

    def _tell_unknown(self, key: str) -> None:
        if plain(key) in FOREIGN:
            return
        near = get_close_matches(plain(key), self._names, 1, 0.6)
        name = self._names[near[0]] if near else ""
        hint = f': did you mean "{as_spelled(name, key)}"?' if name else ": it is left out."
        self.messages.append(f'There is no setting "{key}"{hint}')


def plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def as_spelled(name: str, like: str) -> str:
    """`name` in camelCase, unless `like` is spelled with `_`."""
    if "_" in like:
        return name
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text")
    return value


def url(value: object) -> str:
    """An HTTP address, without the slash at its end."""
    if not isinstance(value, str) or not _is_http(value):
        raise ValueError('an address such as "http://localhost:8080/v1"')
    return value.rstrip("/")


def _is_http(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def number(least: float, most: float) -> Callable[[object], float]:
    """Reads a number from `least` to `most`."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"a number from {least:g} to {most:g}")
        if not least <= value <= most:
            raise ValueError(f"from {least:g} to {most:g}")
        return float(value)

    return read


def whole(least: int, most: int) -> Callable[[object], int]:
    """Reads a whole number; one with a fraction of zero (as Lua sends it) is whole."""

    def read(value: object) -> int:
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_whole:
            raise ValueError(f"a whole number from {least} to {most}")
        if not least <= value <= most:
            raise ValueError(f"from {least} to {most}")
        return int(value)

    return read
