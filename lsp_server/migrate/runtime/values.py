"""The few types and marks that all the pieces share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# Stands for an argument that was not given, where None means something.
UNSET: Any = object()
