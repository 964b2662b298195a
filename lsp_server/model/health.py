"""What the host says about itself: `GET /health` as a closed union.

Deliberately absent: what to do about it (supervisor.py).
"""

from dataclasses import dataclass

from lsp_server.model import wire
from lsp_server.model.endpoint import Endpoint, connect, import_http

# A host that reads a long prompt on all cores may take its time to answer.
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody listens and does not answer."""


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is being loaded."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The model could not be loaded; the host ends soon."""

    message: str


@dataclass(frozen=True, slots=True)
class Serving:
    """It answers prompts."""

    version: str
    pid: int
    n_ctx: int


Health = Absent | Busy | Loading | Broken | Serving


async def ask_health(endpoint: Endpoint) -> Health:
    """Ask the host at this endpoint, which may not be there."""
    await import_http()
    import httpx

    try:
        async with connect(endpoint, ANSWER_SECONDS) as client:
            answer = await client.get(client.base_url.copy_with(path="/health"))
    except httpx.TimeoutException:
        return Busy()
    except httpx.HTTPError:
        return Absent()
    if answer.status_code == 503:
        return Loading()
    said = wire.health(answer.text)
    if answer.status_code != 200:
        return Broken(said.message or f"The model host answered {answer.status_code}.")
    return Serving(said.version, said.pid, said.n_ctx)
