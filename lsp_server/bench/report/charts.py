"""The charts of a report, in their order; none without figures."""

from collections.abc import Iterable, Mapping, Sequence

import pygal

from lsp_server.bench import words
from lsp_server.bench.edit_pairs import BUCKETS, NOTHING_IN_COMMON
from lsp_server.bench.measures import SIDE_NAMES, SIDES, Record, ReplayedPair, Side, Timeline
from lsp_server.bench.report import bars
from lsp_server.bench.report.svg import COLOURS, SIDE_COLOURS, Chart, settings, svg
from lsp_server.bench.sections.clients import longest_pause

HEIGHT = 300
LEAST_DRAFTED = 10
"""A place in a draft that was reached less often says nothing."""

KINDS = (*BUCKETS, NOTHING_IN_COMMON)


def charts(record: Record) -> list[Chart]:
    made = (
        bars.bars(record, bars.READING),
        bars.bars(record, bars.WRITING),
        bars.bars(record, bars.FIRST_TOKEN),
        timeline(record.timelines),
        bars.bars(record, bars.CANCELLING),
        bars.bars(record, bars.TOGETHER),
        speedups(record.pairs),
        acceptance(record.pairs),
        bars.bars(record, bars.MEMORY),
    )
    return [chart for chart in made if chart is not None]


def timeline(timelines: Mapping[Side, Timeline]) -> Chart | None:
    """A line that rises by one with each piece of the running reply."""
    if not timelines:
        return None
    chart = pygal.XY(**settings(HEIGHT), x_title="seconds", show_x_guides=True, show_dots=False)
    for side in SIDES:
        # A series has the colour of its number; a side has the same one in all charts.
        chart.add(None, _steps(timelines[side]) if side in timelines else [])
    for side, each in timelines.items():
        n_then = sum(at <= each.first_token for at in each.tokens)
        dot = {"r": 8, "style": f"fill: {SIDE_COLOURS[side]}; stroke: none"}
        point = {"value": (each.first_token, n_then), "node": dot}
        chart.add(None, [point], stroke=False, show_dots=True)
    n_prompt = next(iter(timelines.values())).n_prompt
    says = (
        f"Pieces of a reply that is being written, while another client's prompt of {n_prompt:,} "
        "tokens is read. Flat stretches are pauses. The dot: the other client's first token."
    )
    spoken = (
        f"{SIDE_NAMES[side]}: longest pause {words.seconds(longest_pause(each))}, the "
        f"other's first token after {words.seconds(each.first_token)}"
        for side, each in timelines.items()
    )
    legend = tuple((SIDE_COLOURS[side], SIDE_NAMES[side]) for side in timelines)
    return Chart("Two clients", says, svg(chart, f"Two clients. {'; '.join(spoken)}."), legend)


def _steps(of: Timeline) -> list[tuple[float, int]]:
    """Flat until the next piece comes, then up."""
    points: list[tuple[float, int]] = []
    for n, at in enumerate(of.tokens, 1):
        points += [(at, n - 1), (at, n)] if points else [(at, n)]
    return points


def acceptance(pairs: Sequence[ReplayedPair]) -> Chart | None:
    """A line for each kind of edit, as far as drafts of it went."""
    lines = {kind: held(pair for pair in pairs if pair.bucket == kind) for kind in KINDS}
    n_most = max(map(len, lines.values()))
    if not n_most:
        return None
    chart = pygal.Line(
        **settings(HEIGHT),
        x_title="place in the draft",
        range=(0, 100),
        y_labels=[0, 25, 50, 75, 100],
        value_formatter=lambda number: f"{number:.0f} %",
        show_minor_x_labels=False,
        x_labels_major_every=max(n_most // 8, 1),
        show_dots=n_most < 24,
    )
    chart.x_labels = [str(at + 1) for at in range(n_most)]
    for kind in KINDS:
        chart.add(kind, lines[kind])
    says = "Of the drafted tokens at each place, those that held; by how much of the text changed."
    spoken = (f"{kind}: {line[0]:.0f} % at the first place" for kind, line in lines.items() if line)
    legend = tuple(zip(COLOURS, KINDS, strict=False))
    drawn = svg(chart, f"Drafts that hold. {'; '.join(spoken)}.")
    return Chart("Drafts that hold", says, drawn, legend)


def held(pairs: Iterable[ReplayedPair]) -> list[float]:
    """Percent by place, as far as it was reached often enough."""
    shares: list[float] = []
    columns = [pair.positions for pair in pairs]
    for at in range(max(map(len, columns), default=0)):
        there = [column[at] for column in columns if at < len(column)]
        n_drafted, n_held = (sum(each) for each in zip(*there, strict=True))
        if n_drafted < LEAST_DRAFTED:
            break
        shares.append(100 * n_held / n_drafted)
    return shares


def speedups(pairs: Sequence[ReplayedPair]) -> Chart | None:
    """A dot for each edit."""
    if not pairs:
        return None
    chart = pygal.XY(
        **settings(HEIGHT),
        stroke=False,
        x_title="lines changed, %",
        xrange=(0, 100),
        include_x_axis=True,
        value_formatter=lambda number: f"{number:.1f} ×",
    )
    for kind in KINDS:
        chart.add(kind, [_point(pair) for pair in pairs if pair.bucket == kind])
    chart.add("plain decoding", [(0, 1), (100, 1)], stroke=True, show_dots=False)
    says = "Each dot is an edit, written token by token; how many times as fast as plain decoding."
    fastest, slowest = max(p.speedup for p in pairs), min(p.speedup for p in pairs)
    spoken = f"{len(pairs)} edits, {slowest:.2f} to {fastest:.2f} times as fast as plain decoding."
    legend = tuple(zip(COLOURS, (*KINDS, "plain decoding"), strict=True))
    return Chart("Edit replay", says, svg(chart, f"Edit replay. {spoken}"), legend)


def _point(pair: ReplayedPair) -> dict[str, object]:
    label = f"{words.printable(pair.name)}: {pair.speedup:.2f} times as fast"
    return {"value": (100 * pair.changed, pair.speedup), "formatter": lambda _: label}
