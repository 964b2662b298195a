"""What lies on the shelves, and what is promised to somebody."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


class OutOfStock(Exception):
    """There is not enough of an article left."""

    def __init__(self, sku: str, wanted: int, available: int) -> None:
        super().__init__(f"{sku}: {wanted} wanted, {available} available")
        self.sku = sku
        self.wanted = wanted
        self.available = available


@dataclass
class Article:
    """One article as the catalogue has it.

    Attributes:
        sku: The number printed on the shelf, such as "TEA-100".
        name: What customers read.
        price: In cents, without tax.
        on_hand: How many lie on the shelf.
        reserved: How many of those are promised to open orders.
    """

    sku: str
    name: str
    price: int
    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass
class Inventory:
    """All articles by their number."""

    articles: dict[str, Article] = field(default_factory=dict)

    def add(self, article: Article) -> None:
        """Put a new article on the shelf.

        Args:
            article: It must not be there yet.

        Raises:
            ValueError: If the number is taken.
        """
        if article.sku in self.articles:
            raise ValueError(f"{article.sku} is already there")
        self.articles[article.sku] = article

    def reserve(self, sku: str, quantity: int = 1) -> int:
        if quantity < 1:
            raise ValueError("reserve at least one")
        article = self.articles[sku]
        if article.available < quantity:
            raise OutOfStock(sku, quantity, article.available)
        article.reserved += quantity
        return article.available

    def release(self, sku: str, quantity: int = 1) -> None:
        article = self.articles[sku]
        article.reserved = max(0, article.reserved - quantity)

    def ship(self, sku: str, quantity: int = 1) -> None:
        """Take reserved articles off the shelf.

        Args:
            sku: The article's number.
            quantity: How many leave the house.

        Raises:
            OutOfStock: If fewer than that are reserved.
        """
        article = self.articles[sku]
        if article.reserved < quantity:
            raise OutOfStock(sku, quantity, article.reserved)
        article.reserved -= quantity
        article.on_hand -= quantity

    def running_low(self, threshold: int = 5) -> Iterator[Article]:
        for article in sorted(self.articles.values(), key=lambda each: each.sku):
            if article.available < threshold:
                yield article

    def restock(self, deliveries: Iterable[tuple[str, int]], unknown=[]) -> list[str]:
        """Put what was delivered on the shelves.

        Args:
            deliveries: Article numbers and how many of each came.
            unknown: Numbers of articles that nobody knows are added here.

        Returns:
            The numbers of all unknown articles.
        """
        for sku, quantity in deliveries:
            if sku in self.articles:
                self.articles[sku].on_hand += quantity
            else:
                unknown.append(sku)
        return unknown


def load(path: Path, delimiter: str = ";") -> Inventory:
    inventory = Inventory()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=delimiter):
            if not row["sku"]:
                continue
            inventory.add(
                Article(row["sku"], row["name"], int(row["price"]), int(row["on_hand"] or 0))
            )
    return inventory
