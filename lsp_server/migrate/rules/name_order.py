"""The orders in which projects sort the names of an import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

Order: TypeAlias = Callable[[str], tuple[int, str]]


def order_of(*groups: Sequence[str]) -> Order | None:
    """The first order in which the names of every group are sorted; None if there is none."""
    return next((order for order in _ORDERS if all(_is_sorted(g, order) for g in groups)), None)


def _is_sorted(names: Sequence[str], order: Order) -> bool:
    keys = [order(name) for name in names]
    return keys == sorted(keys)


def _by_type(name: str) -> tuple[int, str]:
    """Constants, classes, variables, as isort and Ruff sort by default."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2), name


_ORDERS: tuple[Order, ...] = (_by_type, lambda name: (0, name), lambda name: (0, name.lower()))
