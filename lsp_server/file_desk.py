"""The desk of a job without an editor: pages are files, and nothing is written until it is over."""

from dataclasses import dataclass, field
from pathlib import Path

from lsp_server.actions.offer import InFile, Scratch
from lsp_server.errors import EditRefused
from lsp_server.file_page import FilePage, make_folder
from lsp_server.page import Page
from lsp_server.project.workspace import Project
from lsp_server.text import Snapshot

OUTSIDE = "{path} lies outside the workspace, where Penna writes nothing."


@dataclass(slots=True)
class FileDesk:
    """Implements `job.Desk`; `pages` are all pages that a job has opened, in order."""

    project: Project
    asked: FilePage
    pages: list[FilePage] = field(default_factory=list)

    def document(self) -> Page:
        if self.asked not in self.pages:
            self.pages.append(self.asked)
        return self.asked

    async def open(self, place: InFile | Scratch) -> Page:
        if isinstance(place, Scratch):
            page = FilePage(Snapshot(f"penna:/{place.title}", 0, "markdown", ""))
        else:
            path = inside(self.project, place.path)
            page = FilePage(Snapshot(path.as_uri(), 0, place.language, place.text), path)
        self.pages.append(page)
        return page

    async def shut(self, page: Page, *, discard: bool) -> None:
        """Nothing is open and nothing was made: the caller saves the pages or shows them."""

    def save(self) -> list[Path]:
        """Write every page that has a file and was changed; the files written."""
        changed = [page for page in self.pages if page.path is not None and page.changed]
        for page in changed:
            assert page.path is not None, "only pages with a path are saved"
            make_folder(page.path.parent)
            page.save()
        return [page.path for page in changed if page.path is not None]


def inside(project: Project, path: Path) -> Path:
    """The path itself where it lies in the workspace, links followed. Raises `EditRefused`."""
    if project.resolved(path) is None:
        raise EditRefused(OUTSIDE.format(path=path))
    return path
