"""The rehearsal: scenes of the example project whose replies are known beforehand.

The replies have the faults that small models have: a sentence before the code, fences, thoughts,
indentation lost. `SCRIPTS` is what the scripted model answers to which words of a prompt.
"""

from collections.abc import Mapping
from typing import Final

from lsp_server.lsp.demo.scenes import Scene

EXPLANATION: Final = """\
<think>
The function reserves lines of an order, so I should explain the rollback.
</think>
`reserve_all` promises every line of an order to its customer, or none at all.

1. It tries each line in turn and notes those that cannot be reserved, because the article is
   unknown (`KeyError`) or too few are left (`OutOfStock`).
2. If any line is missing, the others are **released** again, and the order stays open.
3. Otherwise the order's status becomes `Status.RESERVED`.

Easy to miss: a line that occurs twice with equal numbers counts as one when it is released,
since `line not in missing` compares values. 请注意：两行相同的商品会被视为同一行。
"""

DOCSTRING: Final = """\
```text
What the customer has to pay, in cents.

The discount comes off first, then postage is added unless the order is large, then tax.

Args:
    inventory: Where the prices are looked up.
    grams: The weight of the parcel.
    express: Whether it goes by express, at twice the fee.

Returns:
    The total with tax.
```
"""

FORMAT_PRICE: Final = '''\
Here is the function:

```python
def format_price(cents: int, currency: str = "EUR") -> str:
    """A price as customers read it, such as "1,234.56 EUR"."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02} {currency}"
```

This handles negative amounts as requested.
'''

RECEIPT: Final = """\
```python
def receipt(order: Order, inventory: Inventory) -> str:
    rows = []
    for line in order.lines:
        article = inventory.articles[line.sku]
        rows.append(f"{line.quantity} x {article.name}: {article.price / 100}")
    rows.append(f"total: {order.total(inventory) / 100}")
    return "\\n".join(rows)
```
"""

RESTOCK: Final = '''\
```python
def restock(
    self, deliveries: Iterable[tuple[str, int]], unknown: list[str] | None = None
) -> list[str]:
    """Put what was delivered on the shelves.

    Args:
        deliveries: Article numbers and how many of each came.
        unknown: Numbers of articles that nobody knows are added here.

    Returns:
        The numbers of all unknown articles.
    """
    unknown = [] if unknown is None else unknown
    for sku, quantity in deliveries:
        if sku in self.articles:
            self.articles[sku].on_hand += quantity
        else:
            unknown.append(sku)
    return unknown
```
'''

TESTS: Final = """\
```python
import pytest

from shop.pricing import discount


@pytest.mark.parametrize(("total", "percent", "left"), [(1000, 0, 1000), (999, 10, 899)])
def test_a_discount_is_rounded_to_the_customers_advantage(total, percent, left):
    assert discount(total, percent) == left


def test_more_than_everything_cannot_be_taken_off():
    with pytest.raises(ValueError, match="no percentage"):
        discount(100, 101)
```
"""

NOTES: Final = """\
- 每天早上先核对货架上的数量，再处理新的订单。
- 绿茶（TEA-100）和杯子（CUP-1）卖得最快，库存低于五件时要马上补货。
- 任何一件商品缺货，整张订单都不预留，并在当天通知客户。
"""

# First match wins, in a user prompt that is made of prompts/*.md.
_KEYS: Final[Mapping[str, str]] = {
    "with pytest, for the file": TESTS,
    "Correct what is reported below": RESTOCK,
    "as the text itself and not in a code block": NOTES,
    "Keep what the instruction does not speak of": RECEIPT,
    "Write the code that belongs at": FORMAT_PRICE,
    "to a programmer who knows": EXPLANATION,
    "for `Order.total`": DOCSTRING,
}
SCRIPTS: Final[Mapping[str, str]] = {**_KEYS, "": "This was not rehearsed.\n"}

SCENES: Final[tuple[Scene, ...]] = (
    Scene(
        "explain",
        "src/shop/orders.py",
        "reserve_all(order: Order",
        typed="# I type on up here",
        reply=EXPLANATION.partition("</think>\n")[2],
    ),
    Scene(
        "draftDocs",
        "src/shop/orders.py",
        "total(self, inventory",
        typed="# 用户同时在打字",
        reply=DOCSTRING,
    ),
    Scene(
        "generateCode",
        "src/shop/pricing.py",
        "# TODO: write",
        "in front",
        typed="# prices in cents",
        reply=FORMAT_PRICE[FORMAT_PRICE.index("```") : FORMAT_PRICE.rindex("```")],
    ),
    Scene(
        "editSelection",
        "src/shop/orders.py",
        "def receipt(",
        'return "\\n".join(rows)\n',
        instruction="Use f-strings.",
        typed="# 再来一行",
        reply=RECEIPT,
    ),
    Scene(
        "fix",
        "src/shop/inventory.py",
        "unknown=[]",
        "unknown=[]",
        diagnostic="Do not use mutable data structures for argument defaults",
        typed="# and here",
        reply=RESTOCK,
    ),
    Scene(
        "generateTests",
        "src/shop/pricing.py",
        "discount(total: int",
        typed="# 写测试",
        reply=TESTS,
    ),
    Scene(
        "editSelection",
        "NOTES.md",
        "每天早上",
        "通知客户。\n",
        instruction="改成列表",
        typed="<!-- 用户在此 -->",
        reply=NOTES,
    ),
)
