"""Engines from the configuration: the URL and options of each bind key, and drivers' defaults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

EngineOptions = dict[str, Any]


def configured_engines(app: App, defaults: EngineOptions) -> dict[str | None, EngineOptions]:
    """The options of every engine that the configuration asks for, `url` among them.

    `SQLALCHEMY_ENGINE_OPTIONS` are the default engine's alone. Raises RuntimeError if there are
    none.
    """
    config = app.config
    uri = config.setdefault("SQLALCHEMY_DATABASE_URI", None)
    basic = defaults | config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})
    found: dict[str | None, EngineOptions] = {}
    for key, value in config.setdefault("SQLALCHEMY_BINDS", {}).items():
        found[key] = defaults | ({"url": value} if isinstance(value, (str, sa.URL)) else value)
    if uri is not None:
        basic["url"] = uri
    if "url" in basic:
        found[None] = found.get(None, {}) | basic
    if not found:
        raise RuntimeError("Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set.")
    echo = config.setdefault("SQLALCHEMY_ECHO", False)
    for options in found.values():
        options.setdefault("echo", echo)
        options.setdefault("echo_pool", echo)
    return found


def apply_driver_defaults(options: EngineOptions, app: App) -> None:
    """Put in what a driver needs: threads and the instance folder for SQLite, utf8mb4 for MySQL."""
    url = sa.make_url(options["url"])
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        _sqlite_defaults(url, options, app)
    elif url.drivername.startswith("mysql"):
        if options.get("pool_class", sa.pool.QueuePool) is sa.pool.QueuePool:
            options.setdefault("pool_recycle", 7200)
        if "charset" not in url.query:
            options["url"] = url.update_query_dict({"charset": "utf8mb4"})


def _sqlite_defaults(url: sa.URL, options: EngineOptions, app: App) -> None:
    """A database in memory has one connection for all threads; a relative path is relative to the
    instance folder."""
    if url.database in (None, "", ":memory:"):
        options["poolclass"] = sa.pool.StaticPool
        options.setdefault("connect_args", {})["check_same_thread"] = False
        return
    prefix = "file:" if url.query.get("uri", False) else ""
    path = Path((url.database or "")[len(prefix) :])
    if not path.is_absolute():
        instance = Path(app.instance_path)
        instance.mkdir(parents=True, exist_ok=True)
        options["url"] = url.set(database=f"{prefix}{instance / path}")
