"""Flask-Caching: cachelib's backends behind `Cache`, its decorators and its template tag."""

from lsp_server.migrate.profile import Profile

_FOLDER = "lsp_server.migrate.profiles.flask_caching"
_OTHER = "has no counterpart: cachelib's own class can be named in CACHE_TYPE, or the part stays."

PROFILE = Profile(
    distribution="flask-caching",
    modules=("flask_caching",),
    exports={
        "flask_caching.Cache": "Cache",
        "flask_caching.CachedResponse": "CachedResponse",
        "flask_caching.make_template_fragment_key": "make_template_fragment_key",
        "flask_caching.utils.make_template_fragment_key": "make_template_fragment_key",
        "flask_caching.backends.base.BaseCache": "CacheBackend",
        "flask_caching.backends.BaseCache": "CacheBackend",
        "flask_caching.cache_view_hit": "cache_view_hit",
        "flask_caching.cache_view_miss": "cache_view_miss",
        "flask_caching.cache_memoize_hit": "cache_memoize_hit",
        "flask_caching.cache_memoize_miss": "cache_memoize_miss",
        "flask_caching.signals.cache_view_hit": "cache_view_hit",
        "flask_caching.signals.cache_view_miss": "cache_view_miss",
        "flask_caching.signals.cache_memoize_hit": "cache_memoize_hit",
        "flask_caching.signals.cache_memoize_miss": "cache_memoize_miss",
    },
    pieces=(
        f"{_FOLDER}.pieces",
        f"{_FOLDER}.pieces_backends",
        f"{_FOLDER}.pieces_cached",
        f"{_FOLDER}.pieces_fragment",
        f"{_FOLDER}.pieces_lookup",
        f"{_FOLDER}.pieces_memoize",
    ),
    dependencies=("cachelib>=0.10",),
    refused={
        f"flask_caching.backends.{name}": f"`{name}` {_OTHER}"
        for name in (
            *("SimpleCache", "FileSystemCache", "RedisCache", "RedisSentinelCache"),
            *("RedisClusterCache", "MemcachedCache", "SASLMemcachedCache", "UWSGICache"),
        )
    },
    notes=(
        "The caches NullCache, SimpleCache, FileSystemCache, RedisCache and MemcachedCache are"
        " kept by CACHE_TYPE; another short name raises an error that lists them at the start.",
    ),
)
