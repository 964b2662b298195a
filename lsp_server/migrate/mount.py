"""What stays on Flask beside the migrated app, and what can go on without Flask around it.

The app itself is always migrated, and serves what is still registered on a Flask app beside it
(`runtime/flask_beside.py`): both answer with the same session, `g`, hooks and URLs. So a module can
stay on Flask alone, without those that it shares objects with, and an extension that nothing is
known of keeps working on the Flask app. Only what brings a server of its own, or needs Flask's
insides, holds the app, and all that shares objects with it, on Flask (`parts.py`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from lsp_server.migrate.exports import NO_PROFILE
from lsp_server.migrate.parts import NOT_CHOSEN, Mounted, mounted_parts, part_of
from lsp_server.migrate.reading import Reading


def staying_parts(reading: Reading, chosen: frozenset[PurePosixPath] | None) -> list[Mounted]:
    """The modules that stay on Flask; `chosen` are those to migrate, None is all of them."""
    makers = {app.path for app in reading.apps}
    held = mounted_parts(reading, None)
    # An app that was migrated before is none of the makers any more.
    if makers & _files(held) or reading.helpers:
        held = mounted_parts(without_lone_extensions(reading), None)
    if makers & _files(held):
        # No app to be beside: what has a lone extension shares it with the one that is held.
        held = mounted_parts(_with_lone_extensions_at_ease(reading), None)
    if chosen is None:
        return held
    staying = _files(held)
    others = reading.framework_files() - reading.tests - staying - makers - chosen
    return [*held, *(part_of(reading, path, NOT_CHOSEN) for path in sorted(others))]


def _files(parts: list[Mounted]) -> set[PurePosixPath]:
    return {path for part in parts for path in part.files}


def without_lone_extensions(reading: Reading) -> Reading:
    """A reading in which extensions that nothing is known of are no obstacle."""
    uses = {
        path: tuple(use for use in found if use.note != NO_PROFILE)
        for path, found in reading.uses.items()
    }
    return replace(reading, uses=uses)


def _with_lone_extensions_at_ease(reading: Reading) -> Reading:
    """A reading in which they hold nothing by themselves, but are held with what they share."""
    uses = {
        path: tuple(replace(use, decision="H") if use.note == NO_PROFILE else use for use in found)
        for path, found in reading.uses.items()
    }
    return replace(reading, uses=uses)
