"""Orders: what a customer wants, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from shop.inventory import Inventory, OutOfStock
from shop.pricing import FREE_POSTAGE_FROM, discount, postage, with_tax


class Status(Enum):
    """Where an order is on its way."""

    OPEN = "open"
    RESERVED = "reserved"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Line:
    """An article and how many of it."""

    sku: str
    quantity: int


@dataclass
class Order:
    """What one customer wants.

    Attributes:
        number: Counted up from 1 each year.
        country: ISO 3166 code, for the tax.
        lines: What was ordered.
        percent: The customer's discount.
        status: Where the order is on its way.
    """

    number: int
    country: str
    lines: list[Line] = field(default_factory=list)
    percent: int = 0
    status: Status = Status.OPEN

    def add(self, sku: str, quantity: int = 1) -> None:
        if self.status is not Status.OPEN:
            raise RuntimeError(f"order {self.number} is {self.status.value}")
        self.lines.append(Line(sku, quantity))

    def total(self, inventory: Inventory, grams: int = 0, *, express: bool = False) -> int:
        net = sum(inventory.articles[line.sku].price * line.quantity for line in self.lines)
        net = discount(net, self.percent)
        if net < FREE_POSTAGE_FROM:
            net += postage(grams, express)
        return with_tax(net, self.country)


def reserve_all(order: Order, inventory: Inventory) -> list[Line]:
    missing = []
    for line in order.lines:
        try:
            inventory.reserve(line.sku, line.quantity)
        except (OutOfStock, KeyError):
            missing.append(line)
    if missing:
        for line in order.lines:
            if line not in missing:
                inventory.release(line.sku, line.quantity)
    else:
        order.status = Status.RESERVED
    return missing


def ship(order: Order, inventory: Inventory) -> None:
    """Send a reserved order on its way.

    Args:
        order: It must be reserved.
        inventory: Where the articles lie.

    Raises:
        RuntimeError: If the order is not reserved.
    """
    if order.status is not Status.RESERVED:
        raise RuntimeError(f"order {order.number} is {order.status.value}")
    for line in order.lines:
        inventory.ship(line.sku, line.quantity)
    order.status = Status.SHIPPED


def best_sellers(orders: Iterable[Order], top: int = 3) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for order in orders:
        if order.status is Status.CANCELLED:
            continue
        for line in order.lines:
            counts[line.sku] += line.quantity
    return counts.most_common(top)


def receipt(order: Order, inventory: Inventory) -> str:
    rows = []
    for line in order.lines:
        article = inventory.articles[line.sku]
        rows.append(str(line.quantity) + " x " + article.name + ": " + str(article.price / 100))
    rows.append("total: " + str(order.total(inventory) / 100))
    return "\n".join(rows)
