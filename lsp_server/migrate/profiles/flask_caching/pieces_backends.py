"""Where cached values are kept: `CACHE_TYPE` by its short name, over cachelib.

Also taken: the names of Flask-Caching 1 (`simple`, `filesystem`), the full names of Flask-Caching's
classes, and the full name of a class or function of the user's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cachelib
from werkzeug.utils import import_string

if TYPE_CHECKING:
    from typing import Self

    from lsp_server.migrate.runtime.app import App

CacheConfig = dict[str, Any]


class CacheBackend(cachelib.BaseCache):
    """Base of backends of one's own; `factory` makes one from the app's configuration."""

    def __init__(self, default_timeout: int = 300, ignore_delete_many_errors: bool = False) -> None:
        super().__init__(default_timeout)
        self.ignore_delete_many_errors = ignore_delete_many_errors

    @classmethod
    def factory(
        cls, app: App, config: CacheConfig, args: list[Any], kwargs: dict[str, Any]
    ) -> Self:
        return cls()


def make_cache_backend(app: App, config: CacheConfig) -> Any:
    """The backend that the configuration asks for. Raises ValueError if there is none such."""
    args, options = list(config["CACHE_ARGS"]), dict(config["CACHE_OPTIONS"] or {})
    options.setdefault("default_timeout", config["CACHE_DEFAULT_TIMEOUT"])
    kind = str(config["CACHE_TYPE"])
    short = kind.rpartition(".")[2]
    if "." not in kind or kind.startswith("flask_caching."):
        maker = _CACHE_MAKERS.get(short.lower().removesuffix("cache"))
        if maker is None:
            raise ValueError(f"CACHE_TYPE {kind!r} is not known: use one of {_cache_types()}.")
        backend = maker(config, args, options)
        backend.ignore_delete_many_errors = config["CACHE_IGNORE_ERRORS"]
        return backend
    own = import_string(kind)
    if kind.startswith("cachelib"):
        return own(*args, **options)
    options["ignore_delete_many_errors"] = config["CACHE_IGNORE_ERRORS"]
    make = own.factory if isinstance(own, type) and issubclass(own, CacheBackend) else own
    return make(app, config, args, options)


def _make_null(config: CacheConfig, args: list[Any], options: CacheConfig) -> Any:
    return cachelib.NullCache()


def _make_simple(config: CacheConfig, args: list[Any], options: CacheConfig) -> Any:
    return cachelib.SimpleCache(*args, **{"threshold": config["CACHE_THRESHOLD"], **options})


def _make_filesystem(config: CacheConfig, args: list[Any], options: CacheConfig) -> Any:
    defaults: CacheConfig = {
        "threshold": config["CACHE_THRESHOLD"],
        "hash_method": config["CACHE_FILE_HASH_METHOD"],
        "mode": 0o600,
    }
    return cachelib.FileSystemCache(config["CACHE_DIR"], *args, **(defaults | options))


def _make_redis(config: CacheConfig, args: list[Any], options: CacheConfig) -> Any:
    options.setdefault("key_prefix", config["CACHE_KEY_PREFIX"] or None)
    place: CacheConfig = {"db": config.get("CACHE_REDIS_DB", 0)}
    if url := config.get("CACHE_REDIS_URL"):
        kept = {name: options.pop(name) for name in ("default_timeout", "key_prefix")}
        connect = import_string("redis.from_url")
        return cachelib.RedisCache(host=connect(url, **place, **options), **kept)
    place["host"] = config.get("CACHE_REDIS_HOST", "localhost")
    place["port"] = config.get("CACHE_REDIS_PORT", 6379)
    if password := config.get("CACHE_REDIS_PASSWORD"):
        place["password"] = password
    return cachelib.RedisCache(*args, **(place | options))


def _make_memcached(config: CacheConfig, args: list[Any], options: CacheConfig) -> Any:
    options.setdefault("key_prefix", config["CACHE_KEY_PREFIX"])
    return cachelib.MemcachedCache(config["CACHE_MEMCACHED_SERVERS"], *args, **options)


_CACHE_MAKERS: dict[str, Callable[[CacheConfig, list[Any], CacheConfig], Any]] = {
    "null": _make_null,
    "simple": _make_simple,
    "filesystem": _make_filesystem,
    "redis": _make_redis,
    "memcached": _make_memcached,
}


def _cache_types() -> str:
    return "NullCache, SimpleCache, FileSystemCache, RedisCache, MemcachedCache"
