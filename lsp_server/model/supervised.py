"""The model of the host on this machine: the host is found or started for each reply.

The host may leave between two replies because nobody asked it for a while; then it is started
again. A reply that has begun is never begun again by itself: what was said would be said twice.
Deliberately absent: how a host is started (supervisor.py) and asked (client.py).
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from lsp_server import __version__
from lsp_server.errors import HostFailed
from lsp_server.model.client import HttpModel
from lsp_server.model.dialect import host_dialect
from lsp_server.model.health import Serving
from lsp_server.model.host_process import HostOptions
from lsp_server.model.protocol import Event, Starting
from lsp_server.model.supervisor import Supervisor
from lsp_server.prompt import Prompt, Sampling


class SupervisedModel:
    """Implements Model. `n_ctx` is the wanted window until the host has told the real one."""

    def __init__(self, options: HostOptions) -> None:
        self.n_ctx = options.n_ctx
        self._supervisor = Supervisor(options)
        self._dialect = host_dialect()

    async def reply(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Event]:
        """Stream the reply; see protocol.py. `Starting` comes first when the host must start."""
        for n_tries_left in (1, 0):
            if not await self._is_ready():
                yield Starting()
            await self.start()
            model, has_begun = self._asked(), False
            try:
                async with aclosing(model.reply(prompt, sampling)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
                return
            except HostFailed:
                # It may have left between our looking and our asking; then it is worth another.
                if has_begun or not n_tries_left or await self._is_ready():
                    raise

    async def is_at_hand(self) -> bool:
        """Whether the host serves; one that is loading is somebody else's wish."""
        return await self._is_ready()

    async def start(self) -> None:
        """Wait until the host serves. Raises ModelUnusable and HostFailed."""
        serving = await self._supervisor.ready()
        self.n_ctx = serving.n_ctx or self.n_ctx

    async def warm_up(self, prompt: Prompt) -> None:
        """Have a prompt read if the host serves; see protocol.py."""
        if await self._is_ready():
            await self._asked().warm_up(prompt)

    async def end(self) -> None:
        """End the host if this process started it: for a model that is not needed any more."""
        await self._supervisor.end()

    async def _is_ready(self) -> bool:
        """Learns the host's window on the way."""
        health = await self._supervisor.health()
        if not isinstance(health, Serving) or health.version != __version__:
            return False
        self.n_ctx = health.n_ctx or self.n_ctx
        return True

    def _asked(self) -> HttpModel:
        """The host where it is now: one that was started again may have another port."""
        return HttpModel(self._supervisor.endpoint(), self.n_ctx, dialect=self._dialect)
