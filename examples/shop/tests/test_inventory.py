"""The shelves: nothing is promised twice, nothing is shipped that was not promised."""

from pathlib import Path

import pytest

from shop.inventory import Article, Inventory, OutOfStock, load


@pytest.fixture
def inventory() -> Inventory:
    shelves = Inventory()
    shelves.add(Article("TEA-100", "Green tea, 100 g", 650, on_hand=12))
    shelves.add(Article("CUP-1", "Cup", 1_200, on_hand=2))
    return shelves


def test_reserving_lowers_what_is_available(inventory: Inventory) -> None:
    assert inventory.reserve("TEA-100", 5) == 7
    assert inventory.articles["TEA-100"].on_hand == 12


def test_more_than_there_is_cannot_be_reserved(inventory: Inventory) -> None:
    with pytest.raises(OutOfStock) as refusal:
        inventory.reserve("CUP-1", 3)
    assert refusal.value.available == 2


def test_released_articles_can_be_reserved_again(inventory: Inventory) -> None:
    inventory.reserve("CUP-1", 2)
    inventory.release("CUP-1")
    assert inventory.reserve("CUP-1") == 0


def test_only_reserved_articles_are_shipped(inventory: Inventory) -> None:
    inventory.reserve("TEA-100", 2)
    inventory.ship("TEA-100", 2)
    assert inventory.articles["TEA-100"].on_hand == 10
    with pytest.raises(OutOfStock):
        inventory.ship("TEA-100")


def test_articles_that_run_low_are_listed_by_number(inventory: Inventory) -> None:
    assert [article.sku for article in inventory.running_low()] == ["CUP-1"]


def test_a_file_fills_the_shelves(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("sku;name;price;on_hand\nTEA-50;绿茶;350;4\n;;;\n", encoding="utf-8")
    assert load(path).articles["TEA-50"].name == "绿茶"
