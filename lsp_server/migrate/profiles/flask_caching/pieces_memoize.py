"""`@cache.memoize`: a function's results, kept by its arguments.

A key holds the version of the function, and of the instance for a method. To forget all results is
to change the version: old values are never found again and run out by themselves.
"""

from __future__ import annotations

import base64
import functools
import inspect
import re
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from blinker import Namespace

from lsp_server.migrate.profiles.flask_caching.pieces_lookup import (
    BackendErrors,
    CacheRules,
    CacheTimeout,
    cache_seconds,
    joined_chunks,
    named_parameters,
)

_memoize_signals = Namespace()
cache_memoize_hit = _memoize_signals.signal("cache-memoize-hit")
cache_memoize_miss = _memoize_signals.signal("cache-memoize-miss")

_FORGET_METHOD = (
    "When using `delete_memoized` on a `{kind}` you must provide the `{name}` argument as the"
    " first positional argument."
)


@dataclass(frozen=True)
class MemoizeKey:
    """How `memoize` names a value; arguments in `ignored` make no difference."""

    make_name: Callable[[str], str] | None
    ignored: Sequence[str]


def memoized_function(
    cache: Any, rules: CacheRules, naming: MemoizeKey, timeout: CacheTimeout, f: Callable[..., Any]
) -> Any:
    """The function, answered from the cache where it can be."""

    @functools.wraps(f)
    def memoized(*args: Any, **kwargs: Any) -> Any:
        if rules.bypassed(f, args, kwargs):
            return cache.call(f, *args, **kwargs)
        looked_up = None
        with BackendErrors(cache):
            key = _memoize_key(cache, rules, naming, f, *args, **kwargs)
            looked_up = rules.find(cache, key, args, kwargs)
        if looked_up is None:
            return cache.call(f, *args, **kwargs)
        found, value = looked_up
        if cache.enable_signals:
            signal = cache_memoize_hit if found else cache_memoize_miss
            signal.send(cache=cache, cache_key=key, f=f, args=args, kwargs=kwargs)
        if found:
            return value
        value = joined_chunks(cache.call(f, *args, **kwargs))
        if rules.response_filter is None or rules.response_filter(value):
            seconds = cache_seconds(decorated.cache_timeout)
            with BackendErrors(cache):
                cache.set(key, value, timeout=seconds)
                MemoizeVersions(cache, f, args, naming.ignored).refresh(seconds)
        return value

    decorated: Any = memoized
    decorated.uncached = f
    decorated.cache_timeout = timeout
    decorated.make_cache_key = functools.partial(_memoize_key, cache, rules, naming)
    decorated.delete_memoized = functools.partial(cache.delete_memoized, decorated)
    return decorated


class MemoizeVersions:
    """The versions that stand in the keys of one function: its own, and the instance's."""

    def __init__(
        self, cache: Any, f: Callable[..., Any], args: tuple[Any, ...], ignored: Sequence[str] = ()
    ) -> None:
        self.cache = cache
        self.name, instance = _memoized_names(f, args)
        names = [self.name] if instance is None or "self" in ignored else [self.name, instance]
        self.keys = [f"{name}_memver" for name in names]

    def current(self) -> str:
        """The versions in one; made where there are none yet."""
        known = list(self.cache.get_many(*self.keys))
        versions = [_new_version() if version is None else version for version in known]
        if versions != known:
            self.cache.set_many(dict(zip(self.keys, versions, strict=True)), timeout=0)
        return "".join(versions)

    def refresh(self, seconds: int | None) -> None:
        """Keep the versions as long as the newest value."""
        known = self.cache.get_many(*self.keys)
        versions = [_new_version() if version is None else version for version in known]
        self.cache.set_many(dict(zip(self.keys, versions, strict=True)), timeout=seconds)

    def reset(self) -> None:
        """Forget all values of the instance, or of the function if there is none."""
        self.cache.set_many({self.keys[-1]: _new_version()}, timeout=0)

    def delete(self) -> None:
        """Forget the version itself."""
        self.cache.delete_many(self.keys[-1])


def delete_memoized_values(cache: Any, f: Any, args: tuple[Any, ...], kwargs: Any) -> None:
    """Forget the value for these arguments, or all values if there are none."""
    if not callable(f):
        raise TypeError(
            "Deleting messages by relative name is not supported, please use a function reference."
        )
    if not (args or kwargs):
        MemoizeVersions(cache, f, ()).reset()
        return
    instance = getattr(f, "__self__", None)
    if instance is not None and not inspect.isclass(instance):
        names = [each.name for each in named_parameters(f.uncached)]
        if names[:1] == ["self"] and args[:1] != (instance,):
            args = (instance, *args)
    cache.delete(f.make_cache_key(f.uncached, *args, **kwargs))


def _memoize_key(
    cache: Any, rules: CacheRules, naming: MemoizeKey, f: Any, *args: Any, **kwargs: Any
) -> str:
    versions = MemoizeVersions(cache, f, args, naming.ignored)
    version = versions.current()
    name = naming.make_name(versions.name) if naming.make_name else versions.name
    positional, named = _normal_arguments(f, args, kwargs, naming.ignored)
    digest = rules.source_hash(cache, f, f"{name}{positional}{named}").digest()
    return base64.b64encode(digest)[:16].decode() + version


def _normal_arguments(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, ignored: Sequence[str]
) -> tuple[tuple[Any, ...], OrderedDict[str, Any]]:
    """The arguments by position wherever they can be, defaults filled in, so that two ways to write
    a call have one key."""
    parameters = named_parameters(f)
    remaining = {key: value for key, value in kwargs.items() if key not in ignored}
    normal, taken = [], 0
    for position, parameter in enumerate(parameters):
        name = parameter.name
        if name not in ignored and name in remaining and not _is_owner(position, name):
            normal.append(remaining.pop(name))
            continue
        normal.append(_argument(position, parameter, args[taken : taken + 1], ignored))
        taken += 1
    return (*normal, *args[len(parameters) :]), OrderedDict(sorted(remaining.items()))


def _argument(
    position: int, parameter: inspect.Parameter, given: tuple[Any, ...], ignored: Sequence[str]
) -> Any:
    if parameter.name in ignored:
        return None
    if _is_owner(position, parameter.name):
        if not given:
            kind = "classmethod" if parameter.name == "cls" else "method"
            raise ValueError(_FORGET_METHOD.format(kind=kind, name=parameter.name))
        return _identity(given[0])
    if given:
        return given[0]
    return None if parameter.default is parameter.empty else parameter.default


def _is_owner(position: int, name: str) -> bool:
    return position == 0 and name in ("self", "cls")


def _memoized_names(f: Any, args: tuple[Any, ...]) -> tuple[str, str | None]:
    """The name of a function, and that of the instance's method if it is one."""
    names = [each.name for each in named_parameters(f)]
    owner = getattr(f, "__self__", None)
    token = None
    if owner and not inspect.isclass(owner):
        token = _identity(owner)
    elif names[:1] == ["self"] and args:
        token = _identity(args[0])
    if names[:1] == ["cls"] and not (args and inspect.isclass(args[0])):
        raise ValueError(
            "When using `delete_memoized` on a `@classmethod` you must provide the class as the"
            " first argument"
        )
    name = f"{f.__module__}.{getattr(f, '__qualname__', type(f).__qualname__)}"
    return _plain_name(name), None if token is None else _plain_name(f"{name}.{token}")


def _plain_name(name: str) -> str:
    return re.sub(r"[\x00-\xff](?<![A-Za-z0-9_.])", "", name)


def _identity(instance: Any) -> str:
    caching_id = getattr(instance, "__caching_id__", None)
    return repr(instance) if caching_id is None else str(caching_id())


def _new_version() -> str:
    return base64.b64encode(uuid.uuid4().bytes)[:6].decode()
