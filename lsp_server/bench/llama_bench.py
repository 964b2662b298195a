"""llama.cpp's own benchmark, where somebody has the program: one more side for the rates."""

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path

from lsp_server.errors import HostFailed


@dataclass(frozen=True, slots=True)
class Threads:
    """How many compute single tokens, and how many batches: as the host has them."""

    n_decode: int
    n_prefill: int


@dataclass(frozen=True, slots=True)
class LlamaBench:
    """It knows one number of threads, so it is run once for each."""

    program: Path
    model: Path

    async def prefill_rate(self, n_prompt: int, threads: Threads) -> float:
        """Tokens a second. Raises HostFailed with what went wrong."""
        return await self._rate(["-p", str(n_prompt), "-n", "0"], threads.n_prefill)

    async def decode_rate(self, n_prompt: int, n_reply: int, threads: Threads) -> float:
        """Behind a prompt of that length."""
        words = ["-p", "0", "-n", str(n_reply), "-d", str(n_prompt)]
        return await self._rate(words, threads.n_decode)

    async def _rate(self, words: list[str], n_threads: int) -> float:
        command = [str(self.program), "-m", str(self.model), "-t", str(n_threads)]
        command += [*words, "-r", "1", "-o", "json"]
        try:
            process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL)
        except OSError as error:
            raise HostFailed(f"{self.program} cannot be run ({error.strerror}).") from None
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return self._read(output)

    def _read(self, output: bytes) -> float:
        try:
            (run,) = json.loads(output)
            return float(run["avg_ts"])
        except (ValueError, TypeError, LookupError):
            what = "did not say how fast it was; is it llama-bench?"
            raise HostFailed(f"{self.program} {what}") from None
