"""The few types and marks that all the pieces share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

Class = TypeVar("Class", bound=type[Any])

# Stands for an argument that was not given, where None means something.
UNSET: Any = object()


def called(name: str) -> Callable[[Class], Class]:
    """Give a class the name that it had before, which answers and logs tell."""

    def decorate(cls: Class) -> Class:
        cls.__name__ = cls.__qualname__ = name
        return cls

    return decorate
