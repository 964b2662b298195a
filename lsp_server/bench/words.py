"""Figures and foreign strings as people read them: the same in the table and on the page."""

from lsp_server.bench.measures import Figure, Metric

ABSENT = "–"


def value(found: Figure | None, metric: Metric) -> str:
    """With its unit where that says more than a number alone; "–" for what was not measured."""
    return ABSENT if found is None else quantity(found.median, metric)


def quantity(number: float, metric: Metric) -> str:
    match metric.unit:
        case "s":
            return seconds(number)
        case "tokens/s":
            return f"{number:.0f} t/s" if number >= 100 else f"{number:.3g} t/s"
        case "GB":
            return f"{number:.2f} GB"
        case "×":
            return f"{number:.2f} ×"
        case "share":
            return f"{100 * number:.3g} %"
        case "":
            return f"{number:.3g}"


def seconds(number: float) -> str:
    if number < 0.0995:
        return f"{1000 * number:.0f} ms" if number >= 0.001 else f"{1000 * number:.1f} ms"
    return f"{number:.2f} s" if number < 10 else f"{number:.1f} s"


def ratio(found: Figure) -> str:
    return f"{found.median:.2f}"


def printable(text: str) -> str:
    """Names come from files and servers: what could move a terminal's cursor is shown as “?”."""
    return "".join(char if char.isprintable() else "?" for char in text)
