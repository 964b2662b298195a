"""What things cost: discounts, tax and postage, all in cents."""

from __future__ import annotations

TAX_RATES = {"DE": 19, "FR": 20, "NL": 21, "CH": 8}
FREE_POSTAGE_FROM = 5_000


def net_total(prices: list[int]) -> int:
    return sum(price for price in prices if price > 0)


def discount(total: int, percent: int = 0) -> int:
    """The total after a discount, rounded to the customer's advantage.

    Args:
        total: In cents.
        percent: From 0 to 100.

    Returns:
        What is left to pay, in cents.

    Raises:
        ValueError: If the discount is not a percentage.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} is no percentage")
    return total * (100 - percent) // 100


def with_tax(net: int, country: str) -> int:
    if country not in TAX_RATES:
        raise KeyError(f"no tax rate for {country!r}")
    return net + round(net * TAX_RATES[country] / 100)


def postage(grams: int, express: bool = False) -> int:
    if grams <= 0:
        return 0
    fee = 380 if grams <= 1_000 else 380 + 120 * ((grams - 1) // 1_000)
    return fee * 2 if express else fee


# TODO: write `format_price(cents, currency)`: 123456 and "EUR" become "1,234.56 EUR",
# negative amounts keep their sign in front
