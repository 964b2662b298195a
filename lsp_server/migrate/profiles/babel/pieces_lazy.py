"""Flask-Babel's LazyString: a text that is looked up anew whenever it is used."""

from collections.abc import Callable, Iterator
from typing import Any


class LazyString:
    """A text made by calling a function, each time that it is needed, as Flask-Babel's is.

    Outgrow it: call gettext where the text is used, not where it is defined.
    """

    def __init__(self, func: Callable[..., str], *args: Any, **kwargs: Any) -> None:
        self._func = func
        self._args = args
        self._kwargs = kwargs

    def __getattr__(self, attr: str) -> Any:
        # Before pickle has restored the function there is no text to ask.
        if attr == "__setstate__":
            raise AttributeError(attr)
        text = str(self)
        if not hasattr(text, attr):
            raise AttributeError(attr)
        return getattr(text, attr)

    def __repr__(self) -> str:
        return f"l'{self}'"

    def __str__(self) -> str:
        return str(self._func(*self._args, **self._kwargs))

    def __html__(self) -> str:
        return str(self)

    def __len__(self) -> int:
        return len(str(self))

    def __getitem__(self, key: Any) -> str:
        return str(self)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __contains__(self, item: str) -> bool:
        return item in str(self)

    def __add__(self, other: Any) -> Any:
        return str(self) + other

    def __radd__(self, other: Any) -> Any:
        return other + str(self)

    def __mul__(self, other: Any) -> Any:
        return str(self) * other

    def __rmul__(self, other: Any) -> Any:
        return other * str(self)

    def __lt__(self, other: Any) -> Any:
        return str(self) < other

    def __le__(self, other: Any) -> Any:
        return str(self) <= other

    def __eq__(self, other: object) -> Any:
        return str(self) == other

    def __ne__(self, other: object) -> Any:
        return str(self) != other

    def __gt__(self, other: Any) -> Any:
        return str(self) > other

    def __ge__(self, other: Any) -> Any:
        return str(self) >= other

    def __hash__(self) -> int:
        return hash(str(self))

    def __mod__(self, other: Any) -> Any:
        return str(self) % other

    def __rmod__(self, other: Any) -> Any:
        # Flask-Babel adds here, too.
        return other + str(self)
