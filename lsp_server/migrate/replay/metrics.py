"""Prometheus' text format without what is measured: no two runs measure the same.

Times and sizes are left out (`_bucket`, `_sum`, `_created`), and the figures of the process. How
often something happened, and with which labels, is compared.
"""

import re
from typing import Final

START: Final = ("# HELP ", "# TYPE ")
MEASURED: Final = re.compile(
    r"^((?:process_|python_gc_)\w+|\w+_(?:bucket|sum|created))((?:\{.*\})?) \S+", re.MULTILINE
)


def without_measures(text: str) -> str:
    """The page with `(measured)` for each measured value; another text as it is."""
    return MEASURED.sub(r"\1\2 (measured)", text) if text.startswith(START) else text
