"""The page a job writes to: a document in an editor, a file, a virtual document.

A page lands one edit at a time, each on its newest text, and tells everyone who writes to it what
else changed. It knows nothing of replies; a writer knows nothing of how edits travel.
"""

from collections.abc import Sequence
from typing import Protocol

from lsp_server.text import Edit, Snapshot


class Author(Protocol):
    """Whoever writes to a page: plans the next edit, and hears of every other one."""

    def plan(self, snapshot: Snapshot) -> Edit | None:
        """The next edit on this text, or None when there is none now.

        Called again with a newer text when an edit did not land. May raise `PageError`.
        """
        ...

    def carried(self, edit: Edit, changes: Sequence[Edit]) -> tuple[Edit, ...]:
        """Where `edit`, planned last, may stand after changes by others.

        Several where it makes no difference, none where the changes touched the author's text.
        """
        ...

    def landed(self, edit: Edit) -> None:
        """The edit planned last stands in the text now, as `edit`."""
        ...

    def moved(self, edit: Edit) -> None:
        """Somebody else changed the text."""
        ...

    def closed(self) -> None:
        """The page is gone."""
        ...


class Page(Protocol):
    """Where edits land. `snapshot` is the newest text known."""

    @property
    def snapshot(self) -> Snapshot: ...

    def join(self, author: Author) -> None: ...

    def leave(self, author: Author) -> None: ...

    async def land(self, author: Author) -> bool:
        """Land the author's next edit; False when there was none. Raises `PageError`."""
        ...
