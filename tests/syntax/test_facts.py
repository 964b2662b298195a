"""What definitions do, read from their trees."""

import pytest

from lsp_server.syntax.shape import Branch, Facts
from lsp_server.syntax.symbols import facts, module, symbols

PYTHON = '''
def f(a, *b, self):
    """Doc."""
    global G
    G = 1
    self.x = a[0] = 1
    q.append(3); z = []; z.append(1)
    if (a and b) or c:
        return g(a)(1)
    elif x:
        raise V.E("a") from None
    for i, (j, k.l) in foo(a):
        yield i
    yield from rest()
    try:
        await m.n()
    except (A, B) as error:
        raise
    with open(x) as file:
        return
    match a:
        case C(d=w, e=[*s]):
            print(w, s)
    def inner(z):
        return hidden(1)
    h = lambda u: u + v
    return [y for y in ys if y]
'''


def of(language: str, text: str, name: str = "f") -> Facts:
    symbol = next(each for each in symbols(language, text) if each.name == name)
    return facts(language, text, symbol)


def test_python_s_calls_raises_returns_yields_and_awaits() -> None:
    found = of("python", PYTHON)
    assert found.calls == (
        "q.append", "z.append", "g(a)", "g", "V.E", "foo", "rest", "m.n", "open", "print",
    )  # fmt: skip
    assert found.raises == ("V.E", "")
    assert found.returns == ("g(a)(1)", "", "[y for y in ys if y]")
    assert found.yields == ("i", "from rest()")
    assert found.awaits == ("m.n()",)


def test_python_s_branches_with_their_conditions() -> None:
    assert of("python", PYTHON).branches == (
        Branch("if", "(a and b) or c"),
        Branch("elif", "x"),
        Branch("for", "i, (j, k.l) in foo(a)"),
        Branch("try", ""),
        Branch("except", "(A, B) as error"),
        Branch("match", "a"),
        Branch("case", "C(d=w, e=[*s])"),
    )


def test_python_s_names_from_outside() -> None:
    found = of("python", PYTHON)
    assert " ".join(sorted(found.reads)) == "A B C G V c foo g k m q rest v x ys"
    assert found.writes == ("G",)
    assert found.attributes == ("self.x", "a[0]", "k.l")
    assert found.mutations == ("q.append",)


def test_what_is_nested_counts_for_itself_only() -> None:
    found = of("python", PYTHON, "inner")
    assert found.calls == ("hidden",)
    assert found.reads == ("hidden",)
    assert "hidden" not in of("python", PYTHON).calls


@pytest.mark.parametrize(
    ("body", "complexity"),
    [
        ("pass", 1),
        ("if a: pass", 2),
        ("if a and b: pass\n elif c: pass\n else: pass", 4),
        ("for x in a:\n  while x: pass", 3),
        ("try: pass\n except A: pass\n except B: pass", 3),
        ("return a if b else c", 2),
        ("return [x for x in a if x]", 3),
        ("match a:\n  case 1: pass\n  case _: pass", 3),
    ],
)
def test_complexity_is_one_and_the_forks(body: str, complexity: int) -> None:
    assert of("python", f"def f(a, b, c):\n {body}\n").complexity == complexity


def test_imports_comprehensions_and_patterns_bind_locally() -> None:
    text = (
        "def f():\n import os.path, re as r\n from a.b import c, d as e\n"
        " os; r; c; e\n if (n := 1): n\n for (p, q) in []: p, q\n"
        " match 1:\n  case {'k': v, **rest}: v, rest\n  case x.Y: pass\n"
        " with a as (s, t): s, t\n return {u: w for u, w in z}\n"
    )
    assert set(of("python", text).reads) == {"x", "a", "z"}


def test_a_nonlocal_name_that_is_deleted_or_added_to_is_written() -> None:
    text = "def g():\n n = 0\n def f():\n  nonlocal n\n  n += 1\n  del n\n"
    assert of("python", text).writes == ("n",)


def test_a_module_does_what_its_top_level_does() -> None:
    text = "import os\nx = os.getcwd()\nif x: run(x)\ndef f(): hidden()\nclass A:\n  y = go()\n"
    found = facts("python", text, module("python", text))
    assert found.calls == ("os.getcwd", "run")
    assert found.branches == (Branch("if", "x"),)


def test_a_class_does_what_its_body_does() -> None:
    text = "class f(Base):\n  y = go()\n  def m(self): hidden()\n"
    assert of("python", text).calls == ("go",)


def test_a_long_expression_is_told_on_one_line() -> None:
    assert of("python", "def f():\n  return g(\n    1,\n    2,\n  )\n").returns == ("g( 1, 2, )",)


def test_broken_code_tells_what_it_still_has() -> None:
    found = of("python", "def f(a):\n    if a: raise ValueError\n    x = (\n\ndef g(): pass\n")
    assert found.raises in {("ValueError",), ()}


JAVASCRIPT = """
async function f(a, {b}) {
  if (a && b) { throw new RangeError("x"); }
  for (const k of ks) { this.x = k; G = k; }
  const r = await g(a);
  switch (a) { case 1: break; default: }
  items.push(1);
  return r.map(x => { return h(x); });
  function q() { return hidden(); }
}
const e = (q) => q.a ? b : c;
"""
GO = """package p
func (r *R) f(x int) error {
	if err := g(x); err != nil && x > 1 { panic("x") }
	for i, v := range xs { r.x = v; total += i }
	go func() error { return nil }()
	return errors.New("a")
}
"""
RUST = """
fn f(a: i32) -> i32 {
    let (b, c) = g(a)?;
    if let Some(x) = b { self.y = x; }
    match c { 1 => panic!("x"), _ => {} }
    for i in 0..a { out.push(i); }
    h().await;
    a + 1
}
"""
JAVA = """
class A {
  int f(int a) throws E {
    if (a > 1 || b) throw new X("a");
    for (int i : xs) { this.y = i; z = 2; list.add(i); }
    try { g(); } catch (IOException e) { }
    return o.m(a).n();
  }
}
"""
C = """
int f(int *a) {
  int b = g(a);
  if ((a) && (b)) *a = 1;
  for (int i = 0; i < 2; i++) p->x = i;
  total += 1;
  return b;
}
"""
CPP = """
int f(int& a) {
  auto l = [&](int x) { return x; };
  for (auto& i : v) throw std::runtime_error("x");
  try { n::g(); } catch (const E& e) { }
  return l(1);
}
"""


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        (
            "javascript",
            JAVASCRIPT,
            {
                "calls": "RangeError g items.push r.map h",
                "raises": "RangeError",
                "writes": "G",
                "attributes": "this.x",
                "mutations": "items.push",
                "awaits": "g(a)",
                "returns": "r.map(x=>{returnh(x);})",
                "reads": "ks G g items h",
            },
        ),
        ("typescript", JAVASCRIPT, {"writes": "G", "raises": "RangeError"}),
        (
            "go",
            GO,
            {
                "calls": "g panic errors.New",
                "raises": "panic",
                "writes": "total",
                "attributes": "r.x",
                "returns": 'errors.New("a")',
            },
        ),
        (
            "rust",
            RUST,
            {
                "calls": "g panic out.push h",
                "raises": "panic",
                "attributes": "self.y",
                "mutations": "out.push",
                "awaits": "h()",
                "returns": "a+1",
            },
        ),
        (
            "java",
            JAVA,
            {
                "calls": "X list.add g o.m(a).n o.m",
                "raises": "E X",
                "writes": "z",
                "attributes": "this.y",
                "returns": "o.m(a).n()",
            },
        ),
        ("c", C, {"calls": "g", "writes": "total", "attributes": "*a p->x", "returns": "b"}),
        (
            "cpp",
            CPP,
            {
                "calls": "std::runtime_error n::g l",
                "raises": "std::runtime_error",
                "returns": "l(1)",
            },
        ),
    ],
)
def test_facts_of_other_languages(language: str, text: str, found: dict[str, str]) -> None:
    facts_found = of(language, text)
    for name, expected in found.items():
        values = ["".join(each.split()) for each in getattr(facts_found, name)]
        assert (name, " ".join(values)) == (name, expected)


@pytest.mark.parametrize(
    ("language", "text", "branches"),
    [
        ("javascript", JAVASCRIPT, "if a && b|for k of ks|switch a|case 1"),
        ("go", GO, "if err != nil && x > 1|for i, v := range xs"),
        ("rust", RUST, "if let Some(x) = b|match c|case 1|case _|for i in 0..a"),
        ("java", JAVA, "if a > 1 || b|for i : xs|try |catch IOException e"),
        ("c", C, "if (a) && (b)|for i < 2"),
        ("cpp", CPP, "for auto& i : v|try |catch const E& e"),
    ],
)
def test_branches_of_other_languages(language: str, text: str, branches: str) -> None:
    found = of(language, text).branches
    assert "|".join(f"{each.kind} {each.condition}" for each in found) == branches


def test_an_arrow_function_returns_its_expression() -> None:
    found = of("javascript", JAVASCRIPT, "e")
    assert found.returns == ("q.a ? b : c",)
    assert found.complexity == 2


def test_a_language_without_a_query_has_no_facts() -> None:
    assert facts("ruby", "x = 1\n", module("ruby", "x = 1\n")) == Facts()
