"""Flask-Caching's API, with the extension and with our pieces."""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import cachelib
import pytest

from lsp_server.migrate.profiles.flask_caching import PROFILE
from tests.migrate.profiles.stories import HelperKit, Kit, answer, told_twice


def _app(kit: Kit, **config: Any) -> tuple[Any, Any]:
    app = kit["flask.Flask"]("shop")
    app.config.update({"CACHE_TYPE": "SimpleCache", **config})
    return app, kit["flask_caching.Cache"](app)


def _counter() -> Any:
    calls: list[int] = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    return count


PATHS = [
    *("/plain", "/plain", "/plain?a=1"),
    *("/query?a=1&b=2", "/query?b=2&a=1", "/query?a=1&a=2", "/query?a=2&a=1", "/query"),
    *("/item/1", "/item/2", "/item/1", "/item/%E4%B8%AD", "/item/%E4%B8%AD"),
    *("/missing", "/missing", "/forbidden", "/forbidden", "/stream", "/stream"),
    *("/none", "/none", "/prefixed", "/named", "/named", "/timed", "/timed"),
    *("/unless", "/unless", "/unless?nocache=1", "/forced", "/forced?fresh=1", "/forced"),
    *("/stale", "/stale", "/stale", "/filtered", "/filtered", "/hit", "/hit"),
]


def _views(kit: Kit, app: Any, cache: Any) -> None:
    request, response = kit["flask.request"], kit["flask.Response"]
    count = _counter()

    def view(path: str, **options: Any) -> Any:
        def decorator(f: Any) -> Any:
            return app.route(path, endpoint=f.__name__)(cache.cached(**options)(f))

        return decorator

    @view("/plain", timeout=60)
    def plain() -> Any:
        return f"plain {count()}"

    @view("/query", query_string=True)
    def query() -> Any:
        return {"query": request.args, "count": count()}

    @view("/item/<name>", timeout=timedelta(minutes=1))
    def item(name: str) -> Any:
        return f"{name} {count()}", 202

    @view("/missing")
    def missing() -> Any:
        kit["flask.abort"](404, f"missing {count()}")

    @view("/forbidden", response_filter=lambda answer: answer.status_code != 403)
    def forbidden() -> Any:
        kit["flask.abort"](403, f"forbidden {count()}")

    @view("/stream")
    def stream() -> Any:
        number = count()
        return (f"{number} {part}," for part in range(3))

    @view("/none", cache_none=True, response_filter=None)
    def none() -> Any:
        return "" if count() else None

    @view("/prefixed", key_prefix="%s/mine")
    def prefixed() -> Any:
        return f"prefixed {count()}"

    @view("/named", key_prefix=lambda: f"named-{request.method}")
    def named() -> Any:
        return f"named {count()}"

    @view("/timed")
    def timed() -> Any:
        made = kit["flask.make_response"](f"timed {count()}")
        return kit["flask_caching.CachedResponse"](made, timeout=77)

    @view("/unless", unless=lambda *args, **kwargs: "nocache" in request.args)
    def unless() -> Any:
        return f"unless {count()}"

    @view("/forced", forced_update=lambda: "fresh" in request.args)
    def forced() -> Any:
        return f"forced {count()}"

    @view("/stale", is_stale=lambda value: value.endswith("3"))
    def stale() -> Any:
        return f"stale {count()}"

    @view("/filtered", response_filter=lambda value: False)
    def filtered() -> Any:
        return response(f"filtered {count()}")

    @view("/hit", response_hit_indication=True)
    def hit() -> Any:
        return f"hit {count()}"


def test_views_are_answered_from_the_cache() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit)
        _views(kit, app, cache)
        client = app.test_client()
        told = []
        for path in PATHS:
            response = client.get(path)
            told.append((path, *answer(response), response.headers.get("hit_cache")))
        with app.app_context():
            kept = cache.cache._cache
            return told, sorted(kept), [round(kept[key][0] - time.time(), -1) for key in kept]

    told, keys, _ = told_twice(story, PROFILE)
    assert told[0][3] == told[1][3] == told[2][3] == "plain 1"
    assert told[-1][4] == "True"
    assert "view//plain" in keys


def test_keys_are_found_outside_of_requests() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit)
        _views(kit, app, cache)
        views = app.view_functions
        client = app.test_client()
        told = [client.get(path).get_data(True) for path in ("/item/1", "/query?a=1&b=2", "/plain")]
        with app.test_request_context("/elsewhere?a=1&b=2"):
            told += [
                views["item"].make_cache_key(name=1),
                views["item"].make_cache_key("1"),
                views["plain"].make_cache_key(),
                views["query"].make_cache_key(path="/query", query_args="?b=2&a=1"),
                cache.delete_cached(views["item"], name=1),
                cache.delete_cached(views["query"], path="/query", query_args={"a": 1, "b": 2}),
                cache.delete_cached(views["query"], path="/query", query_args=[("a", "x")]),
                views["plain"].uncached(),
                views["plain"].cache_timeout,
            ]
        return told, [client.get(path).get_data(True) for path in ("/item/1", "/query?a=1&b=2")]

    assert told_twice(story, PROFILE)[0][3] == "view//item/1"


def test_functions_are_memoized() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit)
        count = _counter()

        class Shop:
            def __init__(self, name: str) -> None:
                self.name = name

            def __repr__(self) -> str:
                return f"Shop({self.name})"

            @cache.memoize(50)
            def price(self, item: str, *, net: bool = False) -> Any:
                return self.name, item, net, count()

            @classmethod
            @cache.memoize()
            def kind(cls, item: str = "a") -> Any:
                return cls.__name__, item, count()

        @cache.memoize(timeout=60, args_to_ignore=["verbose"])
        def add(a: int, b: int = 2, *rest: int, verbose: bool = False, **more: Any) -> Any:
            return a, b, rest, sorted(more.items()), count()

        @cache.memoize(make_name=lambda name: f"my-{name}")
        def chunks() -> Any:
            yield from (str(count()), "b")

        one, two = Shop("one"), Shop("two")
        told: list[Any] = []
        with app.app_context():
            calls: list[Any] = [
                *(lambda: add(1), lambda: add(1, 2), lambda: add(a=1, b=2), lambda: add(b=2, a=1)),
                *(lambda: add("1"), lambda: add(1, 2, 3), lambda: add(1, 2, 3, verbose=True)),
                *(
                    lambda: add(1, c=1, d=2),
                    lambda: add(1, d=2, c=1),
                    lambda: add("中", c=[1]),
                ),
                *(lambda: one.price("x"), lambda: two.price("x"), lambda: one.price(item="x")),
                *(lambda: one.price("x", net=True), lambda: Shop.kind(), lambda: Shop.kind("a")),
                *(chunks, chunks),
            ]
            for _ in range(2):
                told += [call() for call in calls]
            cache.delete_memoized(add, 1)
            told += [add(1, 2), add(1, 2, 3)]
            cache.delete_memoized(add)
            told += [add(1, 2), add(1, 2, 3)]
            cache.delete_memoized(one.price)
            told += [one.price("x"), two.price("x")]
            cache.delete_memoized(one.price, "x")
            told += [one.price("x"), one.price("x", net=True)]
            cache.delete_memoized(Shop.price, two, "x")
            told += [one.price("x"), two.price("x")]
            cache.delete_memoized(Shop.price)
            told += [one.price("x"), two.price("x")]
            cache.delete_memoized(Shop.kind, Shop)
            told += [Shop.kind()]
            add.delete_memoized()
            told += [add(1), add.uncached(1), add.cache_timeout]
            cache.delete_memoized_verhash(add)
            told += [add(1), len(add.make_cache_key(add.uncached, 1))]
            attempts: list[Any] = [
                lambda: cache.delete_memoized("add"),
                lambda: cache.delete_memoized_verhash("add"),
                lambda: cache.delete_memoized(Shop.kind, "x"),
            ]
            for attempt in attempts:
                with pytest.raises((TypeError, ValueError)) as error:
                    attempt()
                told.append(type(error.value))
        return told

    told = told_twice(story, PROFILE)
    assert told[0] == told[1] == told[2] == told[3] == (1, 2, (), [], 1)


def test_values_can_be_kept_by_hand() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit)
        with app.app_context():
            return [
                cache.set("a", [1], timeout=5),
                cache.get("a"),
                cache.add("a", 2),
                cache.has("a"),
                cache.set_many({"b": 1, "c": "中"}),
                cache.get_many("a", "b", "none"),
                cache.get_dict("b", "c"),
                cache.delete("a"),
                cache.delete_many("b", "none"),
                cache.unlink("c"),
                cache.get("c"),
                cache.set("d", 1),
                cache.clear(),
                cache.get("d"),
                cache.cache is app.extensions["cache"][cache],
            ]

    assert told_twice(story, PROFILE)[1] == [1]


TEMPLATE = """\
{% cache 60, "side", name %}{{ name }} {{ count() }}{% endcache %}
{% cache 60 %}<b>{{ count() }}</b>{% endcache %}
{% cache "del", "side", "gone" %}{{ count() }}{% endcache %}
{% cache %}{% endcache %}"""


def test_fragments_of_templates_are_kept() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit)
        count = _counter()
        render = kit["flask.render_template_string"]
        source = TEMPLATE.rpartition("\n")[0]
        make_key = kit["flask_caching.make_template_fragment_key"]
        with app.test_request_context("/"):
            told = [render(source, name=name, count=count) for name in ("a", "b", "a")]
            keys = sorted(cache.cache._cache)
            cache.delete(make_key("side", vary_on=["a"]))
            told.append(render(source, name="a", count=count))
            with pytest.raises(Exception) as error:
                render(TEMPLATE, name="a", count=count)
        return told, keys, make_key("x"), type(error.value).__name__

    told = told_twice(story, PROFILE)
    assert told[0][0].splitlines()[0] == told[0][2].splitlines()[0] == "a 1"


def test_the_backend_is_chosen_by_configuration(tmp_path: Path) -> None:
    def story(kit: Kit) -> Any:
        folder = tmp_path / type(kit).__name__
        told: list[Any] = []
        for config in (
            {"CACHE_TYPE": "SimpleCache", "CACHE_THRESHOLD": 3, "CACHE_DEFAULT_TIMEOUT": "7"},
            {"CACHE_TYPE": "NullCache", "CACHE_NO_NULL_WARNING": True},
            {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(folder)},
            {"CACHE_TYPE": "flask_caching.backends.SimpleCache", "CACHE_IGNORE_ERRORS": True},
            {"CACHE_TYPE": "cachelib.SimpleCache", "CACHE_ARGS": [9]},
            {"CACHE_OPTIONS": {"default_timeout": timedelta(seconds=1.2)}},
        ):
            app, cache = _app(kit, **config)
            with app.app_context():
                cache.set("a", "中")
                backend = cache.cache
                told.append((cache.get("a"), backend.default_timeout, cache.has("a")))
                told.append(isinstance(backend, cachelib.BaseCache))
                told.append((getattr(backend, "_threshold", None),))
        return told, sorted(path.name for path in folder.iterdir())

    told = told_twice(story, PROFILE)
    assert told[0][0] == ("中", 7, True)
    assert hashlib.sha256(b"a").hexdigest() in told[1]


class FakeRedis:
    """Keeps what it is told in memory, and how it was made."""

    def __init__(self, *place: Any, **options: Any) -> None:
        self.made = (place, sorted(options.items()))
        self.kept: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self.kept.get(key)

    def set(self, name: str, value: Any, **expiry: Any) -> bool:
        self.kept[name] = value
        return True


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"CACHE_REDIS_URL": "redis://there/3", "CACHE_REDIS_DB": 2, "CACHE_KEY_PREFIX": "mine_"},
        {"CACHE_REDIS_URL": "redis://there", "CACHE_OPTIONS": {"socket_timeout": 3}},
        {"CACHE_REDIS_HOST": "there", "CACHE_REDIS_PORT": 7, "CACHE_REDIS_PASSWORD": "x"},
        {"CACHE_REDIS_HOST": "there", "CACHE_KEY_PREFIX": "", "CACHE_DEFAULT_TIMEOUT": 9},
    ],
)
def test_redis_is_reached_the_same_way(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = ModuleType("redis")
    vars(redis).update(Redis=FakeRedis, StrictRedis=FakeRedis, from_url=FakeRedis)
    monkeypatch.setitem(sys.modules, "redis", redis)

    def story(kit: Kit) -> Any:
        options = dict(config.get("CACHE_OPTIONS", {}))
        app, cache = _app(kit, CACHE_TYPE="RedisCache", **{**config, "CACHE_OPTIONS": options})
        with app.app_context():
            cache.set("a", "中")
            client = cache.cache._write_client
            return client.made, sorted(client.kept), cache.get("a"), cache.cache.default_timeout

    assert told_twice(story, PROFILE)[2] == "中"


def test_settings_of_the_object_win() -> None:
    def story(kit: Kit) -> Any:
        app = kit["flask.Flask"]("shop")
        app.config.update(CACHE_TYPE="SimpleCache", CACHE_DEFAULT_TIMEOUT=1, CACHE_THRESHOLD=1)
        cache = kit["flask_caching.Cache"](
            config={"CACHE_DEFAULT_TIMEOUT": 2, "CACHE_THRESHOLD": 2}
        )
        cache.init_app(app, config={"CACHE_THRESHOLD": 3})
        with app.app_context():
            return cache.cache.default_timeout, cache.cache._threshold

    assert told_twice(story, PROFILE) == (2, 3)


def test_what_is_wrong_is_told_at_the_start() -> None:
    def story(kit: Kit) -> Any:
        told = []
        for config in ("x", {"CACHE_HASH_METHOD": "md5"}, {"CACHE_SERIALIZER": int}):
            app = kit["flask.Flask"]("shop")
            app.config["CACHE_NO_NULL_WARNING"] = True
            with pytest.raises(ValueError) as error:
                kit["flask_caching.Cache"](app, config=config)
            told.append(str(error.value))
        for config in ({}, {"CACHE_TYPE": "FileSystemCache"}):
            with pytest.warns(UserWarning) as warned, pytest.raises((TypeError, AssertionError)):
                kit["flask_caching.Cache"](kit["flask.Flask"]("shop"), config=config)
                raise AssertionError
            told.append(str(warned[0].message).removeprefix("Flask-Caching: "))
        return told

    assert "disabled" in told_twice(story, PROFILE)[3]


def test_a_type_that_is_not_carried_over_is_named() -> None:
    with pytest.raises(ValueError, match="'RedisClusterCache' is not known: use one of NullCache"):
        _app(HelperKit([PROFILE]), CACHE_TYPE="RedisClusterCache")


def test_names_of_version_1_still_work() -> None:
    for kind in ("simple", "null"):
        _, cache = _app(HelperKit([PROFILE]), CACHE_TYPE=kind, CACHE_NO_NULL_WARNING=True)
        assert cache.cache.set("a", 1)


class BrokenCache(cachelib.SimpleCache):
    """A backend that is down."""

    def get(self, key: str) -> Any:
        raise OSError("down")


def broken(app: Any, config: Any, args: Any, kwargs: Any) -> Any:
    """A factory, as CACHE_TYPE may name one."""
    return BrokenCache()


def test_a_broken_backend_breaks_no_view(caplog: pytest.LogCaptureFixture) -> None:
    def story(kit: Kit) -> Any:
        caplog.clear()
        app, cache = _app(kit, CACHE_TYPE=f"{__name__}.broken")
        _views(kit, app, cache)
        memoized = cache.memoize()(lambda value: value)
        client = app.test_client()
        told: list[Any] = [answer(client.get("/plain")), answer(client.get("/missing"))]
        with app.app_context():
            told.append(memoized(3))
        told.append([(record.levelno, record.getMessage()) for record in caplog.records])
        app.debug = app.testing = True
        with pytest.raises(OSError):
            client.get("/plain")
        return told

    told = told_twice(story, PROFILE)
    assert told[3][0] == (logging.ERROR, "Exception possibly due to cache backend.")


def test_signals_tell_hits_and_misses() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit, CACHE_ENABLE_SIGNALS=True)
        _views(kit, app, cache)
        told: list[Any] = []

        def heard(name: str) -> Any:
            def receiver(sender: Any, **about: Any) -> None:
                told.append((name, about["cache_key"][:8], sorted(about)))

            kit[f"flask_caching.signals.{name}"].connect(receiver, weak=False)
            return receiver

        names = ("cache_view_hit", "cache_view_miss", "cache_memoize_hit", "cache_memoize_miss")
        receivers = [heard(name) for name in names]
        client = app.test_client()
        client.get("/plain")
        client.get("/plain")
        with app.app_context():
            memoized = cache.memoize(make_name=lambda name: "fixed")(lambda value: value)
            memoized(1)
            memoized(1)
        for name, receiver in zip(names, receivers, strict=True):
            kit[f"flask_caching.signals.{name}"].disconnect(receiver)
        return [(name, about) for name, _, about in told]

    assert [name for name, _ in told_twice(story, PROFILE)] == [
        *("cache_view_miss", "cache_view_hit", "cache_memoize_miss", "cache_memoize_hit")
    ]


def test_source_is_part_of_the_key_where_wanted() -> None:
    def story(kit: Kit) -> Any:
        app, cache = _app(kit, CACHE_SOURCE_CHECK=True)
        _views(kit, app, cache)
        with app.test_request_context("/"):
            return [
                app.view_functions[name].make_cache_key(path="/x") for name in ("plain", "query")
            ]

    assert len(told_twice(story, PROFILE)[0]) > 64
