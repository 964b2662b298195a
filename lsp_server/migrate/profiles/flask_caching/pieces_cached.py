"""`@cache.cached`: a view's answer, kept under its path or another key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from blinker import Namespace
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from lsp_server.migrate.profiles.flask_caching.pieces_lookup import (
    BackendErrors,
    CacheRules,
    CacheTimeout,
    cache_seconds,
    joined_chunks,
    named_parameters,
)
from lsp_server.migrate.runtime.context import after_this_request, g, request
from lsp_server.migrate.runtime.response import Response
from lsp_server.migrate.runtime.urls import url_for

_cache_signals = Namespace()
cache_view_hit = _cache_signals.signal("cache-view-hit")
cache_view_miss = _cache_signals.signal("cache-view-miss")


class CachedResponse(Response):
    """A response that says itself how long it is kept."""

    timeout: int | None = None

    def __init__(self, response: Response, timeout: CacheTimeout) -> None:
        self.__dict__ = response.__dict__
        self.timeout = cache_seconds(timeout)


@dataclass(frozen=True)
class CacheKey:
    """How `cached` names a value: by prefix, path and, if wanted, the query."""

    prefix: str | Callable[[], str]
    query_string: bool
    own: Callable[..., Any] | None


def cached_view(
    cache: Any,
    rules: CacheRules,
    naming: CacheKey,
    timeout: CacheTimeout,
    tell_hits: bool | None,
    f: Callable[..., Any],
) -> Any:
    """The view, answered from the cache where it can be. Errors that are HTTP answers are kept,
    too."""

    @functools.wraps(f)
    def view(*args: Any, **kwargs: Any) -> Any:
        if rules.bypassed(f, args, kwargs):
            return cache.call(f, *args, **kwargs)
        looked_up = None
        with BackendErrors(cache):
            key = _request_key(naming, decorated, args, kwargs)
            looked_up = rules.find(cache, key, args, kwargs)
        if looked_up is None:
            return cache.call(f, *args, **kwargs)
        found, value = looked_up
        _tell(cache, found, tell_hits, cache_key=key, args=args, kwargs=kwargs)
        if not found:
            value = _fresh_answer(cache, f, args, kwargs)
            _keep_answer(cache, rules, key, value, decorated.cache_timeout)
        if isinstance(value, HTTPException):
            raise value
        return value

    decorated: Any = view
    decorated.uncached = f
    decorated.cache_timeout = timeout
    decorated.make_cache_key = functools.partial(_default_key, cache, rules, naming, f)
    return decorated


def _request_key(naming: CacheKey, view: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    if callable(naming.own):
        return naming.own(*args, **kwargs)
    return view.make_cache_key(*args, use_request=True, **kwargs)


def _default_key(
    cache: Any, rules: CacheRules, naming: CacheKey, f: Any, *args: Any, **kwargs: Any
) -> str:
    """The key of this request, or outside of one, of the call with these arguments."""
    kwargs |= {each.name: value for each, value in zip(named_parameters(f), args, strict=False)}
    path, query = None, None
    if kwargs.pop("use_request", False):
        path = request.path
    else:
        path, query = kwargs.pop("path", None), kwargs.pop("query_args", None)
    prefix = naming.prefix() if callable(naming.prefix) else naming.prefix
    if not callable(naming.prefix) and "%s" in prefix:
        if path is None:
            in_request = naming.query_string
            path = request.path if in_request else url_for(f.__name__, _external=False, **kwargs)
        prefix = prefix % path
    if naming.query_string:
        pairs = str(tuple(sorted(_query_pairs(query))))
        return f"{prefix}{rules.source_hash(cache, f, pairs).hexdigest()}"
    if rules.checks_source(cache):
        return f"{prefix}{rules.source_hash(cache, f, '').hexdigest()}"
    return prefix


def _query_pairs(query: Any) -> Iterable[tuple[str, Any]]:
    if query is None:
        return request.args.items(multi=True)
    if isinstance(query, str):
        return parse_qsl(query.lstrip("?"), keep_blank_values=True)
    pairs = query
    if isinstance(query, MultiDict):
        pairs = query.items(multi=True)
    elif isinstance(query, Mapping):
        pairs = query.items()
    return [(key, str(value)) for key, value in pairs]


def _tell(cache: Any, found: bool, tell_hits: bool | None, **about: Any) -> None:
    """In the log, in the header `hit_cache`, and by a signal, where that is wanted."""
    if found and cache.app.debug:
        cache.app.logger.info("Cache used for key: %s", about["cache_key"])
    if tell_hits:
        g.flask_caching_hit_cache = found
        after_this_request(_mark_hit)
    if cache.enable_signals:
        signal = cache_view_hit if found else cache_view_miss
        signal.send(cache=cache, **about)


def _mark_hit(response: Response) -> Response:
    if g.get("flask_caching_hit_cache"):
        response.headers["hit_cache"] = "True"
    return response


def _fresh_answer(cache: Any, f: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
    try:
        return joined_chunks(cache.call(f, *args, **kwargs))
    except HTTPException as error:
        return error


def _keep_answer(
    cache: Any, rules: CacheRules, key: Any, value: Any, timeout: CacheTimeout
) -> None:
    answer = value.get_response() if isinstance(value, HTTPException) else value
    if rules.response_filter is not None and not rules.response_filter(answer):
        return
    seconds = cache_seconds(timeout)
    if isinstance(value, CachedResponse):
        seconds = value.timeout or seconds
    with BackendErrors(cache):
        cache.set(key, value, timeout=seconds)
