"""Queries of a request, recorded with their durations, where `SQLALCHEMY_RECORD_QUERIES` is set.

The recorder listens to all engines from the moment the helper is imported, and records those of the
app's `db`. An app that never asks for its queries has no recorder.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from time import perf_counter
from types import FrameType
from typing import Any

import sqlalchemy as sa
import sqlalchemy.event as sa_event

from lsp_server.migrate.runtime.context import current_app, g, has_app_context


@dataclass
class RecordedQuery:
    """One statement: its text, parameters, times in seconds, and the place that asked for it."""

    statement: str | None
    parameters: Any
    start_time: float
    end_time: float
    location: str

    @property
    def duration(self) -> float:
        """Seconds that the database took."""
        return self.end_time - self.start_time

    @property
    def context(self) -> str:
        """The place, as it was called before 3.0."""
        return self.location


class QueryRecorder:
    """`get_recorded_queries`: called, it answers the queries of the app context so far.

    Outgrow it: a listener of your own on `before_cursor_execute`, or SQLAlchemy's logging.
    """

    def __init__(self) -> None:
        sa_event.listen(sa.Engine, "before_cursor_execute", self._started, named=True)
        sa_event.listen(sa.Engine, "after_cursor_execute", self._ended, named=True)

    def __call__(self) -> list[RecordedQuery]:
        queries: list[RecordedQuery] = g.get("_sqlalchemy_queries", [])
        return queries

    def _started(self, context: Any, **kwargs: Any) -> None:
        if _records(context.engine):
            context._started_at = perf_counter()

    def _ended(self, context: Any, **kwargs: Any) -> None:
        started = getattr(context, "_started_at", None)
        if started is None or not has_app_context():
            return
        if "_sqlalchemy_queries" not in g:
            g._sqlalchemy_queries = []
        place = _asking_place(inspect.currentframe())
        query = RecordedQuery(context.statement, context.parameters, started, perf_counter(), place)
        g._sqlalchemy_queries.append(query)


def _records(engine: sa.Engine) -> bool:
    if not has_app_context() or not current_app.config.get("SQLALCHEMY_RECORD_QUERIES"):
        return False
    db = current_app.extensions.get("sqlalchemy")
    return db is not None and engine in db.engines.values()


def _asking_place(frame: FrameType | None) -> str:
    """The innermost line of the app's own package on the stack."""
    top = current_app.import_name.partition(".")[0]
    while frame is not None:
        name = frame.f_globals.get("__name__") or ""
        if name == top or name.startswith(f"{top}."):
            return f"{frame.f_code.co_filename}:{frame.f_lineno} ({frame.f_code.co_name})"
        frame = frame.f_back
    return "<unknown>"


get_recorded_queries = QueryRecorder()
