"""The figures as a table on standard output: plain where that is no terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lsp_server.bench import words
from lsp_server.bench.about import About
from lsp_server.bench.measures import SIDE_NAMES, SIDES, Measured, Record, Side
from lsp_server.bench.sections import METRICS, TITLES
from lsp_server.bench.targets import target_of

PLAIN_WIDTH = 200
"""Characters, where the width of a terminal is not known: lines that are not cut."""

LABEL_WIDTH = 56
RATIO = "(÷): Penna's figure divided by that side's, the middle of the rounds' ratios."


def show(about: About, record: Record, *, with_targets: bool) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    for line in [*heading(about), RATIO]:
        console.print(Text(line), soft_wrap=True)
    for name, title in TITLES.items():
        if measured := record.measured(METRICS[name]):
            console.print(Text(f"\n{title}", style="bold"))
            console.print(_table(measured, with_targets=with_targets))
    console.print()
    for note in record.notes:
        console.print(Text(f"* {words.printable(note)}"), soft_wrap=True)


def heading(about: About) -> list[str]:
    machine = about.machine
    size, memory = about.file_size / 1e9, machine.memory / 1e9
    model = f"{about.model} ({about.file}), {about.quantisation}, {size:.2f} GB"
    lines = [
        f"Model: {model}, window {about.n_ctx:,} tokens",
        f"Machine: {machine.processor}, {machine.n_cores} cores, {memory:.0f} GB, {machine.system}",
        f"Penna {about.penna}, llama-cpp-python {about.llama_cpp}, Python {about.python}",
    ]
    if about.peer:
        lines.append(f"Peer: {about.peer}")
    if about.is_quick:
        lines.append("Quick: few rounds and short prompts, for a first look only.")
    return [words.printable(line) for line in lines]


def sides_of(measured: Sequence[Measured]) -> list[Side]:
    """Those that have figures; ours always."""
    return [side for side in SIDES if side == "penna" or any(m.figure(side) for m in measured)]


def _table(measured: Sequence[Measured], *, with_targets: bool) -> Table:
    sides = sides_of(measured)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(Text("measured"), min_width=LABEL_WIDTH)
    table.add_column(Text(SIDE_NAMES["penna"]), justify="right")
    for side in sides[1:]:
        table.add_column(Text(f"{SIDE_NAMES[side]} (÷)"), justify="right")
    table.add_column(Text("rounds"), justify="right")
    if with_targets:
        table.add_column(Text("target"), no_wrap=True)
    for each in measured:
        table.add_row(*map(Text, _row(each, sides, with_targets=with_targets)))
    return table


def _row(measured: Measured, sides: Sequence[Side], *, with_targets: bool) -> list[str]:
    ours = measured.figure("penna")
    row = [measured.metric.label, words.value(ours, measured.metric)]
    row += [_beside(measured, side) for side in sides[1:]]
    row += [str(ours.n_rounds) if ours else words.ABSENT]
    target = target_of(measured)
    if with_targets:
        row.append(f"{target.words(measured.metric)}: {target.verdict(measured)}" if target else "")
    return row


def _beside(measured: Measured, side: Side) -> str:
    """Another side's figure, and ours divided by it."""
    ratio = measured.ratio(side)
    shown = words.value(measured.figure(side), measured.metric)
    return f"{shown} ({words.ratio(ratio)})" if ratio else shown
