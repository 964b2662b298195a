"""What is asked for in the editors: a file, an action, the reply, and the text after it.

The texts hold characters of one to four bytes, so that a wrong position encoding shows. `above`
and `below` stand once each in the file and begin a line's search; the user types behind them.
"""

from dataclasses import dataclass, replace

ABOVE = "RATE = 0"
BELOW = "LAST = l"
TYPED_ABOVE = "  # Zoë 茶 types while it is written"
TYPED_BELOW = "  # and here, und hier"

PRICES = '''\
"""Prices of a small shop: 茶 🍵."""

RATE = 0.19


def gross(net, discount=0.0, *, places=2):
    if net < 0:
        raise ValueError("a price is not negative 🍵")
    reduced = net * (1 - discount)
    return round(reduced * (1 + RATE), places)


def label(name, price):
    return f"{name}: {price}"


LAST = label("茶 🍵", gross(2.5))
'''

DOC = """\
Add the tax to a net price, after the discount.

The discount is taken off first; the tax is that of RATE, and it is
computed on what is left. A net price of zero stays zero. Amounts
are plain numbers, in the currency of the caller: € or 元, 🍵 or not.

Rounding is the last step. It follows `round`, so halves go to the
even neighbour, and a sum of rounded prices may differ by a cent
from the rounded sum.

Args:
    net: The price before tax, which must not be negative.
    discount: The part taken off, between 0 for none and 1 for
        everything.
    places: How many digits are kept behind the point; negative
        numbers round to tens and hundreds.

Returns:
    The price with its tax, as the customer pays it.

Raises:
    ValueError: If the net price is negative.
"""

HEAD = "def gross(net, discount=0.0, *, places=2):\n"
SIGNATURE, _, BODY = PRICES.partition(HEAD)
INDENTED = "".join(
    f"    {line}" if line.strip() else line for line in DOC.splitlines(keepends=True)
)
DOCUMENTED = f'{SIGNATURE}{HEAD}    """{INDENTED.lstrip()}    """\n{BODY}'

STOCK = '''\
"""What lies on the shelves: 茶 🍵."""

RATE = 0.19

# Say quantity instead of amount.
def taken(shelf, name, amount):
    """Take something off a shelf."""
    if amount < 0:
        raise ValueError("amount")
    left = shelf[name] - amount
    if left < 0:
        raise LookupError(f"{name} 🍵: {amount}")
    shelf[name] = left
    return shelf


def filled(shelf, name, amount, limit=100):
    """Put something on a shelf."""
    if amount < 0:
        raise ValueError("amount")
    there = shelf.get(name, 0) + amount
    if there > limit:
        raise OverflowError(f"{name} 茶: {amount}")
    shelf[name] = there
    return shelf


LAST = len("茶 🍵")
'''

FIRST, BEHIND = STOCK.index("def taken"), STOCK.index("\n\nLAST")
SELECTED = (STOCK.count("\n", 0, FIRST) + 1, STOCK.count("\n", 0, BEHIND))
EDITED = STOCK[FIRST:BEHIND].replace("amount", "quantity")

EXPLANATION = """\
# How `gross` works

It turns a net price into what the customer pays: 茶 🍵.

1. A negative price is refused with a `ValueError`.
2. The discount is taken off.
3. The tax of `RATE` comes on top.
4. The sum is rounded to `places` digits.

## What is easy to miss

* The rate is read when the function runs, not when it is defined.
* Halves are rounded to the even neighbour.

```python
gross(100)
```
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """`lines` are the first and last selected, counted from 1; one line means the cursor."""

    file: str
    text: str
    kind: str
    lines: tuple[int, int]
    after: str

    def with_typing(self, text: str) -> str:
        """`text` with what the user typed above and below."""
        found = text
        for marker, typed in ((ABOVE, TYPED_ABOVE), (BELOW, TYPED_BELOW)):
            start = found.index(marker)
            end = start + len(found[start:].splitlines()[0])
            found = found[:end] + typed + found[end:]
        return found


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


DOCS = Scene("prices.py", PRICES, "source.draftDocs", (6, 6), DOCUMENTED)
EDIT = Scene(
    "stock.py",
    _crlf(STOCK),
    "refactor.rewrite.edit",
    SELECTED,
    _crlf(STOCK[:FIRST] + EDITED + STOCK[BEHIND:]),
)
# Nothing in the file says what to do: the instruction is given with the command.
INSTRUCTION = "Say quantity instead of amount."
SILENT = "Take, and fill."
TOLD = replace(
    EDIT, text=EDIT.text.replace(INSTRUCTION, SILENT), after=EDIT.after.replace(INSTRUCTION, SILENT)
)
EXPLAIN = Scene("prices.py", PRICES, "source.explain", (6, 6), PRICES)

# A view that needs an extension; its last use goes, and so does an import.
LIMITED = """\
from flask import Flask, jsonify
from flask_shout import shout
from flask_shout.words import LOUD

app = Flask(__name__)


@app.route("/茶/<int:n>")
@shout(LOUD)
def tea(n):  # 🍵
    return jsonify(n=n)
"""
QUIET = """\
@app.route("/茶/<int:n>")
def tea(n):  # 🍵
    if request.args.get("loud"):
        return jsonify(N=n)
    return jsonify(n=n)
"""
EXTENSION = Scene(
    "tea.py",
    _crlf(LIMITED),
    "refactor.rewrite.replaceExtension",
    (10, 10),
    _crlf(
        LIMITED[: LIMITED.index("from flask_shout")]
        + "from flask import request\n"
        + LIMITED[LIMITED.index("\napp =") : LIMITED.index("@app")]
        + QUIET
    ),
)

# A substring of the prompt, and the reply to it.
SCRIPTS = {
    "Write the docstring for `gross`": DOC,
    "Say quantity instead of amount": f"```python\n{EDITED}\n```\n",
    "Explain `gross` to a programmer": EXPLANATION,
    "does the same without Flask-Shout": f"```python\n{QUIET}```\n",
}
