"""What the sections of a run share: the sides, the prompts, and the record.

`turns` is the rule of fairness: in each round every side does the same with the same prompt, one
after the other. A side of others that fails is told of and left out for the rest of its section;
if our own host fails, the run has failed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from lsp_server.bench.client import Messages, Server
from lsp_server.bench.engine_process import EngineProcess
from lsp_server.bench.host_side import HostSide
from lsp_server.bench.llama_bench import LlamaBench, Threads
from lsp_server.bench.measures import Record
from lsp_server.bench.prompts import Prompts, Wanted
from lsp_server.bench.sizes import Sizes
from lsp_server.errors import PennaError

Tell = Callable[[str], None]


@dataclass(slots=True)
class Bench:
    """`loop` is the child for llama.cpp's own loop; None where there is no memory for it or it is
    not wanted. `tell` shows what is being done."""

    host_side: HostSide
    host: Server
    peer: Server | None
    loop: EngineProcess | None
    llama_bench: LlamaBench | None
    threads: Threads
    prompts: Prompts
    sizes: Sizes
    record: Record
    tell: Tell
    _dropped: set[tuple[str, str]] = field(default_factory=set)

    @property
    def servers(self) -> list[Server]:
        return [self.host] if self.peer is None else [self.host, self.peer]

    async def turns(self, what: str, number: int, measure: "Measure") -> None:
        """Let each server do it once, in this round; none that has failed at `what` before."""
        for server in self.servers:
            if (what, server.side) not in self._dropped:
                self.tell(f"{what}, round {number + 1}: {server.side}")
                await self._turn(what, server, measure)

    async def _turn(self, what: str, server: Server, measure: "Measure") -> None:
        try:
            await server.settle(SETTLING)
            await measure(server)
        except PennaError as error:
            if server.side == "penna":
                raise
            self._dropped.add((what, server.side))
            self.record.note(f"{what}: {error}")


SETTLING = Messages("", "Say a few words.")

Measure = Callable[[Server], Awaitable[None]]
Run = Callable[[Bench], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a run. `wanted`: the prompts it takes from `Bench.prompts`."""

    name: str
    title: str
    wanted: Callable[[Sizes], list[Wanted]]
    run: Run
