"""Markdown beside the code: a virtual document where the client has them, else a file.

A virtual document's text is fetched by the client (`workspace/textDocumentContent`) whenever it
is told that there is more. A file lies in the user's state folder; where the client opens it as a
document of ours the text streams into it, else it is written to disk as it grows and its path is
told.
"""

import asyncio
import re
from itertools import count
from pathlib import Path
from urllib.parse import quote

import platformdirs

from lsp_server.file_page import FilePage, replace_file
from lsp_server.lsp.client import Client
from lsp_server.text import Snapshot

SCHEME = "penna"
REFRESH_SECONDS = 0.25
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


class VirtualPage(FilePage):
    """A document that exists in the server only; the client is told when it grew."""

    def __init__(self, client: Client, uri: str) -> None:
        super().__init__(Snapshot(uri, 0, "markdown", ""))
        self.uri = uri
        self._client = client
        self._telling: asyncio.Task[None] | None = None

    def after_landing(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._tell())

    async def flush(self) -> None:
        if self._telling is not None:
            await self._telling
        await self._client.refresh(self.uri)

    async def _tell(self) -> None:
        await asyncio.sleep(REFRESH_SECONDS)
        await self._client.refresh(self.uri)


class GrowingFilePage(FilePage):
    """A file that is written anew each time its text grows."""

    def after_landing(self) -> None:
        self.save()


class Scratches:
    """All virtual documents of this session, and the files beside them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._virtual: dict[str, VirtualPage] = {}
        self._numbers = count(1)

    def content(self, uri: str) -> str:
        """The text of a virtual document; empty for one that is not known."""
        page = self._virtual.get(uri)
        return page.snapshot.text if page else ""

    async def open_virtual(self, title: str) -> VirtualPage | None:
        """None when the client does not show it after all."""
        uri = f"{SCHEME}:/{next(self._numbers)}/{quote(_file_name(title))}"
        page = self._virtual[uri] = VirtualPage(self._client, uri)
        if await self._client.show(uri):
            return page
        del self._virtual[uri]
        return None


def make_file(title: str) -> Path:
    """An empty file of the user's own for this title; the one of the last time is overwritten."""
    folder = Path(platformdirs.user_state_dir("penna", appauthor=False)) / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _file_name(title)
    replace_file(path, "")
    return path


def _file_name(title: str) -> str:
    return (_NOT_IN_NAMES.sub("-", title).strip("-.")[:80] or "penna") + ".md"
