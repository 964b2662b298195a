"""The requests that a rule is asked with, the telling ones first.

Each request has a rank; the replay sends all of rank 0, then 1, and so on until its budget is
spent, one rule after the other within a rank, so that no rule takes another's share. Nothing here
is random but the choice of hostile values, which is seeded by the rule.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from lsp_server.migrate.replay.rules import Rule
from lsp_server.migrate.replay.sources import Key, Sources, of_place
from lsp_server.migrate.replay.values import (
    HOSTILE,
    LONG,
    PATHS,
    as_json,
    plausible,
    telling,
)
from lsp_server.migrate.replay.wire import (
    FORM,
    JSON,
    Request,
    form,
    multipart,
    raw,
    with_json,
)

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
WRONG: Final[tuple[object, ...]] = (
    None, "", 7, -1.5, "Zoë 漢字", [], {"a": [1]}, True, LONG,
)  # fmt: skip
LARGE: Final = 600_000
FILE: Final = b"line one\nZo\xc3\xab\n"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A request that may be sent, its rank, and the rule that it is meant for."""

    rank: int
    request: Request
    rule: Rule | None


def candidates(rules: Sequence[Rule], sources: Sources) -> Iterator[Candidate]:
    """All requests for all rules.

    What a framework does alike for every rule (hosts, forwarded headers, ranges) is asked of one
    rule of each blueprint.
    """
    blueprints: set[str] = set()
    yield from (Candidate(1, each, rule) for rule in _writing(rules) for each in _large(rule))
    for rule in rules:
        blueprint = rule.endpoint.rpartition(".")[0]
        if "GET" in rule.methods and blueprint not in blueprints:
            blueprints.add(blueprint)
            yield from (Candidate(rank, request, rule) for rank, request in _framework(rule))
        yield from (Candidate(rank, request, rule) for rank, request in _requests(rule, sources))


def _writing(rules: Sequence[Rule]) -> list[Rule]:
    """The first rule that takes a body."""
    return [rule for rule in rules if "POST" in rule.methods][:1]


def _large(rule: Rule) -> Iterator[Request]:
    """More than an app may take: by its own limit, or by that of a form in memory."""
    yield multipart("POST", rule.path(), [], [("file", "large.bin", b"x" * LARGE)])
    yield form("POST", rule.path(), [("text", "x" * LARGE)])


def strays() -> Iterator[Candidate]:
    """Requests that no rule is meant to answer, and some that look at the whole app."""
    for rank, request in (
        (0, Request("GET", "/penna-no-such-page")),
        (0, Request("POST", "/penna-no-such-page")),
        (1, Request("HEAD", "/penna-no-such-page")),
        (1, Request("OPTIONS", "/penna-no-such-page")),
        (1, Request("GET", "/penna-no-such-page/")),
        (1, Request("GET", "/static/penna-no-such-file.css")),
        (1, Request("GET", "/static/..%2f..%2fetc/passwd")),
        (1, Request("GET", "/docs")),
        (1, Request("GET", "/redoc")),
        (1, Request("GET", "/openapi.json")),
        (1, Request("GET", "/penna-no-such-page", (("Accept", JSON),))),
        (2, Request("GET", "//")),
        (2, Request("GET", "/%2e%2e/%2e%2e/etc/passwd")),
        (2, Request("GET", f"/{LONG}")),
        (2, Request("GET", "/Zo%C3%AB/%E6%BC%A2")),
        (2, Request("GET", "/%FF%FE")),
        (2, Request("QUERY", "/")),
    ):
        yield Candidate(rank, request, None)


def _requests(rule: Rule, sources: Sources) -> Iterator[tuple[int, Request]]:
    yield from _paths(rule)
    for method in rule.own_methods:
        keys = sources.keys(rule.file, rule.view, method)
        yield from _plain(rule, method, keys)
        yield from _queries(rule, method, keys)
        yield from _headers(rule, method, keys)
        if method in {"POST", "PUT", "PATCH"}:
            yield from _form_bodies(rule, method, keys)
            yield from _json_bodies(rule, method, keys)
            yield from _file_bodies(rule, method, keys)
    yield from _methods(rule)


def _plain(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    if method == "GET":
        yield 0, Request("GET", rule.path())
        if rule.converters:
            yield 0, Request("GET", rule.path(n=1))
            yield 2, Request("GET", rule.path(n=2))
    elif method == "DELETE":
        yield 0, Request("DELETE", rule.path())
        yield 0, Request("DELETE", rule.path(n=1))
    else:
        yield 1, Request(method, rule.path())


def _queries(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    read = of_place(keys, "args", "values")
    if not read:
        if method == "GET":
            yield 4, _with_query(rule, method, [("penna", "1"), ("penna", "2")])
        return
    usual = [(key.name, key.value or plausible(key.name, key.kind)) for key in read]
    yield 0, _with_query(rule, method, usual)
    yield 1, _with_query(rule, method, [*usual, *((name, "other") for name, _ in usual)])
    for pair in usual:
        rest = [each for each in usual if each != pair]
        yield 1, _with_query(rule, method, [*rest, (pair[0], "<i>no number")])
        yield 2, _with_query(rule, method, [pair])
        yield 2, _with_query(rule, method, [*rest, (pair[0], "")])
        for value in _some(rule, HOSTILE, 5, pair[0]):
            yield 3, _with_query(rule, method, [*rest, (pair[0], value)])
    yield 3, Request(method, f"{rule.path()}?{usual[0][0]}")
    yield 2, Request(method, f"{rule.path()}?{usual[0][0]}=%FF&&=x&{usual[0][0]}=a+b%20c")


def _headers(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    base = Request(method, rule.path())
    for key in of_place(keys, "headers"):
        usual = ("Bearer k3y", "Basic cmVhZGVyOmszeQ==") if key.name == "Authorization" else ("7",)
        values = (key.value, *usual) if key.value else usual
        for number, value in enumerate((*values, "not-a-number", "")):
            yield 1 if number == 0 else 3, base.with_header(key.name, value)
    for key in of_place(keys, "cookies"):
        for number, value in enumerate(
            (key.value or plausible(key.name, key.kind), "%22x%22", '"a b"', "")
        ):
            yield 1 if number == 0 else 3, base.with_header("Cookie", f"{key.name}={value}")


def _framework(rule: Rule) -> Iterator[tuple[int, Request]]:
    base = Request("GET", rule.path())
    forwarded = base.with_header("X-Forwarded-Host", "evil.example")
    yield 1, Request("HEAD", rule.path())
    yield 1, Request("OPTIONS", rule.path())
    yield 1, Request("DELETE" if "DELETE" not in rule.methods else "PATCH", rule.path())
    yield 1, base.with_header("Host", "books.example.org:8080")
    yield 1, base.with_header("Origin", "http://example.com")
    yield 2, base.with_header("Accept", JSON).with_header("X-Requested-With", "XMLHttpRequest")
    yield 2, base.with_header("Cookie", "session=forged.value.here")
    yield 2, forwarded.with_header("X-Forwarded-Proto", "https")
    yield 2, base.with_header("Range", "bytes=0-3")
    preflight = (("Origin", "http://example.com"), ("Access-Control-Request-Method", "POST"))
    yield 2, Request("OPTIONS", rule.path(), preflight)
    yield 2, Request("GET", rule.path().replace("/", "//", 1))
    yield 2, Request("GET", rule.path().upper() if rule.path().isascii() else "/X")


def _form_bodies(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    read = of_place(keys, "form", "values")
    where = rule.path()
    yield 1, form(method, where, [])
    if not read:
        yield 3, form(method, where, [("title", "Some title"), ("body", "Some body")])
        return
    usual = [(key.name, key.value or plausible(key.name, key.kind)) for key in read]
    yield 0, form(method, where, usual)
    yield 1, form(method, where, [*usual, *((name, "other") for name, _ in usual)])
    yield 2, multipart(method, where, usual, [])
    yield 3, raw(method, where, urlencode(usual).encode(), "text/plain")
    yield 3, raw(method, where, b"%FF=%&&a=1;b=2&=", FORM)
    for pair in usual:
        rest = [each for each in usual if each != pair]
        yield 1, form(method, where, rest)
        yield 1, form(method, where, [*rest, (pair[0], "")])
        for value in _some(rule, HOSTILE, 3, pair[0]):
            yield 2, form(method, where, [*rest, (pair[0], value)])


def _json_bodies(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    read = of_place(keys, "json")
    where = rule.path()
    yield 1 if read else 3, raw(method, where, b'{"a": ', JSON)
    yield 2 if read else 3, with_json(method, where, {})
    if not read:
        return
    usual: dict[str, object] = {key.name: key.value or as_json(key.name, key.kind) for key in read}
    yield 0, with_json(method, where, usual)
    yield 1, with_json(method, where, usual, "text/plain")
    yield 1, raw(method, where, b"", JSON)
    yield 2, with_json(method, where, [usual])
    yield 2, with_json(method, where, None)
    yield 2, with_json(method, where, "text")
    yield 2, with_json(method, where, usual, "application/vnd.api+json")
    yield 2, form(method, where, [(key, str(value)) for key, value in usual.items()])
    yield 3, raw(method, where, b"\xff\xfe{}", JSON)
    for key in read:
        rest = {name: value for name, value in usual.items() if name != key.name}
        yield 1, with_json(method, where, rest)
        for wrong in WRONG:
            yield 2, with_json(method, where, {**rest, key.name: wrong})


def _file_bodies(rule: Rule, method: str, keys: Sequence[Key]) -> Iterator[tuple[int, Request]]:
    read = of_place(keys, "files")
    if not read:
        return
    where = rule.path()
    fields = [
        (k.name, k.value or plausible(k.name, k.kind)) for k in of_place(keys, "form", "values")
    ]
    for name in ("notes.txt", "picture.png", "../../evil.sh", "Zoë 漢字.txt", "", "a b'\".txt"):
        files = [(key.name, name, FILE if name else b"") for key in read]
        yield 0 if name == "notes.txt" else 1, multipart(method, where, fields, files)
    many = [(key.name, f"{n}.txt", FILE * n) for key in read for n in (1, 2)]
    yield 2, multipart(method, where, fields, many)
    yield 2, multipart(method, where, fields, [])
    yield 3, raw(method, where, b"no parts at all", "multipart/form-data; boundary=x")
    yield 3, raw(method, where, b"no boundary", "multipart/form-data")


def _methods(rule: Rule) -> Iterator[tuple[int, Request]]:
    where = rule.path()
    # Whoever wrote one view for several methods may have written one for HEAD, too.
    rank = 1 if len(rule.own_methods) > 1 else 3
    yield rank, Request("OPTIONS", where)
    yield rank, Request("HEAD", where)
    wrong = [method for method in METHODS if method not in rule.methods]
    for number, method in enumerate(wrong):
        yield 3 if number == 0 else 4, Request(method, where)


def _paths(rule: Rule) -> Iterator[tuple[int, Request]]:
    """Slash variants, and hostile values for each variable."""
    method = rule.own_methods[0] if rule.own_methods else "GET"
    where = rule.path()
    variant = where.rstrip("/") if where.endswith("/") and where != "/" else f"{where}/"
    if method == "GET" and "POST" in rule.methods:
        yield 3, Request("POST", variant)
    for converter in rule.converters:
        for value in telling(converter):
            yield 1, Request(method, rule.path({converter.name: value}))
    yield 1, Request(method, variant)
    yield 3, Request(method, f"{variant}?q=a+b&q=%C3%AB")
    for converter in rule.converters:
        for value in _some(rule, PATHS, 9, converter.name):
            yield 3, Request(method, rule.path({converter.name: value}))
        for value in PATHS:
            yield 4, Request(method, rule.path({converter.name: value}))


def _with_query(rule: Rule, method: str, query: Sequence[tuple[str, str]]) -> Request:
    pairs = "&".join(f"{quote(name)}={quote(value)}" for name, value in query)
    return Request(method, f"{rule.path()}?{pairs}")


def _some(rule: Rule, values: Sequence[str], most: int, salt: str) -> list[str]:
    """A few of the values, always the same for the same rule and key."""
    chosen = random.Random(f"{rule.rule} {rule.endpoint} {salt}")  # noqa: S311 - no secret.
    return chosen.sample(list(values), min(most, len(values)))


def at_most(found: Sequence[Candidate], budget: int) -> list[Candidate]:
    """Within the budget, by rank, one of each rule in turn; a request is sent once."""
    ranks: dict[int, dict[str, list[Candidate]]] = {}
    seen: set[Request] = set()
    for each in found:
        if each.request in seen and each.request.method != "DELETE":
            continue
        seen.add(each.request)
        owner = each.rule.rule + each.rule.endpoint if each.rule else ""
        ranks.setdefault(each.rank, {}).setdefault(owner, []).append(each)
    ordered = [each for rank in sorted(ranks) for each in _in_turn(list(ranks[rank].values()))]
    return ordered[:budget]


def _in_turn(queues: list[list[Candidate]]) -> Iterator[Candidate]:
    for number in range(max(map(len, queues), default=0)):
        for queue in queues:
            if number < len(queue):
                yield queue[number]
