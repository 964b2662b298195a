"""A change of the whole project being carried out: worked out, checked, shown, confirmed, applied.

It does what a `Job` does for the jobs of a session, and has the same four endings. Nothing is
changed before the user has seen the report and said yes: in the editor's own preview where it has
one, else by a question. The texts must still be those that were read; else it has been for nothing
and says so. One `workspace/applyEdit` carries everything.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pygls.uris import to_fs_path

from lsp_server.actions.offer import ProjectChange, ProjectChecked, ProjectOffer, Scratch
from lsp_server.errors import EditRefused, PennaError
from lsp_server.file_desk import inside
from lsp_server.lsp.client import Client
from lsp_server.lsp.delivery import Answer
from lsp_server.lsp.desk import UNMAKABLE, Desk
from lsp_server.lsp.documents import Documents
from lsp_server.lsp.project_edit import ProjectEdit
from lsp_server.outcome import Cancelled, Checking, Drafting, Failed, Finished, Outcome, Stage
from lsp_server.page import Page
from lsp_server.project.workspace import BOM, Project
from lsp_server.text import Snapshot, Span
from lsp_server.trust import TrustStore
from lsp_server.writer import Writer

# Seconds that editors take to report an edit of many files.
SHOWN_LIMIT = 20.0

NOT_APPLIED = "Nothing was changed."
CHANGED = "{path} was edited meanwhile, so nothing was changed; ask again."
EXISTS = "{path} came to be meanwhile, so nothing was changed; ask again."
REFUSED = "The editor did not take the edit of {n} files; look whether all can be written to."
PARTLY = "The editor shows another text than was written in {path}; undo the edit, and ask again."

FORGOTTEN = "Your trust in this workspace cannot be kept ({reason}); Penna will ask again."

_WORDS = {
    "en": {
        "trust": (
            "To check the result, Penna would run the code of {root}: in copies, without network. "
            "Do you trust it? The answer is kept."
        ),
        "run": "Trust it and check",
        "skip": "Do not run it",
        "apply": "{n} files change, {m} are new. {checks} The plan is in the report.",
        "yes": "Apply",
        "no": "Change nothing",
    },
    "zh": {
        "trust": (
            "为检查结果，Penna 需要运行 {root} 的代码（在副本中，无网络）。"
            "是否信任它？答案会被保存。"
        ),
        "run": "信任并检查",
        "skip": "不运行",
        "apply": "将修改 {n} 个文件，新建 {m} 个。{checks} 计划见报告。",
        "yes": "应用",
        "no": "不作更改",
    },
}


class ProjectJob:
    """Carry out one offer for a project. `run` once; `cancel` at any time before it is applied."""

    def __init__(
        self,
        offer: ProjectOffer,
        client: Client,
        documents: Documents,
        desk: Desk,
        trust: TrustStore,
    ) -> None:
        self.on_stage: Callable[[Stage], None] = lambda _: None
        self._offer, self._client, self._documents = offer, client, documents
        self._desk, self._trust = desk, trust
        self._words = _WORDS[client.support.language]
        self._is_wanted = True
        self._is_sent = False
        self._waiting: asyncio.Task[Outcome] | None = None
        self._report: Page | None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """None: it does not write to the document as a job of one place does."""
        return ()

    def leave(self) -> None:
        """There are no pages to let go of."""

    def cancel(self) -> None:
        """Too late once the edit is on its way: what the editor makes of it is told."""
        if not self._is_sent:
            self._stop()

    def _stop(self) -> None:
        self._is_wanted = False
        if self._waiting is not None:
            self._waiting.cancel()

    async def run(self) -> Outcome:
        self._waiting = asyncio.ensure_future(self._carried_out())
        try:
            return await asyncio.shield(self._waiting)
        except asyncio.CancelledError:
            if self._is_wanted:
                # The server ends, and nobody would hear of what goes on.
                self._stop()
                raise
            return Cancelled(NOT_APPLIED)
        except PennaError as error:
            return Failed(str(error))
        finally:
            if self._report is not None:
                await self._desk.shut(self._report, discard=False)

    async def _carried_out(self) -> Outcome:
        self.on_stage(Drafting())
        before = self._opened()
        change = await asyncio.to_thread(self._offer.work)
        if change.is_empty:
            return Finished(change.summary)
        is_trusted = await self._is_trusted()
        self.on_stage(Checking())
        checked = await asyncio.to_thread(change.check, is_trusted, lambda: self._is_wanted)
        await self._show(f"{change.report}\n{checked.report}")
        edit = ProjectEdit(
            change,
            {path: before[path] for path in change.changed if path in before},
            self._documents.encoding,
            confirm=self._client.support.previews_edits,
            create=self._client.support.create_files,
        )
        if not await self._is_confirmed(change, checked):
            return Cancelled(NOT_APPLIED)
        self._refuse_stale(edit)
        return await self._apply(edit)

    async def _is_trusted(self) -> bool:
        if self._trust.is_trusted(self._offer.root):
            return True
        words = self._words
        question = words["trust"].format(root=self._offer.root)
        if await self._client.choose(question, [words["run"], words["skip"]]) != words["run"]:
            return False
        try:
            self._trust.trust(self._offer.root)
        except OSError as error:
            self._client.warn(FORGOTTEN.format(reason=error.strerror or error))
        return True

    async def _show(self, report: str) -> None:
        self._report = page = await self._desk.open(Scratch(self._offer.title))
        writer = Writer(page.snapshot, Span(0, len(page.snapshot.text)))
        page.join(writer)
        writer.push(report)
        writer.finish()
        try:
            while await page.land(writer):
                pass
        finally:
            page.leave(writer)

    async def _is_confirmed(self, change: ProjectChange, checked: ProjectChecked) -> bool:
        """An editor that asks for each file is not asked as well, unless a check failed."""
        if self._client.support.previews_edits and checked.holds:
            return True
        words = self._words
        n, m = len(change.changed), len(change.created)
        question = words["apply"].format(n=n, m=m, checks=checked.sentence)
        return await self._client.choose(question, [words["yes"], words["no"]]) == words["yes"]

    def _refuse_stale(self, edit: ProjectEdit) -> None:
        now = self._opened()
        project = Project(self._offer.root, {path: each.text for path, each in now.items()})
        for path, text in edit.change.before.items():
            inside(project, path)
            opened = edit.opened.get(path)
            if project.read(path) != text.removeprefix(BOM) or (
                opened is not None and now.get(path) != opened
            ):
                raise EditRefused(CHANGED.format(path=path))
        for path in edit.change.created:
            inside(project, path)
            if path.exists():
                raise EditRefused(EXISTS.format(path=path))

    async def _apply(self, edit: ProjectEdit) -> Outcome:
        self._is_sent = True
        if not edit.create:
            await asyncio.to_thread(_write_new, edit.change)
        answer = await self._client.apply_all(edit.workspace_edit())
        if answer is Answer.REFUSED:
            if not edit.create:
                await asyncio.to_thread(_remove_new, edit.change)
            raise EditRefused(REFUSED.format(n=len(edit.change.changed)))
        differing = await self._differing(edit)
        if differing is not None:
            return Failed(PARTLY.format(path=differing))
        return Finished(edit.change.summary)

    async def _differing(self, edit: ProjectEdit) -> Path | None:
        """An open document that does not come to show its new text.

        None where the user may have left some of it out.
        """
        if edit.confirm:
            return None
        loop = asyncio.get_running_loop()
        end = loop.time() + SHOWN_LIMIT
        while True:
            now = self._opened()
            wrong = [path for path in edit.opened if not edit.shown_by(path, now.get(path))]
            if not wrong or loop.time() > end:
                return wrong[0] if wrong else None
            await asyncio.sleep(0.05)

    def _opened(self) -> dict[Path, Snapshot]:
        found = {}
        for snapshot in self._documents.all():
            path = to_fs_path(snapshot.uri)
            if path and snapshot.uri.startswith("file:"):
                found[Path(path).resolve()] = snapshot
        return found


def _write_new(change: ProjectChange) -> None:
    """The new files, for a client that cannot make any. None that is there is touched."""
    made: list[Path] = []
    try:
        for path, text in change.created.items():
            with path.open("x", encoding="utf-8", newline="") as file:
                made.append(path)
                file.write(text)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        reason = error.strerror or error
        raise EditRefused(UNMAKABLE.format(path=path, reason=reason)) from error


def _remove_new(change: ProjectChange) -> None:
    for path in change.created:
        path.unlink(missing_ok=True)
