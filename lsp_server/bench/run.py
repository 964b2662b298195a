"""One run: from the model's file to a full record, section after section.

At most two processes hold the model beside a peer: the host, and the child of the section that
needs one. Both are ended however the run ends. What has been measured stands in the record by
then.
"""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from lsp_server.bench import engine_process, host_side, peer
from lsp_server.bench.bench import Bench, Section, Tell
from lsp_server.bench.client import Server
from lsp_server.bench.engine_process import EngineProcess, number
from lsp_server.bench.host_side import HostSide
from lsp_server.bench.llama_bench import LlamaBench, Threads
from lsp_server.bench.measures import Record
from lsp_server.bench.prompts import Prompts
from lsp_server.bench.room import check_memory, has_memory_for_loop, private_folder
from lsp_server.bench.sections import SECTIONS, rates, replay
from lsp_server.bench.sizes import ROOM, Sizes
from lsp_server.host.cores import n_cores
from lsp_server.model.endpoint import BaseUrl
from lsp_server.model.gguf_file import GgufFile

REPLAY_N_CTX = 4096
BUSY_PERCENT, LOOKING_SECONDS = 20, 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """`sections` are names; `n_ctx` is at most what the model was trained for."""

    model: GgufFile
    n_ctx: int
    sections: tuple[str, ...]
    sizes: Sizes
    n_threads: int | None = None
    peer: BaseUrl | None = None
    llama_bench: Path | None = None


async def run_until_told(options: Options, record: Record, tell: Tell) -> None:
    """As `run`; a SIGTERM ends it in order, like Ctrl-C: its children are ended, too."""
    task = asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"
    # Windows has no such signal that a loop could take.
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await run(options, record, tell)


async def run(options: Options, record: Record, tell: Tell) -> None:
    """Raises PennaError with a sentence; what was measured before is in the record."""
    sizes = options.sizes.within(options.n_ctx)
    if sizes != options.sizes:
        record.note(f"Prompts were cut to what a window of {options.n_ctx:,} tokens has room for.")
    tell("looking whether the machine is busy")
    await _look_around(record)
    with private_folder() as folder:
        await _Run(options, sizes, folder, record, tell).everything()


async def _look_around(record: Record) -> None:
    percent = await asyncio.to_thread(psutil.cpu_percent, LOOKING_SECONDS)
    if percent > BUSY_PERCENT:
        record.note(
            f"The machine was busy already ({percent:.0f} % of its processors): figures of a quiet "
            "one are better, and ratios steadier."
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """What the parts of one run have in common."""

    options: Options
    sizes: Sizes
    folder: Path
    record: Record
    tell: Tell

    async def everything(self) -> None:
        wanted = [section for section in SECTIONS if section.name in self.options.sections]
        other = await self._peer()
        check_memory(self.options.model, self.options.n_ctx)
        if wanted:
            await self._ask_servers(wanted, other)
        if replay.NAME in self.options.sections:
            self.tell("loading the model to replay edits")
            async with self._child("replay", min(self.options.n_ctx, REPLAY_N_CTX)) as child:
                await replay.run(child, self.sizes, self.record, self.tell)

    async def _ask_servers(self, sections: Sequence[Section], other: Server | None) -> None:
        async with AsyncExitStack() as children:
            self.tell("loading the model to cut prompts")
            child = await children.enter_async_context(
                self._child("plain", self.sizes.prompt_rates + ROOM)
            )
            prompts = Prompts()
            await prompts.prepare(child, [w for one in sections for w in one.wanted(self.sizes)])
            loop = child if self._wants_loop(sections) else None
            if loop is None:
                await children.aclose()
            self.tell("starting the host")
            side = HostSide(
                self.options.model.path, self.options.n_ctx, self.options.n_threads, self.folder
            )
            async with host_side.started(side) as host:
                self.tell("waiting until the host has measured the machine")
                await side.until_quiet()
                bench = await self._bench(side, host, other, loop, prompts)
                for section in sections:
                    await section.run(bench)
                    # The loop is needed for the first one alone; its memory is not.
                    bench.loop = None
                    await children.aclose()

    async def _bench(
        self,
        side: HostSide,
        host: Server,
        other: Server | None,
        loop: EngineProcess | None,
        prompts: Prompts,
    ) -> Bench:
        return Bench(
            host_side=side,
            host=host,
            peer=other,
            loop=loop,
            llama_bench=self._llama_bench(),
            threads=await self._threads(loop),
            prompts=prompts,
            sizes=self.sizes,
            record=self.record,
            tell=self.tell,
        )

    def _child(
        self, mode: engine_process.Mode, n_ctx: int
    ) -> AbstractAsyncContextManager[EngineProcess]:
        model, n_threads = self.options.model.path.absolute(), self.options.n_threads
        return engine_process.started(mode, model, n_ctx, n_threads, self.folder)

    def _wants_loop(self, sections: Sequence[Section]) -> bool:
        model, n_ctx = self.options.model, self.options.n_ctx
        is_measured = sections[0] is rates.SECTION
        return is_measured and has_memory_for_loop(model, n_ctx, self.record)

    async def _peer(self) -> Server | None:
        """None without one. Asked first: if it is down, nothing else need be done."""
        endpoint, n_ctx = self.options.peer, self.options.n_ctx
        if endpoint is None:
            return None
        server = await peer.reached(endpoint)
        its_own = await peer.window(endpoint)
        if its_own is not None and its_own != n_ctx:
            self.record.note(
                f"The peer's window for a request is {its_own:,} tokens, ours {n_ctx:,}: memory is "
                "not that of equals."
            )
        return server

    def _llama_bench(self) -> LlamaBench | None:
        program = self.options.llama_bench
        return None if program is None else LlamaBench(program, self.options.model.path)

    async def _threads(self, loop: EngineProcess | None) -> Threads:
        """As the host has measured them; the loop takes them on."""
        if loop is None:
            n = self.options.n_threads or n_cores()
            return Threads(n, n)
        told = await loop.ask("threads")
        return Threads(int(number(told, "n_decode")), int(number(told, "n_prefill")))
