"""Orders: all of it or nothing, and every total to the cent."""

import pytest

from shop.inventory import Article, Inventory
from shop.orders import Order, Status, best_sellers, receipt, reserve_all, ship


@pytest.fixture
def inventory() -> Inventory:
    shelves = Inventory()
    shelves.add(Article("TEA-100", "Green tea", 650, on_hand=12))
    shelves.add(Article("CUP-1", "Cup", 1_200, on_hand=2))
    return shelves


def test_an_order_is_reserved_as_a_whole(inventory: Inventory) -> None:
    order = Order(1, "DE")
    order.add("TEA-100", 2)
    order.add("CUP-1", 3)
    assert [line.sku for line in reserve_all(order, inventory)] == ["CUP-1"]
    assert inventory.articles["TEA-100"].reserved == 0
    assert order.status is Status.OPEN


def test_a_reserved_order_can_be_shipped_once(inventory: Inventory) -> None:
    order = Order(2, "FR")
    order.add("TEA-100")
    assert reserve_all(order, inventory) == []
    ship(order, inventory)
    assert order.status is Status.SHIPPED
    with pytest.raises(RuntimeError, match="shipped"):
        ship(order, inventory)


def test_the_total_has_discount_postage_and_tax(inventory: Inventory) -> None:
    order = Order(3, "NL", percent=10)
    order.add("TEA-100", 2)
    assert order.total(inventory, grams=250) == round((1_170 + 380) * 1.21)


def test_large_orders_are_sent_free(inventory: Inventory) -> None:
    order = Order(4, "CH")
    order.add("CUP-1", 5)
    assert order.total(inventory, grams=4_000) == 6_480


def test_cancelled_orders_sell_nothing(inventory: Inventory) -> None:
    sold, cancelled = Order(5, "DE"), Order(6, "DE")
    sold.add("CUP-1", 2)
    cancelled.add("TEA-100", 9)
    cancelled.status = Status.CANCELLED
    assert best_sellers([sold, cancelled]) == [("CUP-1", 2)]


def test_a_receipt_names_every_line(inventory: Inventory) -> None:
    order = Order(7, "DE")
    order.add("TEA-100", 2)
    assert receipt(order, inventory).startswith("2 x Green tea: 6.5\n")
