"""Which feature a difference comes from, as far as its shape tells, and differences in groups."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lsp_server.migrate.replay.compare import Aspect
from lsp_server.migrate.replay.replayer import Difference
from lsp_server.migrate.replay.wire import curl

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Differences that look alike: where, in what, and whose work it likely is."""

    where: str
    feature: str
    aspects: tuple[Aspect, ...]
    requests: tuple[str, ...]
    n: int


def grouped(differences: Sequence[Difference]) -> list[Group]:
    """Groups in the order of their first difference, the first requests of each shown."""
    found: dict[tuple[str, str, tuple[str, ...]], list[Difference]] = {}
    for each in differences:
        where = f"{each.rule.endpoint} ({each.rule.rule})" if each.rule else "no rule in particular"
        names = tuple(aspect.name for aspect in each.aspects)
        found.setdefault((where, feature(each), names), []).append(each)
    return [
        Group(
            where,
            named,
            alike[0].aspects,
            tuple(curl(each.request) for each in alike[:MOST_SHOWN]),
            len(alike),
        )
        for (where, named, _), alike in found.items()
    ]


def feature(difference: Difference) -> str:
    """The feature of Flask whose translation is likely at fault."""
    for test, name in TESTS:
        if test(difference):
            return name
    return "the view itself"


def _status(old: int, new: int) -> Callable[[Difference], bool]:
    return lambda each: (each.old_status, each.new_status) == (old, new)


def _method(name: str) -> Callable[[Difference], bool]:
    return lambda each: each.request.method == name


def _aspect(start: str) -> Callable[[Difference], bool]:
    return lambda each: any(aspect.name.startswith(start) for aspect in each.aspects)


def _only(*names: str) -> Callable[[Difference], bool]:
    return lambda each: {aspect.name for aspect in each.aspects} <= set(names)


def _is_same_json(each: Difference) -> bool:
    for aspect in each.aspects:
        if aspect.name == "body":
            try:
                return bool(json.loads(aspect.old) == json.loads(aspect.new))
            except ValueError:
                return False
    return False


def _is_slash(each: Difference) -> bool:
    if each.old_status == 308:
        return True
    return each.new_status in {307, 308} and each.old_status not in REDIRECTS


def _all_redirect(each: Difference) -> bool:
    return each.old_status in REDIRECTS and each.new_status in REDIRECTS


TESTS: Final[tuple[tuple[Callable[[Difference], bool], str], ...]] = (
    (_status(0, 0), "the app did not answer in time"),
    (lambda each: each.new_status == 0, "the new app died or hangs"),
    (lambda each: _method("HEAD")(each) and each.new_status == 405, "the automatic HEAD"),
    (lambda each: _method("OPTIONS")(each), "the automatic OPTIONS"),
    (_aspect("header allow"), "the methods that Allow lists"),
    (
        lambda each: each.new_status == 422,
        "typed parameters: FastAPI validates what Flask does not",
    ),
    (_is_slash, "the trailing slash"),
    (_all_redirect, "redirect: its code or its address"),
    (_aspect("exception"), "an exception that leaves the app"),
    (lambda each: each.new_status == 500, "an exception that Flask's code does not raise"),
    (_status(404, 200), "routing: a path that Flask does not serve"),
    (_status(200, 404), "routing: a path that is no longer served"),
    (lambda each: each.new_status == 404, "routing, or a converter"),
    (_aspect("signature of cookie"), "the session's key or salt"),
    (_aspect("content of cookie session"), "the session"),
    (_aspect("attributes of cookie"), "a cookie's attributes"),
    (_aspect("cookie"), "cookies, or the session"),
    (_is_same_json, "JSON: its order, spaces or escapes"),
    (_aspect("location"), "url_for or redirect"),
    (lambda each: each.old_status >= 400 and _only("body", "content type")(each), "the error page"),
    (lambda each: each.old_status >= 400, "error handling"),
    (_aspect("header"), "a header: after_request, or what the framework adds"),
    (_only("content type"), "what the view returns: its content type"),
    (_only("content length"), "the length that HEAD tells"),
)


def lines(groups: Sequence[Group]) -> Iterator[str]:
    """The groups as Markdown."""
    for group in groups:
        times = "one request" if group.n == 1 else f"{group.n} requests"
        yield f"* **{group.where}**: {group.feature} ({times})"
        for aspect in group.aspects:
            yield f"  * {aspect.name}: {_code(aspect.old)} became {_code(aspect.new)}"
        for request in group.requests:
            yield f"  * {_code(request)}"


def _code(text: str) -> str:
    """As inline code, whatever backticks it holds."""
    ticks = "``" if "`" in text else "`"
    inner = text.replace("``", "` `")
    pad = " " if inner.startswith("`") or inner.endswith("`") else ""
    return f"{ticks}{pad}{inner}{pad}{ticks}" if inner else "(empty)"
