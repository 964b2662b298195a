"""The replay: what is asked, in which order, and what came of it.

First an anonymous visitor reads everything; then somebody registers and logs in, where forms or
a JSON API for that are found; the pages' forms are filled and sent; the requests that write follow;
what deletes or logs out comes last; then all is read once more. Every side goes the same way on
a copy of the same data, so that what was created can be read.
"""

import time
from base64 import b64encode
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from lsp_server.migrate.profile import ByDesign
from lsp_server.migrate.replay.apps import Apps
from lsp_server.migrate.replay.child_process import ChildDied
from lsp_server.migrate.replay.compare import Aspect, Trio, compare
from lsp_server.migrate.replay.forms import Form, assets, forms, typed
from lsp_server.migrate.replay.generate import Candidate, at_most, candidates, strays
from lsp_server.migrate.replay.rules import Rule, likely
from lsp_server.migrate.replay.sources import Sources, of_place
from lsp_server.migrate.replay.values import PASSWORD, USER, as_json
from lsp_server.migrate.replay.visitor import Ask, Visitor, created, follow, onward, submit
from lsp_server.migrate.replay.wire import Request, with_json

BUDGET: Final = 600
FOR_EACH_RULE: Final = 16
MOST: Final = 2000
SECONDS: Final = 120.0
READING: Final = 0.42
FORMS: Final = 0.6
WRITING: Final = 0.84
MOST_FOLLOWED: Final = 3
MOST_ASSETS: Final = 6
MOST_ACCOUNTS: Final = 4
DIED: Final = "The replay ended early, as an app died again and again."
LAST_WORDS: Final = ("delete", "remove", "logout", "log_out", "signout", "sign_out", "destroy")
JOINING: Final = ("regist", "signup", "sign_up", "join", "users", "user")
ENTERING: Final = ("login", "signin", "sign_in", "auth", "token", "session")


@dataclass(frozen=True, slots=True)
class Difference:
    """A request that the new app answers otherwise. `request` is as the old app was sent it."""

    request: Request
    rule: Rule | None
    aspects: tuple[Aspect, ...]
    old_status: int
    new_status: int


@dataclass(slots=True)
class Replay:
    """What a replay found. `notes` are sentences for the report."""

    n_requests: int = 0
    differences: list[Difference] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    n_rules: int = 0
    notes: list[str] = field(default_factory=list)


def budget_for(rules: Sequence[Rule]) -> int:
    """How many requests are worth their time for so many rules."""
    return max(BUDGET, min(MOST, FOR_EACH_RULE * len(rules)))


class _Spent(Exception):
    """No request is left, or no time."""


@dataclass(slots=True)
class Replayer:
    """One replay. `rules` are the old app's, `sources` the keys that its code reads."""

    apps: Apps
    rules: Sequence[Rule]
    sources: Sources
    budget: int = BUDGET
    seconds: float = SECONDS
    is_wanted: Callable[[], bool] = lambda: True
    design: ByDesign = field(default_factory=ByDesign)
    found: Replay = field(default_factory=Replay)
    _until: int = 0
    _deadline: float = 0.0
    _sent_forms: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    _pages: list[tuple[Ask, Trio]] = field(default_factory=list)
    _created: list[tuple[str, str, str]] = field(default_factory=list)
    _keys: dict[str, str] = field(default_factory=dict)
    _assets: dict[str, None] = field(default_factory=dict)
    _late_forms: list[tuple[Ask, Form]] = field(default_factory=list)

    def run(self) -> Replay:
        """Ask everything that the budget allows, as long as the apps can be kept alive."""
        self.found.n_rules = len({rule.rule for rule in self.rules})
        self._deadline = time.monotonic() + self.seconds
        anonymous = Visitor()
        every = [*candidates(self.rules, self.sources), *strays()]
        reading, writing, last = _parted(every)
        self._phase(READING, lambda: self._each(anonymous, reading))
        self._phase(READING + 0.03, lambda: self._each(anonymous, self._found_assets()))
        member = self._joined(anonymous)
        self._phase(FORMS, lambda: self._fill_forms(member, reading))
        both = [(member, each) for each in writing]
        both[0:0] = [(anonymous, each) for each in writing if each.rank == 0]
        self._phase(WRITING, lambda: self._write(both))
        self._phase(1.0, lambda: self._end(member, anonymous, reading, last))
        if time.monotonic() > self._deadline:
            self.found.notes.append(
                f"The replay ended after {self.seconds:.0f} s and {self.found.n_requests} requests."
            )
        return self.found

    # The phases

    def _phase(self, share: float, work: Callable[[], None]) -> None:
        """Do the work until the given share of the whole budget is spent."""
        self._until = int(self.budget * share)
        try:
            work()
        except _Spent:
            return
        except ChildDied as error:
            if DIED not in self.found.notes:
                self.found.notes += [DIED, str(error)]

    def _each(self, visitor: Visitor, found: Iterable[Candidate]) -> None:
        for each in found:
            ask = Ask.same(each.request)
            trio = self._send(visitor, ask, each.rule)
            self._look_closer(visitor, ask, trio, each.rule)

    def _look_closer(self, visitor: Visitor, ask: Ask, trio: Trio, rule: Rule | None) -> None:
        """What the answer itself suggests to ask next."""
        request = ask.old
        if trio.old.status == 200 and trio.old.is_html and request.method == "GET":
            self._pages.append((ask, trio))
            self._assets.update(dict.fromkeys(assets(trio.old.text, request.target)))
        if request.method == "GET" and not request.headers and trio.old.header("etag"):
            own = [(s.header("etag") or "") for s in (trio.old, trio.new, trio.again)]
            sides = [request.with_header("If-None-Match", etag) for etag in own]
            self._send(visitor, Ask(*sides), rule)
            self._send(visitor, Ask.same(request.with_header("Range", "bytes=2-5")), rule)
        if trio.old.status in {401, 403} and rule is not None and not request.headers:
            self._knock(visitor, request, rule)
        if trio.old.status == 401 and not request.headers and "Authorization" not in self._keys:
            for value in ("Basic !", "Bearer k3y", *credentials(self.sources.accounts)):
                opened = request.with_header("Authorization", value)
                if self._send(visitor, Ask.same(opened), rule).old.status not in {401, 403}:
                    self._keys["Authorization"] = value
                    break

    def _found_assets(self) -> list[Candidate]:
        chosen = list(self._assets)[:MOST_ASSETS]
        return [Candidate(0, Request("GET", target), None) for target in chosen]

    def _knock(self, visitor: Visitor, request: Request, rule: Rule) -> None:
        """Try the headers that the source compares with a value; keep one that opens the door."""
        for key in of_place(self.sources.keys(rule.file, rule.view, request.method), "headers"):
            if key.value and key.name not in self._keys:
                trio = self._send(visitor, Ask.same(request.with_header(key.name, key.value)), rule)
                if trio.old.status < 400:
                    self._keys[key.name] = key.value

    def _joined(self, anonymous: Visitor) -> Visitor:
        """A visitor that has registered and logged in, as far as the app can do that."""
        member = anonymous.copy()
        names = [f"the header {name}" for name in self._keys]
        for name, value in self._keys.items():
            member.always_send(name, value)
        self._phase(FORMS, lambda: self._join(member, names))
        if names:
            self.found.notes.append(f"Went in through {', '.join(dict.fromkeys(names))}.")
        return member

    def _join(self, member: Visitor, names: list[str]) -> None:
        """Register, then log in; `names` are the ways that were taken."""
        for is_registration in (True, False):
            names += [page.old.path for page in self._door(member, is_registration)]
        names += self._join_by_json(member)

    def _door(self, member: Visitor, is_registration: bool) -> list[Ask]:
        """Fill the forms with a password that are registration-like, or that are not."""
        gone = []
        for page, trio in list(self._pages):
            if page.old.headers or page.old.target != page.old.path:
                continue
            for each in forms(trio.old.text, page.old.target):
                fits = each.is_login_like and each.is_registration_like == is_registration
                if fits and each.key not in self._sent_forms:
                    self._sent_forms.add(each.key)
                    self._submit(member, page, each)
                    gone.append(page)
        return gone

    def _join_by_json(self, member: Visitor) -> list[str]:
        gone = []
        for marks in (JOINING, ENTERING):
            for rule in self.rules:
                name = f"{rule.rule} {rule.endpoint}".lower()
                if "POST" not in rule.methods or not any(mark in name for mark in marks):
                    continue
                read = of_place(self.sources.keys(rule.file, rule.view, "POST"), "json")
                values = {key.name: as_json(key.name, key.kind) for key in read}
                if any("pass" in key.name.lower() for key in read):
                    ask = Ask.same(with_json("POST", rule.path(), values))
                    if member.take_tokens(self._send(member, ask, rule)):
                        gone.append(rule.rule)
        return gone

    def _fill_forms(self, member: Visitor, reading: Sequence[Candidate]) -> None:
        """Read the pages as a member, and where what was sent leads; send each form once empty and
        once filled. What deletes is kept for the end."""
        pages = [each for each in reading if each.rank == 0 and each.rule is not None]
        waiting: deque[tuple[Ask, Rule | None]] = deque(
            (Ask.same(each.request), each.rule) for each in pages
        )
        seen = {ask.old.target for ask, _ in waiting}
        if self._keys:  # What was closed to the anonymous visitor.
            waiting.extend((Ask.same(e.request), e.rule) for e in reading if e.rank == 1)
        while waiting:
            ask, rule = waiting.popleft()
            trio = self._send(member, ask, rule)
            if not trio.old.is_html:
                continue
            for found in forms(trio.old.text, ask.old.target):
                if found.key in self._sent_forms:
                    continue
                self._sent_forms.add(found.key)
                if _is_last(found.action):
                    self._late_forms.append((ask, found))
                    continue
                self._submit(member, ask, found, empty=True)
                for further in onward(*self._submit(member, ask, found)):
                    if further.old.target not in seen and not _is_last(further.old.target):
                        seen.add(further.old.target)
                        waiting.appendleft((further, None))

    def _submit(
        self, visitor: Visitor, page: Ask, found: Form, empty: bool = False
    ) -> tuple[Ask, Trio]:
        """Fetch the page anew, as its token may be good for one time, and send the form. Returned
        is the page where that leads."""
        trio = self._send(visitor, page, None)
        values = {name: "" if empty else value for name, value in typed(found).items()}
        return self._send_on(visitor, submit(found, page, trio, values))

    def _write(self, both: Iterable[tuple[Visitor, Candidate]]) -> None:
        for visitor, each in both:
            self._send_on(visitor, Ask.same(each.request), each.rule)

    def _end(
        self,
        member: Visitor,
        anonymous: Visitor,
        reading: Sequence[Candidate],
        last: Sequence[Candidate],
    ) -> None:
        first = [each for each in reading if each.rank == 0 and "?" not in each.request.target]
        self._read_created(member)
        for page, found in self._late_forms:
            self._submit(member, page, found)
        for each in last:
            if each.rank <= 1:
                self._send_on(member.copy(), Ask.same(each.request), each.rule)
        self._each(member, first)
        self._each(anonymous, first)

    def _read_created(self, member: Visitor) -> None:
        """Read what was created, by the name that each side gave it."""
        for names in self._created[:4]:
            for rule in self.rules:
                if len(rule.converters) != 1 or "GET" not in rule.methods:
                    continue
                variable = rule.converters[0].name
                sides = [Request("GET", rule.path({variable: quote(name)})) for name in names]
                self._send(member, Ask(*sides), rule)

    # One request

    def _send_on(self, visitor: Visitor, ask: Ask, rule: Rule | None = None) -> tuple[Ask, Trio]:
        """Send, and go where the answers lead; the last request and its answers."""
        trio = self._send(visitor, ask, rule)
        if ask.old.method == "POST":
            names = [created(side) for side in (trio.old, trio.new, trio.again)]
            if names[0] and not names[0].isdigit():
                old, new, again = (name or names[0] for name in names)
                self._created.append((old, new, again))
        for _ in range(MOST_FOLLOWED):
            further = follow(ask, trio)
            if further is None:
                break
            ask = further
            trio = self._send(visitor, ask, None)
        return ask, trio

    def _send(self, visitor: Visitor, ask: Ask, rule: Rule | None) -> Trio:
        spent = self.found.n_requests >= min(self._until, self.budget)
        if spent or time.monotonic() > self._deadline or not self.is_wanted():
            raise _Spent
        self.found.n_requests += 1
        rule = rule or likely(self.rules, ask.old.path, ask.old.method)
        dressed = visitor.dress(ask)
        trio = self.apps.send(dressed.old, dressed.new, dressed.again)
        visitor.take(trio, ask)
        self._note(dressed.old, trio, rule)
        return trio

    def _note(self, request: Request, trio: Trio, rule: Rule | None) -> None:
        self.found.statuses[trio.old.status] += 1
        if rule is not None and trio.old.status < 400 and request.method != "OPTIONS":
            self.found.reached.add(rule.rule)
        aspects = compare(
            trio, self._is_genuine, self.design, rule.endpoint if rule is not None else ""
        )
        if aspects:
            self.found.differences.append(
                Difference(request, rule, tuple(aspects), trio.old.status, trio.new.status)
            )

    def _is_genuine(self, cookie: str) -> bool | None:
        try:
            return self.apps.old.is_genuine(cookie)
        except ChildDied:
            return None


def credentials(accounts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Values of the header Authorization that the accounts suggest."""
    for name, secret in [*accounts[:MOST_ACCOUNTS], (USER, PASSWORD)]:
        pair = b64encode(f"{name}:{secret}".encode()).decode("ascii")
        yield f"Basic {pair}"
        yield f"Bearer {name}"


def _parted(every: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
    """What only reads, what writes, and what should come last."""
    last = [each for each in every if _is_late(each)]
    rest = [each for each in every if not _is_late(each)]
    safe = {"GET", "HEAD", "OPTIONS", "QUERY"}
    reading = [each for each in rest if each.request.method in safe]
    writing = [each for each in rest if each.request.method not in safe]
    return _all(reading), _all(writing), _all(last)


def _all(found: Sequence[Candidate]) -> list[Candidate]:
    return at_most(found, len(found))


def _is_late(candidate: Candidate) -> bool:
    return candidate.request.method == "DELETE" or _is_last(candidate.request.path)


def _is_last(path: str) -> bool:
    return any(word in path.lower() for word in LAST_WORDS)
