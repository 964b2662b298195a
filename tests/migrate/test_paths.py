"""Paths say what the rules said: Werkzeug matches the one as Starlette matches the other."""

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import compile_path
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.routing.exceptions import NoMatch

from lsp_server.migrate.paths import fastapi_path, literal_text, path_literal
from lsp_server.migrate.runtime.routing import rule_from_path

NAMES = ("a", "b", "user_id", "X9", "_x")
CONVERTERS = ("", "string", "int", "float", "path", "uuid", "default")
# What Werkzeug and Starlette take literally.
PLAIN = st.text(alphabet="abz09-._~é中", min_size=1, max_size=4)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule of plain text and variables with different names, each in a segment of its own.

    With two paths in it, a URL may be split in several ways: Starlette takes another one than
    Werkzeug, which is what the helper asks.
    """
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    parts = [draw(PLAIN)]
    left: tuple[str, ...] = CONVERTERS
    for name in names:
        converter = draw(st.sampled_from(left))
        left = tuple(each for each in left if each != "path") if converter == "path" else left
        parts.append(f"<{converter}:{name}>" if converter else f"<{name}>")
        parts.append(draw(PLAIN))
    return "/" + "/".join(parts) + draw(st.sampled_from(("", "/")))


VALUES = {
    "": st.text(alphabet="abc019-", min_size=1, max_size=5),
    "int": st.integers(0, 10**6).map(str),
    "float": st.integers(0, 10**4).map(lambda n: f"{n}.5"),
    "path": st.sampled_from(("a", "a/b", "a/b/c.txt")),
    "uuid": st.uuids().map(str),
}


@given(rules(), st.data())
def test_what_a_rule_matches_its_path_matches_with_the_same_values(
    rule: str, data: st.DataObject
) -> None:
    path = fastapi_path(rule)
    assert path is not None
    url = rule
    for part in rule.split("/"):
        if part.startswith("<"):
            converter = part[1:-1].rpartition(":")[0]
            strategy = VALUES.get(converter, VALUES[""])
            url = url.replace(part, data.draw(strategy), 1)
    adapter = Map([Rule(rule, endpoint="x")]).bind("localhost")
    _, values = adapter.match(url)
    regex, _, convertors = compile_path(path)
    match = regex.match(url)
    assert match is not None
    assert {name: convertors[name].convert(text) for name, text in match.groupdict().items()} == (
        values
    )


@given(rules())
def test_a_path_is_the_same_rule_again_in_the_helper(rule: str) -> None:
    path = fastapi_path(rule)
    assert path is not None
    said = rule.replace("<string:", "<").replace("<default:", "<")
    assert rule_from_path(path) == said


@given(st.text(alphabet="/<>{}:ab1()=,_ \\%", max_size=24))
def test_any_text_gives_a_path_that_says_the_same_or_none(rule: str) -> None:
    path = fastapi_path(rule)
    if path is None:
        return
    assert "<" not in path
    assert ">" not in path
    assert rule_from_path(path).replace("<string:", "<") == rule.replace("<string:", "<").replace(
        "<default:", "<"
    )
    assert fastapi_path(rule_from_path(path)) == path


@given(rules(), st.sampled_from(("/nope", "/1", "/a/b/c", "/x/1.5/")))
def test_the_rule_and_its_path_in_the_helper_refuse_the_same(rule: str, url: str) -> None:
    path = fastapi_path(rule)
    assert path is not None
    found = []
    for each in (rule, rule_from_path(path)):
        adapter = Map([Rule(each, endpoint="x")]).bind("localhost")
        try:
            found.append(repr(adapter.match(url)))
        except (NotFound, NoMatch, RequestRedirect) as error:
            found.append(type(error).__name__)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "rule",
    [
        "/{a}", "/}", "/<any(a,b):x>", "/<int(min=1):n>", "/<list:x>", "/<a>/<a>", "/<", "/<a",
        "/<1a>", "/< a>", "/<int:>", "/<string(length=2):a>",
    ],
)  # fmt: skip
def test_what_a_path_cannot_say(rule: str) -> None:
    assert fastapi_path(rule) is None


@given(rules(), st.sampled_from(("'", '"', '"""', "'''")), st.sampled_from(("", "r", "u", "R")))
def test_a_literal_keeps_its_quotes_and_prefix(rule: str, quote: str, prefix: str) -> None:
    node = cst.parse_expression(f"{prefix}{quote}{rule}{quote}")
    new = path_literal(node)
    assert isinstance(new, cst.SimpleString)
    assert (new.prefix, new.quote) == (prefix.lower(), quote)
    assert literal_text(new) == fastapi_path(rule)


@pytest.mark.parametrize(
    "code", ["b'/x'", "f'/{x}'", "x", "'/a' + x", "'/<int' ':n>'", "'/\\x3ca>'"]
)
def test_what_is_no_literal_of_a_rule(code: str) -> None:
    assert path_literal(cst.parse_expression(code)) is None
