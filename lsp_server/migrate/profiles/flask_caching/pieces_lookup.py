"""What `cached` and `memoize` share: their rules, looking a value up, and keeping one."""

from __future__ import annotations

import hashlib
import inspect
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

CacheTimeout = int | timedelta | str | None


@dataclass(frozen=True)
class CacheRules:
    """When a cached value is used, and when a new one is kept.

    The functions are called with the arguments of the cached one if they take any, and count only
    if they answer True itself.
    """

    unless: Callable[..., Any] | None = None
    forced_update: Callable[..., Any] | None = None
    is_stale: Callable[..., Any] | None = None
    response_filter: Callable[..., Any] | None = None
    hash_method: Callable[..., Any] | None = None
    source_check: bool | None = None
    cache_none: bool = False

    def bypassed(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> bool:
        """Whether the cache is neither read nor written in this call."""
        return _says_true(self.unless, (f, *args), kwargs)

    def find(self, cache: Any, key: str, args: tuple[Any, ...], kwargs: Any) -> tuple[bool, Any]:
        """Whether there is a value that may be used, and the value."""
        if _says_true(self.forced_update, args, kwargs):
            return False, None
        value = cache.get(key)
        found = value is not None or (self.cache_none and bool(cache.has(key)))
        if found and self._stale(value, args, kwargs):
            return False, None
        return found, value

    def _stale(self, value: Any, args: tuple[Any, ...], kwargs: Any) -> bool:
        if not callable(self.is_stale):
            return False
        many = len(_positional(self.is_stale)) > 1
        stale = self.is_stale(value, *args, **kwargs) if many else self.is_stale(value)
        return stale is True

    def source_hash(self, cache: Any, f: Callable[..., Any], text: str) -> Any:
        """A hash of a text; with `source_check`, of the function's source, too."""
        digest = hash_method_of(cache, self)(text.encode())
        if self.checks_source(cache):
            digest.update(inspect.getsource(f).encode())
        return digest

    def checks_source(self, cache: Any) -> bool:
        """Whether a change of the function's source makes its values void."""
        chosen = cache.source_check if self.source_check is None else self.source_check
        return bool(chosen)


def hash_method_of(cache: Any, rules: CacheRules) -> Callable[..., Any]:
    """The hash that keys are made with."""
    return rules.hash_method or cache.hash_method or hashlib.sha256


def _says_true(question: Any, args: tuple[Any, ...], kwargs: Any) -> bool:
    if not callable(question):
        return False
    answer = question(*args, **kwargs) if _positional(question) else question()
    return answer is True


def _positional(f: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = inspect.signature(f).parameters.values()
    return [each for each in parameters if each.kind is not each.KEYWORD_ONLY]


def named_parameters(f: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that can be given by position and by name."""
    parameters = inspect.signature(f).parameters.values()
    return [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


def cache_seconds(timeout: CacheTimeout) -> int | None:
    """A timeout in seconds, rounded up; None: the default."""
    if isinstance(timeout, timedelta):
        return math.ceil(timeout.total_seconds())
    return int(timeout) if isinstance(timeout, str) else timeout


def joined_chunks(value: Any) -> Any:
    """A generator's chunks in one, as a generator cannot be kept."""
    if not inspect.isgenerator(value):
        return value
    chunks: list[Any] = list(value)
    if all(isinstance(chunk, str) for chunk in chunks):
        return "".join(chunks)
    return b"".join(chunks) if all(isinstance(chunk, bytes) for chunk in chunks) else chunks


class BackendErrors:
    """In its block, what goes wrong with the backend is logged; in debug mode it is raised."""

    def __init__(self, cache: Any) -> None:
        self.app = cache.app

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, Exception) or self.app.debug:
            return False
        logger = logging.getLogger("flask_caching")
        logger.error("Exception possibly due to cache backend.", exc_info=error)
        return True
