"""The requests of a rule are many, telling, bounded and the same every time."""

from pathlib import PurePosixPath

from lsp_server.migrate.replay.generate import Candidate, at_most, candidates, strays
from lsp_server.migrate.replay.rules import Rule, likely, read
from lsp_server.migrate.replay.sources import Sources, read_sources
from lsp_server.migrate.replay.values import Converter
from lsp_server.migrate.replay.wire import Request

TEXT = """
def items(n):
    request.args.get("page", 1, type=int)
    data = request.get_json()
    data["name"]
    request.form["title"]
    request.files["photo"]
    request.cookies["c"]
    request.headers["X-Key"]
"""
SOURCES = read_sources({PurePosixPath("app.py"): TEXT})
RULE = Rule(
    "/items/<int:n>",
    "items",
    frozenset({"GET", "HEAD", "OPTIONS", "POST"}),
    (Converter("n", "IntegerConverter", r"\d+"),),
    file="app.py",
    view="items",
)


def requests(rule: Rule = RULE, sources: Sources = SOURCES) -> list[Request]:
    return [each.request for each in candidates([rule], sources)]


def test_they_are_the_same_every_time() -> None:
    assert requests() == requests()


def test_every_kind_is_there() -> None:
    sent = requests()
    targets = {request.target for request in sent if request.method == "GET"}
    assert {"/items/1", "/items/2", "/items/nope", "/items/-1", "/items/1/"} <= targets
    assert any("page=2&page=other" in target for target in targets)
    assert {"HEAD", "OPTIONS", "PUT", "DELETE"} <= {request.method for request in sent}
    bodies = {request.body for request in sent}
    assert {b'{"a": ', b"title=Some+title", b'{"name": "Some name"}', b'{"name": null}'} <= bodies
    assert any(b'filename="../../evil.sh"' in body for body in bodies)
    assert any(("X-Key", "7") in request.headers for request in sent)
    assert any("c=" in value for request in sent for name, value in request.headers)


def test_every_target_can_stand_on_the_wire() -> None:
    every = [*candidates([RULE], SOURCES), *strays()]
    for request in (each.request for each in every):
        assert request.target.isascii()
        assert request.target.startswith("/")
        assert not set(request.target) & set(" \r\n\t#")


def test_no_rule_takes_the_share_of_another() -> None:
    other = Rule("/other", "other", frozenset({"GET"}))
    chosen = at_most(list(candidates([RULE, other], SOURCES)), 6)
    assert {each.rule for each in chosen} == {RULE, other}
    assert [each.rank for each in chosen] == sorted(each.rank for each in chosen)


def test_the_budget_holds_and_nothing_is_sent_twice() -> None:
    every = list(candidates([RULE], SOURCES))
    assert len(at_most(every, 17)) == 17
    sent = [each.request for each in at_most(every, 10_000) if each.request.method != "DELETE"]
    assert len(sent) == len(set(sent))


def test_a_rule_without_variables_or_keys_is_asked_too() -> None:
    rule = Rule("/", "index", frozenset({"GET", "HEAD", "OPTIONS"}))
    found = list(candidates([rule], read_sources({})))
    assert Candidate(0, Request("GET", "/"), rule) in found


def test_rules_are_read_from_what_a_child_tells_and_nonsense_is_left_out() -> None:
    told = [
        {"rule": "/a/<int(min=3):n>", "endpoint": "a", "methods": ["GET"], "converters": [
            {"name": "n", "kind": "IntegerConverter", "regex": r"\d+", "min": 3, "max": None}]},
        {"endpoint": "no rule"}, 7, None,
    ]  # fmt: skip
    (rule,) = read(told)
    assert [rule.path(n=n) for n in range(2)] == ["/a/3", "/a/4"]
    assert read("nonsense") == read(None) == []


def test_paths_of_every_converter_are_ones_that_it_takes() -> None:
    rule = Rule(
        "/<any(cm,inch):u>/<string(length=2):s>/<path:p>/<name>/<float:f>",
        "x",
        frozenset({"GET"}),
        (
            Converter("u", "AnyConverter", "(?:cm|inch)"),
            Converter("s", "UnicodeConverter", "[^/]{2}"),
            Converter("p", "PathConverter", "[^/].*?"),
            Converter("name", "UnicodeConverter", "[^/]+"),
            Converter("f", "FloatConverter", r"\d+\.\d+"),
        ),
    )
    assert rule.path() == "/cm/de/a/b.txt/1/1.5"
    assert rule.path(n=1).startswith("/inch/")
    assert rule.matches("/cm/de/a/b.txt/1/1.5", "GET")
    assert not rule.matches("/cm", "GET")


def test_a_catch_all_rule_gets_what_no_other_takes() -> None:
    path, word = Converter("a", "PathConverter", ""), Converter("b", "UnicodeConverter", "")
    every, two = rule_of("/<path:a>", path), rule_of("/<a>/<b>", word, word)
    files, item = rule_of("/ui/<path:a>", path), rule_of("/api/<a>/<b>", word, word)
    fixed = rule_of("/ui/logo.png")
    rules = [every, two, files, item, fixed]
    assert likely(rules, "/ui/a/b.css", "GET") is files
    assert likely(rules, "/ui/logo.png", "GET") is fixed
    assert likely(rules, "/api/1/2", "GET") is item
    assert likely(rules, "/x/y", "GET") is two
    assert likely(rules, "/x/y/z", "GET") is every
    assert likely(rules, "/x", "POST") is None


def rule_of(rule: str, *converters: Converter) -> Rule:
    return Rule(rule, rule, frozenset({"GET"}), converters)


def test_the_path_of_a_rule_is_ascii_and_is_known_again() -> None:
    rule = Rule(
        "/中文 1/<name>", "x", frozenset({"GET"}), (Converter("name", "UnicodeConverter", ""),)
    )
    path = rule.path({"name": "a%2Fb"})
    assert path == "/%E4%B8%AD%E6%96%87%201/a%2Fb"
    assert rule.matches(path, "GET")
    assert all(each.target.isascii() for each in requests(rule))
