"""The outline of a body: every language tells the same flow by the same kinds."""

import re

import pytest

from lsp_server.syntax.outline import Item, outline
from lsp_server.syntax.symbols import symbols
from lsp_server.syntax.uses import uses

BODIES = {
    "python": """\
def f(a, b):
    if a:
        go(a)
    elif b:
        raise E(b)
    else:
        stop()
    for x in b:
        take(x)
    while a:
        break
    return a
""",
    "javascript": """\
function f(a, b) {
  if (a) { go(a); } else if (b) { throw E(b); } else { stop(); }
  for (const x of b) { take(x); }
  while (a) { break; }
  return a;
}
""",
    "java": """\
class A { int f(int a, List b) {
  if (a) { go(a); } else if (b) { throw E(b); } else { stop(); }
  for (int x : b) { take(x); }
  while (a) { break; }
  return a;
} }
""",
    "cpp": """\
int f(int a, int b) {
  if (a) go(a); else if (b) throw E(b); else { stop(); }
  for (auto x : b) { take(x); }
  while (a) { break; }
  return a;
}
""",
    "go": """\
package p

func f(a int, b int) int {
	if a {
		go_(a)
	} else if b {
		panic(b)
	} else {
		stop()
	}
	for x := range b {
		take(x)
	}
	return a
}
""",
    "rust": """\
fn f(a: u32, b: u32) -> u32 {
    if a { go(a); } else if b { panic!("b"); } else { stop(); }
    for x in b { take(x); }
    while a { break; }
    return a;
}
""",
}


def flow(items: tuple[Item, ...]) -> str:
    """`if[do] elif[raise] ...`"""
    return " ".join(each.kind + (f"[{flow(each.items)}]" if each.items else "") for each in items)


@pytest.mark.parametrize("language", BODIES)
def test_every_language_tells_the_same_flow(language: str) -> None:
    items = outlined(language, BODIES[language])
    expected = "if[do] elif[raise] else[do] for[do] while[do] return"
    assert flow(items) == (expected.replace(" while[do]", "") if language == "go" else expected)
    assert [item.text for item in items][:2] == ["a", "b"]


@pytest.mark.parametrize("language", BODIES)
def test_items_stand_where_they_say(language: str) -> None:
    for item in outlined(language, BODIES[language]):
        there = item.span.of(BODIES[language])
        # What a loop runs over is joined by "in", whatever the language writes.
        words = set(re.findall(r"\w+", item.text)) - {"in"}
        assert all(word in there for word in words)


def test_a_chain_of_a_thousand_alternatives_is_read() -> None:
    chain = "".join(f"else if (a == {n}) {{ go({n}); }}\n" for n in range(1000))
    items = outlined("javascript", f"function f(a) {{ if (!a) {{}} {chain} else {{ stop(); }} }}")
    assert len(items) == 1002


def test_comments_are_no_part_of_an_expression() -> None:
    items = outlined("python", "def f():\n    x = g(1,  # one\n          '# two')\n")
    assert [item.text for item in items] == ["x = g(1, '# two')"]


def test_a_docstring_is_no_statement() -> None:
    assert outlined("python", 'def f():\n    """Say."""\n    return 1\n')[0].kind == "return"


def test_uses_end_where_the_name_is_assigned() -> None:
    text = "def f(a):\n    a = g(a)\n    self.a = a\n"
    (symbol,) = symbols("python", text)
    assert [(use.kind, use.detail) for use in uses("python", text, symbol, "a")] == [
        ("passed", "g")
    ]


@pytest.mark.parametrize(
    ("body", "use"),
    [
        ("self.b = a", ("stored", "self.b")),
        ("g(a)", ("passed", "g")),
        ("g(k=a)", ("passed", "g")),
        ("g(*a)", ("passed", "g")),
        ("a(1, 2)", ("called", "(1, 2)")),
        ("a.b()", ("method", "b")),
        ("print(a.b)", ("attribute", "b")),
        ("a.b = 1", ("changed", "b")),
        ("for x in a: pass", ("looped", "")),
        ("x = [y for y in a]", ("looped", "")),
        ("return a == 'r'", ("compared", "'r'")),
        ("return a in CACHE", ("sought", "CACHE")),
        ("return 1 in a", ("member", "")),
        ("return a[0]", ("index", "")),
        ("return 2 * a + 1", ("within", "2 * a + 1")),
        ("if a: pass", ("tested", "")),
        ("return a", ("returned", "")),
    ],
)
def test_a_use_is_told_by_what_stands_around_it(body: str, use: tuple[str, str]) -> None:
    text = f"def f(a):\n    {body}\n"
    (symbol,) = symbols("python", text)
    assert [(each.kind, each.detail) for each in uses("python", text, symbol, "a")] == [use]


def outlined(language: str, text: str) -> tuple[Item, ...]:
    function = next(each for each in symbols(language, text) if each.name == "f")
    return outline(language, text, function)
