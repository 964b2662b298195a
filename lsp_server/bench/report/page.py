"""One page with everything in it: style, charts and figures, no script and nothing from elsewhere.

Names of models, files and servers come from strangers: the template escapes all but the charts,
in which everything was escaped before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from lsp_server.bench import words
from lsp_server.bench.about import About
from lsp_server.bench.measures import SIDE_NAMES, Measured, Metric, Record, Side
from lsp_server.bench.report.charts import charts
from lsp_server.bench.sections import METRICS, TITLES, cancel, clients, first_token, memory, rates
from lsp_server.bench.sections.replay import SPEEDUPS
from lsp_server.bench.table import heading, sides_of


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure for a first look. `beside`: what it is compared with, "" for nothing."""

    label: str
    figure: str
    beside: str


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: each side's figure, and ours divided by it, "" where there is none."""

    label: str
    cells: Sequence[tuple[str, str]]
    spread: str


def rendered(about: About, record: Record, ended: str) -> str:
    """`ended`: "finished", "interrupted", or the sentence of what went wrong."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_file("page.html.jinja"))
    sections = {TITLES[name]: record.measured(METRICS[name]) for name in TITLES}
    sides = sides_of([each for some in sections.values() for each in some])
    return template.render(
        # A style sheet is no place for escapes; it is a file of ours.
        style=Markup(_file("page.css")),  # noqa: S704
        title=words.printable(about.model),
        lines=heading(about),
        when=about.when,
        problem="" if ended == "finished" else words.printable(ended),
        tiles=_tiles(record),
        charts=[(each, Markup(each.svg)) for each in charts(record)],  # noqa: S704
        columns=[SIDE_NAMES[side] for side in sides],
        sections={name: [_row(each, sides) for each in some] for name, some in sections.items()},
        notes=[words.printable(note) for note in record.notes],
    )


def _file(name: str) -> str:
    return files("lsp_server.bench.report").joinpath(name).read_text("utf-8")


def _tiles(record: Record) -> list[Tile]:
    small = next(iter(SPEEDUPS.values()))
    wanted: dict[Metric, str] = {
        rates.DECODE: "Reply written",
        rates.PREFILL: "Prompt read",
        first_token.SAME: "First token, same selection",
        cancel.NEXT: "Next reply after a cancel",
        small: "Small edits, times as fast",
        clients.PAUSE: "Longest pause beside a prompt",
        memory.RESIDENT: "Resident memory",
    }
    measured = record.measured(wanted)
    return [
        Tile(wanted[each.metric], words.value(each.figure("penna"), each.metric), _beside(each))
        for each in measured
        if each.figure("penna")
    ]


def _beside(measured: Measured) -> str:
    """The ratio to llama.cpp's loop, or else to the peer."""
    for side in ("loop", "peer"):
        ratio = measured.ratio(side)
        if ratio is not None:
            return f"{ratio.median:.2f} of {SIDE_NAMES[side]}"
    return ""


def _row(measured: Measured, sides: Sequence[Side]) -> Row:
    cells = [
        (words.value(measured.figure(side), measured.metric), _ratio(measured, side))
        for side in sides
    ]
    return Row(measured.metric.label, cells, _spread(measured))


def _ratio(measured: Measured, side: Side) -> str:
    found = None if side == "penna" else measured.ratio(side)
    return f"÷ {words.ratio(found)}" if found else ""


def _spread(measured: Measured) -> str:
    ours = measured.figure("penna")
    if ours is None:
        return words.ABSENT
    least, most = (words.quantity(at, measured.metric) for at in (ours.least, ours.most))
    if ours.n_rounds == 1 or least == most:
        return str(ours.n_rounds)
    number, _, unit = least.partition(" ")
    return f"{ours.n_rounds}: {number if most.endswith(unit) else least} to {most}"
