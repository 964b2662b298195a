"""Bars: one metric or some that belong together, by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pygal

from lsp_server.bench import words
from lsp_server.bench.measures import SIDE_NAMES, SIDES, Measured, Metric, Record, Side
from lsp_server.bench.report.svg import SIDE_COLOURS, Chart, settings, svg
from lsp_server.bench.sections import cancel, clients, first_token, memory, rates

BAR, GROUP, AROUND = 27, 20, 16
"""Heights: of a bar, between groups of bars, around them."""

ROOM = 90
"""To the right of the longest bar, for its figure."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Each metric with a short name for the axis."""

    heading: str
    says: str
    metrics: Mapping[Metric, str]


READING = Bars(
    "Reading a prompt",
    "Tokens a second until the first one of the reply, seen by a client. More is better.",
    {rates.PREFILL: "prefill"},
)
WRITING = Bars(
    "Writing a reply",
    "Tokens a second from the first one to the end, seen by a client. More is better.",
    {rates.DECODE: "decode"},
)
FIRST_TOKEN = Bars(
    "Time to first token",
    "Less is better. A selection that is asked about again, or read ahead, is not read again.",
    {
        first_token.COLD: "new prompt",
        first_token.RESTARTED: "after a restart",
        first_token.SAME: "another action",
        first_token.WARM: "after a warm-up",
    },
)
CANCELLING = Bars(
    "A long prompt is given up while it is read",
    "Until nothing is computed any more, and until the next question has its first token; below, "
    "that question alone. Less is better.",
    {cancel.STOP: "stopped", cancel.NEXT: "next reply", cancel.ALONE: "alone"},
)
TOGETHER = Bars(
    "Four clients at once",
    "Tokens of replies a second, all clients together. More is better.",
    {clients.ONE: "one client", clients.FOUR: "four clients"},
)
MEMORY = Bars(
    "Memory",
    "Resident while a prompt is read and a reply written. Less is better.",
    {memory.RESIDENT: "resident"},
)


def bars(record: Record, of: Bars) -> Chart | None:
    """None if nothing of it was measured."""
    measured = record.measured(of.metrics)
    sides = [side for side in SIDES if any(each.figure(side) for each in measured)]
    shown = [each for each in measured if any(each.figure(side) for side in sides)]
    if not shown:
        return None
    # The first one of a horizontal chart stands at the bottom.
    shown = shown[::-1]
    chart = pygal.HorizontalBar(
        **settings(AROUND + len(shown) * (GROUP + BAR * len(sides))) | {"margin_right": ROOM},
        print_values=True,
        print_values_position="top",
        # Of a chart that lies on its side: the figures' axis.
        show_x_labels=False,
        show_x_guides=False,
        value_formatter=_formatter(shown[0].metric),
    )
    chart.x_labels = [of.metrics[each.metric] for each in shown]
    for side in sides:
        chart.add(SIDE_NAMES[side], [_bar(each, side) for each in shown])
    legend = tuple((SIDE_COLOURS[side], SIDE_NAMES[side]) for side in sides)
    return Chart(of.heading, of.says, svg(chart, _spoken(of, shown[::-1], sides)), legend)


def _bar(measured: Measured, side: Side) -> dict[str, object] | None:
    found = measured.figure(side)
    style = f"fill: {SIDE_COLOURS[side]}"
    return None if found is None else {"value": found.median, "node": {"style": style}}


def _formatter(metric: Metric) -> Callable[[float], str]:
    return lambda number: words.quantity(number, metric)


def _spoken(of: Bars, shown: Sequence[Measured], sides: Sequence[Side]) -> str:
    figures = (
        f"{of.metrics[each.metric]}, {SIDE_NAMES[side]}: "
        f"{words.value(each.figure(side), each.metric)}"
        for each in shown
        for side in sides
    )
    return f"{of.heading}. {'; '.join(figures)}."
