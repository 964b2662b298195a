"""Opens the pages that a job writes to, in whatever way this client allows."""

import asyncio
from pathlib import Path

from pygls.uris import from_fs_path

from lsp_server.actions.offer import InFile, Scratch
from lsp_server.errors import EditRefused, PageError
from lsp_server.file_desk import inside
from lsp_server.file_page import FilePage, make_folder
from lsp_server.lsp.client import Client
from lsp_server.lsp.delivery import DocumentPage
from lsp_server.lsp.documents import Documents
from lsp_server.lsp.scratch import GrowingFilePage, Scratches, VirtualPage, make_file
from lsp_server.page import Page
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot

OPEN_LIMIT = 2.0
UNMAKABLE = "{path} cannot be made ({reason}); check the permissions of its folder."
CHANGED = "{path} changed meanwhile; ask again."


class Pages:
    """One page a document, shared by the jobs that write to it."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self.client, self.documents = client, documents
        self._pages: dict[str, DocumentPage] = {}

    def of(self, uri: str) -> DocumentPage:
        if uri not in self._pages:
            self._pages[uri] = DocumentPage(self.client, self.documents, uri)
        return self._pages[uri]

    def forget(self, uri: str) -> None:
        """The document is closed; whoever still holds its page has been told."""
        self._pages.pop(uri, None)

    async def open(self, uri: str) -> DocumentPage | None:
        """Show a document; None when the client does not open it as one of ours."""
        if self.documents.get(uri) is None:
            opened = asyncio.Event()
            self.documents.when_opened(uri, opened.set)
            if not await self.client.show(uri):
                return None
            try:
                async with asyncio.timeout(OPEN_LIMIT):
                    await opened.wait()
            except TimeoutError:
                return None
        return self.of(uri)


class Desk:
    """Implements `job.Desk` for the document that an action was asked for."""

    def __init__(self, pages: Pages, scratches: Scratches, uri: str, project: Project) -> None:
        self._pages, self._scratches = pages, scratches
        self._uri, self._project = uri, project
        self._client = pages.client
        self._made: set[Path] = set()

    def document(self) -> Page:
        return self._pages.of(self._uri)

    async def open(self, place: InFile | Scratch) -> Page:
        if isinstance(place, InFile):
            return await self._open_file(place)
        return await self._open_scratch(place.title)

    async def shut(self, page: Page, *, discard: bool) -> None:
        if isinstance(page, VirtualPage):
            await page.flush()
        elif isinstance(page, GrowingFilePage):
            self._client.say(f"Written to {page.path}")
        elif isinstance(page, FilePage) and not discard:
            page.save()
            self._client.say(f"Written to {page.path}")
        for path in self._made if discard else ():
            await self._remove(path)

    async def _open_file(self, place: InFile) -> Page:
        uri = from_fs_path(str(inside(self._project, place.path)))
        assert uri is not None, "a path of the workspace has a URI"
        if self._pages.documents.get(uri) is None and not place.path.exists():
            await self._make(place.path, uri)
        page: Page = await self._pages.open(uri) or _page_on_disk(uri, place)
        # An empty file may be a blank line to the editor.
        if page.snapshot.text != place.text and (place.text or page.snapshot.text.strip()):
            raise PageError(CHANGED.format(path=place.path))
        return page

    async def _make(self, path: Path, uri: str) -> None:
        """By the client where it can, so that it knows; on disk where it cannot."""
        self._made.add(path)
        make_folder(path.parent)
        if not (self._client.support.create_files and await self._client.create_file(uri)):
            _make_file(path)

    async def _remove(self, path: Path) -> None:
        """A file that the job made and left empty."""
        uri = from_fs_path(str(path))
        if uri and self._client.support.delete_files and await self._client.delete_file(uri):
            return
        _remove_if_empty(path)

    async def _open_scratch(self, title: str) -> Page:
        if self._client.support.text_document_content:
            virtual = await self._scratches.open_virtual(title)
            if virtual is not None:
                return virtual
        path = make_file(title)
        uri = from_fs_path(str(path))
        assert uri is not None, "a file has a URI"
        page = await self._pages.open(uri)
        return page or GrowingFilePage(Snapshot(uri, 0, "markdown", ""), path)


def _page_on_disk(uri: str, place: InFile) -> FilePage:
    return FilePage(Snapshot(uri, 0, place.language, place.text), place.path)


def _make_file(path: Path) -> None:
    try:
        path.open("x").close()
    except FileExistsError:
        return
    except OSError as error:
        raise EditRefused(UNMAKABLE.format(path=path, reason=error.strerror)) from error


def _remove_if_empty(path: Path) -> None:
    if path.exists() and not path.stat().st_size:
        path.unlink()
