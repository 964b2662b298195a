"""Flask-Caching's `Cache`, on cachelib."""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cachelib.serializers import BaseSerializer

from lsp_server.migrate.profiles.flask_caching.pieces_backends import make_cache_backend
from lsp_server.migrate.profiles.flask_caching.pieces_cached import CacheKey, cached_view
from lsp_server.migrate.profiles.flask_caching.pieces_fragment import CacheExtension
from lsp_server.migrate.profiles.flask_caching.pieces_lookup import (
    CacheRules,
    CacheTimeout,
    cache_seconds,
)
from lsp_server.migrate.profiles.flask_caching.pieces_memoize import (
    MemoizeKey,
    MemoizeVersions,
    delete_memoized_values,
    memoized_function,
)
from lsp_server.migrate.runtime.context import current_app

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App

CACHE_DEFAULTS: dict[str, Any] = {
    "CACHE_DEFAULT_TIMEOUT": 300,
    "CACHE_IGNORE_ERRORS": False,
    "CACHE_THRESHOLD": 500,
    "CACHE_KEY_PREFIX": "flask_cache_",
    "CACHE_MEMCACHED_SERVERS": None,
    "CACHE_DIR": None,
    "CACHE_FILE_HASH_METHOD": hashlib.sha256,
    "CACHE_HASH_METHOD": hashlib.sha256,
    "CACHE_OPTIONS": None,
    "CACHE_ARGS": (),
    "CACHE_TYPE": "NullCache",
    "CACHE_NO_NULL_WARNING": False,
    "CACHE_SOURCE_CHECK": False,
    "CACHE_ENABLE_SIGNALS": False,
    "CACHE_SERIALIZER": None,
}


class Cache:
    """Flask-Caching's object: values, views and results that are kept for some time.

    Outgrow it: cachelib itself, or your Redis client.
    """

    source_check: bool | None = None
    hash_method: Callable[..., Any] | None = None
    enable_signals = False
    app: Any = None

    def __init__(
        self,
        app: App | None = None,
        with_jinja2_ext: bool = True,
        config: dict[str, Any] | None = None,
    ) -> None:
        self.with_jinja2_ext = with_jinja2_ext
        self.config = _checked_cache_config(config)
        if app is not None:
            self.init_app(app, config)

    def init_app(self, app: App, config: dict[str, Any] | None = None) -> None:
        """Make the app's backend. `config` wins over the constructor's, and that over the app's."""
        given = dict(app.config) | (self.config or {}) | (_checked_cache_config(config) or {})
        settings = CACHE_DEFAULTS | given
        _warn_about_cache(settings)
        if not callable(settings["CACHE_HASH_METHOD"]):
            raise ValueError(
                "`CACHE_HASH_METHOD` must be a hash constructor, for example `hashlib.sha256`,"
                f" not {settings['CACHE_HASH_METHOD']!r}"
            )
        self.source_check = settings["CACHE_SOURCE_CHECK"]
        self.enable_signals = settings["CACHE_ENABLE_SIGNALS"]
        self.hash_method = settings["CACHE_HASH_METHOD"]
        if self.with_jinja2_ext:
            vars(app.jinja_env)["template_fragment_cache"] = self
            app.jinja_env.add_extension(CacheExtension)
        settings["CACHE_DEFAULT_TIMEOUT"] = cache_seconds(settings["CACHE_DEFAULT_TIMEOUT"])
        serializer = _checked_serializer(settings["CACHE_SERIALIZER"])
        backend = make_cache_backend(app, settings)
        if serializer is not None:
            _set_serializer(backend, serializer)
        app.extensions.setdefault("cache", {})[self] = backend
        self.app = app

    @property
    def cache(self) -> Any:
        """The backend of the current app."""
        app = current_app or self.app
        return app.extensions["cache"][self]

    def call(self, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call what is cached; a coroutine function, too."""
        return self.app.ensure_sync(f)(*args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """The value of a key, or None."""
        return self.cache.get(*args, **kwargs)

    def has(self, *args: Any, **kwargs: Any) -> Any:
        """Whether there is a value."""
        return self.cache.has(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Keep a value."""
        return self.cache.set(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Keep a value if there is none."""
        return self.cache.add(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Forget a value."""
        return self.cache.delete(*args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        """Forget several values."""
        return self.cache.delete_many(*args, **kwargs)

    def clear(self) -> Any:
        """Forget all values."""
        return self.cache.clear()

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """The values of several keys."""
        return self.cache.get_many(*args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        """Keep several values."""
        return self.cache.set_many(*args, **kwargs)

    def get_dict(self, *args: Any, **kwargs: Any) -> Any:
        """The values of several keys, by key."""
        return self.cache.get_dict(*args, **kwargs)

    def unlink(self, *args: Any, **kwargs: Any) -> Any:
        """Forget several values; Flask-Caching lets Redis free them in the background."""
        return self.delete_many(*args, **kwargs)

    def cached(
        self,
        timeout: CacheTimeout = None,
        key_prefix: str | Callable[[], str] = "view/%s",
        unless: Callable[..., Any] | None = None,
        forced_update: Callable[..., Any] | None = None,
        is_stale: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        query_string: bool = False,
        hash_method: Callable[..., Any] | None = None,
        cache_none: bool = False,
        make_cache_key: Callable[..., Any] | None = None,
        source_check: bool | None = None,
        response_hit_indication: bool | None = False,
    ) -> Callable[[Callable[..., Any]], Any]:
        """Decorator: keep what a view answers."""
        rules = CacheRules(
            unless=unless,
            forced_update=forced_update,
            is_stale=is_stale,
            response_filter=response_filter,
            hash_method=hash_method,
            source_check=source_check,
            cache_none=cache_none,
        )
        naming = CacheKey(key_prefix, query_string, make_cache_key)
        hits = response_hit_indication
        return functools.partial(cached_view, self, rules, naming, timeout, hits)

    def delete_cached(
        self, f: Any, path: str | None = None, query_args: Any = None, **kwargs: Any
    ) -> Any:
        """Forget what a view answered, by its arguments or by path and query."""
        return self.delete(f.make_cache_key(path=path, query_args=query_args, **kwargs))

    def memoize(
        self,
        timeout: CacheTimeout = None,
        make_name: Callable[[str], str] | None = None,
        unless: Callable[..., Any] | None = None,
        forced_update: Callable[..., Any] | None = None,
        is_stale: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        hash_method: Callable[..., Any] | None = None,
        cache_none: bool = False,
        source_check: bool | None = None,
        args_to_ignore: list[str] | None = None,
    ) -> Callable[[Callable[..., Any]], Any]:
        """Decorator: keep a function's results by its arguments."""
        rules = CacheRules(
            unless=unless,
            forced_update=forced_update,
            is_stale=is_stale,
            response_filter=response_filter,
            hash_method=hash_method,
            source_check=source_check,
            cache_none=cache_none,
        )
        naming = MemoizeKey(make_name, tuple(args_to_ignore or ()))
        return functools.partial(memoized_function, self, rules, naming, timeout)

    def delete_memoized(self, f: Any, *args: Any, **kwargs: Any) -> None:
        """Forget a function's result for these arguments, or all its results."""
        delete_memoized_values(self, f, args, kwargs)

    def delete_memoized_verhash(self, f: Any, *args: Any) -> None:
        """Forget the version of a function, and all its results with it."""
        MemoizeVersions(self, f, ()).delete()


def _checked_cache_config(config: Any) -> dict[str, Any] | None:
    if config is None or isinstance(config, dict):
        return config
    raise ValueError("`config` must be an instance of dict or None")


def _checked_serializer(given: Any) -> BaseSerializer | None:
    if given is None or isinstance(given, BaseSerializer):
        return given
    if not (isinstance(given, type) and issubclass(given, BaseSerializer)):
        raise ValueError(
            "`CACHE_SERIALIZER` must be a `cachelib.serializers.BaseSerializer` subclass or"
            " instance!"
        )
    try:
        return given()
    except TypeError as error:
        raise ValueError(f"Couldn't instantiate serializer: {given!r}!") from error


def _set_serializer(backend: Any, serializer: BaseSerializer) -> None:
    if hasattr(backend, "serializer"):
        backend.serializer = serializer
    else:
        kind = type(backend).__name__
        warnings.warn(f"CACHE_SERIALIZER is set but {kind} has none.", stacklevel=4)


def _warn_about_cache(settings: dict[str, Any]) -> None:
    kind = settings["CACHE_TYPE"]
    if kind == "NullCache" and not settings["CACHE_NO_NULL_WARNING"]:
        text = "CACHE_TYPE is set to NullCache, caching is effectively disabled."
        warnings.warn(text, stacklevel=4)
    if kind == "FileSystemCache" and settings["CACHE_DIR"] is None:
        warnings.warn(f"CACHE_TYPE is set to {kind} but no CACHE_DIR is set.", stacklevel=4)
