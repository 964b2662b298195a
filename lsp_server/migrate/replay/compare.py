"""Three answers to one request (old, old again, new), and in which aspects the new one differs."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from lsp_server.migrate.profile import ByDesign
from lsp_server.migrate.replay.mask import is_same
from lsp_server.migrate.replay.metrics import without_measures
from lsp_server.migrate.replay.wire import Answer, Cookie, parse_cookie, session_content

# What a server adds, or what follows from the body that is compared anyway.
IGNORED: Final = frozenset(
    {"date", "server", "content-length", "connection", "transfer-encoding", "set-cookie",
     "location", "content-type", "x-process-time"}
)  # fmt: skip
SETS: Final = frozenset(
    {"allow", "vary", "access-control-allow-methods", "access-control-allow-headers",
     "access-control-expose-headers"}
)  # fmt: skip
SHOWN: Final = 160
# What itsdangerous makes with the time in it, such as a CSRF token: each side has its own.
SIGNED: Final = re.compile(r"(?<![\w-])[\w-]{8,4000}\.[\w-]{6}\.[\w-]{27}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Trio:
    """What the same request got: from the old app, from the old app again, from the new app."""

    old: Answer
    again: Answer
    new: Answer


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect that differs, with both values as they are shown to the user."""

    name: str
    old: str
    new: str


def compare(
    trio: Trio,
    is_genuine: Callable[[str], bool | None],
    design: ByDesign = ByDesign(),  # noqa: B008 - frozen
    endpoint: str = "",
) -> list[Aspect]:
    """The aspects in which the new answer differs; `is_genuine` asks the old app of a session.

    What differs by `design`, and is told elsewhere, is left out; it may depend on the endpoint.
    """
    if _is_one_of(endpoint, design.endpoints):
        return []
    sides = [_without(side, design.texts) for side in (trio.old, trio.again, trio.new)]
    if _is_one_of(endpoint, design.unordered):
        sides = [_in_order(side) for side in sides]
    trio = Trio(*sides)
    return [*_basics(trio), *_headers(trio), *_cookies(trio, is_genuine)]


def _without(answer: Answer, masked: Sequence[str]) -> Answer:
    """The answer less signatures, measures and what is masked; then less its length, too."""
    text = without_measures(SIGNED.sub("(signed)", answer.text))
    for pattern in masked:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    headers = answer.headers
    if masked:
        headers = tuple(row for row in headers if row[0].lower() != "content-length")
    return replace(answer, headers=headers, body=text.encode("utf-8", "surrogateescape"))


def _is_one_of(endpoint: str, patterns: Sequence[str]) -> bool:
    return any(re.search(pattern, endpoint) for pattern in patterns)


def _in_order(answer: Answer) -> Answer:
    """JSON with its keys sorted; whatever else it is stays as it is."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        return answer
    return replace(answer, body=json.dumps(content, sort_keys=True).encode())


def _basics(trio: Trio) -> Iterator[Aspect]:
    yield from _texts(trio, "status", lambda answer: str(answer.status))
    yield from _texts(trio, "location", lambda answer: answer.header("location"))
    yield from _texts(trio, "content type", lambda answer: answer.header("content-type"))
    yield from _texts(trio, "body", lambda answer: answer.text)
    yield from _texts(trio, "exception", lambda answer: answer.raised)


def _headers(trio: Trio) -> Iterator[Aspect]:
    sides = (trio.old, trio.again, trio.new)
    names = {name.lower() for side in sides for name, _ in side.headers} - IGNORED
    for name in sorted(names):
        yield from _texts(trio, f"header {name}", partial(_header, name))
    yield from _head_length(trio)


def _head_length(trio: Trio) -> Iterator[Aspect]:
    """A HEAD has no body to compare, so its length counts, where the old app tells one twice."""
    has_body = trio.old.body or trio.new.body
    if has_body or trio.old.status >= 400 or trio.old.header("content-length") is None:
        return
    if trio.new.header("content-length") is not None:
        yield from _texts(trio, "content length", lambda answer: answer.header("content-length"))


def _header(name: str, answer: Answer) -> str | None:
    values = answer.all(name)
    if not values:
        return None
    if name in SETS:
        return ", ".join(sorted({part.strip() for value in values for part in value.split(",")}))
    return " | ".join(values)


def _texts(trio: Trio, name: str, read: Callable[[Answer], str | None]) -> Iterator[Aspect]:
    old, again, new = read(trio.old), read(trio.again), read(trio.new)
    if new in (old, again):
        return
    if old is not None and again is not None and new is not None and is_same(old, again, new):
        return
    if name == "body" and old is not None and new is not None:
        yield Aspect(name, *_around(old, new))
    else:
        yield Aspect(name, _cut(old), _cut(new))


def _cookies(trio: Trio, is_genuine: Callable[[str], bool | None]) -> Iterator[Aspect]:
    old, again, new = (_by_name(side) for side in (trio.old, trio.again, trio.new))
    for name in sorted({*old, *again, *new}):
        if (name in old) != (name in again):
            continue
        if name not in old or name not in new:
            label = f"cookie {name}"
            yield Aspect(label, _shown(old.get(name)), _shown(new.get(name)))
            continue
        yield from _cookie(name, (old[name], again[name], new[name]), is_genuine)


def _cookie(
    name: str, cookies: tuple[Cookie, Cookie, Cookie], is_genuine: Callable[[str], bool | None]
) -> Iterator[Aspect]:
    values = [_content(cookie.value) for cookie in cookies]
    if not is_same(*values):
        yield Aspect(f"content of cookie {name}", _cut(values[0]), _cut(values[2]))
    marks = [_attributes(cookie) for cookie in cookies]
    if not is_same(*marks):
        yield Aspect(f"attributes of cookie {name}", marks[0], marks[2])
    if session_content(cookies[0].value) is None or session_content(cookies[2].value) is None:
        return
    if is_genuine(cookies[1].value) and is_genuine(cookies[2].value) is False:
        yield Aspect(
            f"signature of cookie {name}", "the old app reads it", "the old app refuses it"
        )


def _by_name(answer: Answer) -> dict[str, Cookie]:
    return {cookie.name: cookie for cookie in map(parse_cookie, answer.all("set-cookie"))}


def _content(value: str) -> str:
    """Of a session what it holds (the rest is time and signature), of others the value."""
    content = session_content(value)
    return value if content is None else json.dumps(content, sort_keys=True, ensure_ascii=False)


def _attributes(cookie: Cookie) -> str:
    return "; ".join(f"{key}={value}" for key, value in sorted(cookie.attributes.items()))


def _shown(cookie: Cookie | None) -> str:
    if cookie is None:
        return "(not set)"
    return "(deleted)" if cookie.is_deletion else _cut(_content(cookie.value))


def _around(old: str, new: str) -> tuple[str, str]:
    """Both texts from shortly before the first character that differs."""
    pairs = enumerate(zip(old, new, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = max(at - 40, 0)
    lead = "…" if start else ""
    return _cut(lead + old[start:]), _cut(lead + new[start:])


def _cut(text: str | None) -> str:
    if text is None:
        return "(none)"
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    shown = shown.replace("\r", "\\r").replace("\n", "\\n")
    return shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
