"""How quick the server stays on a file of 5,000 lines while a reply streams into it.

The menu is asked for and letters are typed, each timed until the server has taken it in: for a
didChange, until it answers a tiny request that was sent right behind. Also: memory of
`penna lsp` before, and after.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

import psutil

from lsp_server.host.scripted import Shape, make_gguf
from tests.hosting import N_CTX
from tests.lsp.server_process import Editor, initialize, isolated, started
from tests.lsp.test_server_stream import hosts

LINES = 5_000
JOBS = 6
FUNCTION = '''\
def compute_{n}(first: int, second: str = "值") -> str:
    """Number {n}."""
    if first > {n}:
        raise ValueError(f"{{first}} 太大")
    return second * first


'''
BARE = "def bare_{n}(a: int) -> int:\n    return a\n\n\n"
REPLY = "\n".join(f"Sentence {n} of a long reply, number {n * 7919}." for n in range(90))


def main() -> None:
    asyncio.run(measured())


async def measured() -> None:
    menus: list[float] = []
    changes: list[float] = []
    async with editing() as (editor, uri):
        before = rss(editor)
        for number in range(JOBS):
            at = editor.text(uri).index(f"bare_{number}(")
            job = await editor.run("draftDocs", uri, (at, at))
            await begun(editor, editor.n_edits)
            while job not in editor.ended:
                menus.append(await menu(editor, uri))
                changes.append(await change(editor, uri))
            assert editor.ended[job]["outcome"] == "finished", editor.ended[job]["reason"]
        tell("codeAction", menus)
        tell("didChange", changes)
        print(f"{len(menus)} rounds, {editor.n_edits} edits landed meanwhile, {JOBS} jobs finished")
        print(f"memory of penna lsp: {before:.0f} MB with the file open, {rss(editor):.0f} after")


async def begun(editor: Editor, n_edits: int) -> None:
    """Until one more edit than so many has landed."""
    await editor.until(lambda: editor.n_edits > n_edits)


@asynccontextmanager
async def editing() -> AsyncIterator[tuple[Editor, str]]:
    with tempfile.TemporaryDirectory(prefix="penna-") as name:
        folder = Path(name)
        model = make_gguf(folder / "m.gguf", {"": REPLY}, n_ctx=N_CTX, shape=Shape(n_ff=32_768))
        (folder / "workspace").mkdir()
        options = {"model": str(model), "nCtx": N_CTX, "nThreads": 1}
        try:
            async with started(folder / "workspace", isolated(folder)) as editor:
                await initialize(editor, "vscode", initializationOptions=options)
                count = LINES // FUNCTION.count("\n")
                text = "".join(FUNCTION.format(n=n) for n in range(count))
                middle = text.index(f"def compute_{count // 2}(")
                bare = "".join(BARE.format(n=n) for n in range(JOBS))
                uri = editor.open("long.py", text[:middle] + bare + text[middle:])
                await editor.menu(uri, (middle, middle))
                yield editor, uri
        finally:
            for process in hosts(folder):
                process.kill()
                process.wait()


async def menu(editor: Editor, uri: str) -> float:
    began = time.perf_counter()
    at = len(editor.text(uri)) // 3
    assert await editor.menu(uri, (at, at))
    return time.perf_counter() - began


async def change(editor: Editor, uri: str) -> float:
    began = time.perf_counter()
    editor.insert(uri, 0, "#" if editor.buffers[uri].version % 40 else "\n")
    await editor.command("penna.cancel", {"job": "0"})
    return time.perf_counter() - began


def tell(name: str, seconds: list[float]) -> None:
    p99 = quantiles(seconds, n=100)[98]
    print(f"{name}: {1000 * median(seconds):.1f} ms at the median, {1000 * p99:.1f} ms at p99")


def rss(editor: Editor) -> float:
    """Megabytes resident."""
    memory: float = psutil.Process(editor.process.pid).memory_info().rss / 1e6
    return memory


if __name__ == "__main__":
    main()
