"""Signals with what a commit changed, where `SQLALCHEMY_TRACK_MODIFICATIONS` is set.

Sessions are watched from the first receiver on: an app that connects none is never slowed.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import sqlalchemy.event as sa_event
from blinker import Signal

from lsp_server.migrate.profiles.sqlalchemy.pieces_session import SQLAlchemySession
from lsp_server.migrate.runtime.context import current_app, has_app_context


class ModelChanges(Signal):
    """A signal sent by the app with `changes`: pairs of an instance and "insert", "update" or
    "delete".

    Outgrow it: a listener of your own on the session's `after_flush`.
    """

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        for event, receiver in (
            ("before_flush", _record_changes),
            ("before_commit", _record_changes),
            ("before_commit", _before_commit),
            ("after_commit", _after_commit),
            ("after_rollback", _forget_changes),
        ):
            if not sa_event.contains(SQLAlchemySession, event, receiver):
                sa_event.listen(SQLAlchemySession, event, receiver)
        return super().connect(*args, **kwargs)


models_committed = ModelChanges("models-committed")
before_models_committed = ModelChanges("before-models-committed")


def _record_changes(session: Any, *flush: Any) -> None:
    if not _tracks():
        return
    changes = _changes(session)
    found = ((session.new, "insert"), (session.dirty, "update"), (session.deleted, "delete"))
    for instances, operation in found:
        for instance in instances:
            state: Any = sa.inspect(instance)
            key = state.identity_key if state.has_identity else id(instance)
            changes[key] = (instance, operation)


def _before_commit(session: Any) -> None:
    _send(before_models_committed, session)


def _after_commit(session: Any) -> None:
    if _send(models_committed, session):
        _changes(session).clear()


def _forget_changes(session: Any) -> None:
    _changes(session).clear()


def _send(signal: Signal, session: Any) -> bool:
    changes = list(_changes(session).values())
    if not changes or not _tracks():
        return False
    signal.send(current_app._get_current_object(), changes=changes)
    return True


def _changes(session: Any) -> dict[object, tuple[Any, str]]:
    changes: dict[object, tuple[Any, str]] = session.info.setdefault("model_changes", {})
    return changes


def _tracks() -> bool:
    return has_app_context() and bool(current_app.config["SQLALCHEMY_TRACK_MODIFICATIONS"])
