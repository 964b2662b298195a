"""Where the demo is watched: live on a terminal, or as plain lines where there is none.

Plain text holds no control codes, so that it can be read in a log. rich is imported by the live
screen alone.
"""

import difflib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from lsp_server.errors import OfferError
from lsp_server.lsp.demo.buffers import Buffer
from lsp_server.lsp.demo.play import Report
from lsp_server.lsp.demo.scenes import Scene

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

# Lines of the document that are shown around the newest change.
WINDOW = 18
LONGEST_DIFF = 40
# A picture has no motion: it shows the window as it was after so many edits.
KEPT_EDITS = 2
FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)


@dataclass
class PlainScreen:
    """Lines on `out`."""

    out: TextIO
    _last: str = ""
    _began: float = 0.0

    def say(self, text: str) -> None:
        print(text, file=self.out, flush=True)

    def save(self, path: Path) -> None:
        raise OfferError(f"{path} is not made: a picture needs the live screen; drop --plain.")

    def begin(self, scene: Scene, title: str) -> None:
        self._last, self._began = "", time.monotonic()
        print(f"\n== {title}: {scene.file}", file=self.out, flush=True)

    def changed(self, buffer: Buffer) -> None:
        """The diff at the end says it all."""

    def stage(self, message: str) -> None:
        """One line for each kind of stage, not for each rate."""
        kind = message.split(" ")[0]
        if kind != self._last:
            self._last = kind
            print(f"   {message}", file=self.out, flush=True)

    def end(self, report: Report) -> None:
        for line in shortened(diff(report)):
            print(f"   {line}".rstrip(), file=self.out)
        for finding in report.findings:
            print(f"   {'ok  ' if finding.holds else 'FAIL'} {finding.sentence}", file=self.out)
        summary = f"{report.ending.summary} ({time.monotonic() - self._began:.1f} s)"
        print(f"   {summary.strip()}", file=self.out, flush=True)


@dataclass
class LiveScreen:
    """A window on the document that follows the edits; what stays is the diff."""

    console: "Console"
    _live: "Live | None" = None
    _title: str = ""
    _stage: str = ""
    _buffer: Buffer | None = None
    _kept: "RenderableType | None" = None

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False)

    def save(self, path: Path) -> None:
        """As SVG, without the fonts that rich would have fetched from the network."""
        svg = self.console.export_svg(title="penna demo")
        path.write_text(FONT_FACE.sub("", svg), "utf-8")

    def begin(self, scene: Scene, title: str) -> None:
        from rich.live import Live

        self._title, self._stage, self._buffer = f"{title}: {scene.file}", "", None
        self._live = Live(console=self.console, auto_refresh=False, transient=True)
        self._live.start()

    def changed(self, buffer: Buffer) -> None:
        """A document beside the code is watched once it is written to."""
        shown = self._buffer
        if shown is None or buffer is shown or buffer.n_edits > shown.n_edits:
            self._buffer = buffer
        self._show()

    def stage(self, message: str) -> None:
        self._stage = message
        self._show()

    def end(self, report: Report) -> None:
        from rich.syntax import Syntax
        from rich.text import Text

        if self._live is not None:
            self._live.stop()
        if self.console.record and self._kept is not None:
            self.console.print(self._kept)
        self.console.rule(self._title, align="left")
        body = "\n".join(shortened(diff(report)))
        self.console.print(Syntax(body, "diff", theme="ansi_dark", word_wrap=True))
        for finding in report.findings:
            mark = Text("✓ ", "green") if finding.holds else Text("✗ ", "bold red")
            self.console.print(mark + Text(finding.sentence))
        self.console.print(Text(report.ending.summary or report.ending.reason, "italic"))

    def _show(self) -> None:
        if self._live is None or self._buffer is None:
            return
        window = self._window(self._buffer)
        self._live.update(window, refresh=True)
        if self._buffer.n_edits <= KEPT_EDITS:
            self._kept = window

    def _window(self, buffer: Buffer) -> "RenderableType":
        from rich.panel import Panel
        from rich.syntax import Syntax

        now, written = buffer.snapshot, buffer.written
        last = now.line_at(written.end) + 1
        first = max(1, min(last - WINDOW + 4, last))
        lines = set(range(now.line_at(written.start) + 1, last + 1)) if len(written) else set()
        code = Syntax(
            now.text,
            now.language,
            theme="ansi_dark",
            line_numbers=True,
            line_range=(first, first + WINDOW),
            highlight_lines=lines,
        )
        stage = self._stage or "…"
        return Panel(code, title=f"{self._title}  v{now.version}", subtitle=stage)


def diff(report: Report) -> Iterator[str]:
    """Unified diffs of all that was written to."""
    for buffer in report.documents:
        old, new = buffer.before.splitlines(), buffer.text.splitlines()
        name = buffer.path.name
        yield from difflib.unified_diff(old, new, name, name, lineterm="", n=1)


def shortened(lines: Iterator[str]) -> Iterator[str]:
    every = list(lines)
    yield from every[:LONGEST_DIFF]
    if len(every) > LONGEST_DIFF:
        yield f"… and {len(every) - LONGEST_DIFF} more lines"
