"""The text mirror on a file of 20,000 lines: a didChange applied and a snapshot taken.

pygls' own workspace does the same changes in the same run, for comparison.
"""

import time
from collections.abc import Callable
from statistics import median, quantiles

from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument

from lsp_server.lsp.documents import Change, Documents

URI = "file:///bench.py"
LINES = 20_000
CHANGES = 400
TEXTS = {
    "ASCII": "    value = compute(first, second)  # a line of ordinary code\n",
    "Chinese and emoji": "    值 = 计算(第一, 第二)  # 一行普通的代码 😀🚀 and some words\n",
}


def changes() -> list[Change]:
    """Keys typed and lines pasted and deleted, all over the file."""
    made: list[Change] = []
    for number in range(CHANGES):
        line = number * 7919 % (LINES - 10)
        start = types.Position(line, 4)
        kinds = [(start, "x"), (types.Position(line, 9), "yz"), (start, "a\nb\n")]
        end, text = [*kinds, (types.Position(line + 2, 4), "")][number % 4]
        made.append(types.TextDocumentContentChangePartial(types.Range(start, end), text))
    return made


def of_ours(text: str) -> Callable[[int, Change], str]:
    documents = Documents()
    documents.opened(types.TextDocumentItem(URI, "python", 0, text))

    def apply(version: int, change: Change) -> str:
        documents.changed(URI, version, [change])
        snapshot = documents.get(URI)
        assert snapshot is not None
        return snapshot.text

    return apply


def of_pygls(text: str) -> Callable[[int, Change], str]:
    document = TextDocument(URI, text, 0, "python", position_codec=PositionCodec())

    def apply(version: int, change: Change) -> str:
        document.apply_change(change)
        document.version = version
        return document.source

    return apply


def timed(apply: Callable[[int, Change], str]) -> tuple[list[float], str]:
    """Milliseconds of each change, and the text at the end."""
    taken, text = [], ""
    for version, change in enumerate(changes(), 1):
        began = time.perf_counter()
        text = apply(version, change)
        taken.append((time.perf_counter() - began) * 1000)
    return taken, text


def main() -> None:
    print(f"didChange and snapshot, {LINES} lines, {CHANGES} changes")
    print(f"{'':20}{'median ms':>12}{'p99 ms':>12}{'pygls median':>14}{'times':>8}")
    for name, line in TEXTS.items():
        (ours, text), (peers, their_text) = (
            timed(of_ours(line * LINES)),
            timed(of_pygls(line * LINES)),
        )
        assert text == their_text, "both must have the same text at the end"
        ratio = median(peers) / median(ours)
        p99 = quantiles(ours, n=100)[98]
        print(f"{name:20}{median(ours):12.3f}{p99:12.3f}{median(peers):14.3f}{ratio:8.1f}")


if __name__ == "__main__":
    main()
