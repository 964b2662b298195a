"""Symbols of the languages that have actions of their own, beside Python."""

import pytest

from lsp_server.syntax.shape import Symbol
from lsp_server.syntax.symbols import symbols

JAVASCRIPT = """\
import x from "./x.js";
class A extends B {
  constructor(a) { super(); }
  /** Fetches. */
  async foo({x}, ...rest) {}
  static bar = () => 1;
  #hidden() {}
}
/** Doubles. */
export const double = async (x = 1) => x * 2;
export default function (a) {}
module.exports.h = function (b) {};
const o = { k(c) {}, m: (d) => d };
const notAFunction = 1;
"""
TYPESCRIPT = """\
@Injectable()
export abstract class A<T> extends B<T> implements C {
  constructor(private a: string, b?: number) { super(); }
  @Log()
  run(this: A, q: string[] = [], ...r: any[]): Promise<void> {}
  abstract stop(): void;
}
interface I extends J { m(a: string): void }
type T = { a: 1 };
enum E { A }
namespace N { export function f(): void {} }
declare function g(a: string): void;
export const h = <T,>(x: T): T => x;
"""
GO = """\
package p

// F adds.
// It never fails.
func F(a, b int, c ...string) (int, error) { return 1, nil }

//go:noinline
func (r *Ring[T]) Push(x map[string]int) error { return nil }

// Ring holds.
type Ring[T any] struct { x int }
type I interface { M(int) error }
type X = int
type (
	// A counts.
	A int
	B struct{}
)
"""
RUST = """\
/// Doc of S.
#[derive(Debug)]
pub struct S<T> { a: i32 }
impl<T> Tr for S<T> {
    #[inline]
    /// Runs.
    pub async fn run(&mut self, a: &str, (x, y): (i32, i32), mut z: u8) -> Result<i32> { Ok(1) }
}
trait Tr: Base { fn q(&self, n: u8) -> u8; }
enum E { A }
// no doc
mod m { fn g() {} }
"""
JAVA = """\
package a;
/** Doc. */
@Ann(1)
public class A<T> extends B implements C, D {
    A(int x) throws E {}
    /** Runs. */
    @Override
    public <T> List<T> run(final String a, int... b) throws IOException { return null; }
    interface I { void m(int a); }
    enum E { X; void q() {} }
    record R(int a, String b) {}
}
"""
C = """\
/* Adds. */
static int add(const char *a, int b[], void (*cb)(int)) { return 1; }

char *name(void);
struct S { int a; };
typedef struct { int x; } T;
enum E { X };
int main(int argc, char **argv) { return add("", 0, 0); }
"""
CPP = """\
namespace n {
/// Doc.
template <typename T>
class A : public B, C {
 public:
  A(int x = 1) : y(x) {}
  ~A();
  virtual int f(const std::string& a, T&& b) const override { return 1; }
  static int g();
};
}
int n::A::h(int a) const { return 1; }
template <typename... T> auto v(T... a) -> int { return 1; }
enum class E { X };
"""
LISTED = {
    "javascript": (
        JAVASCRIPT,
        "class A|method A.constructor|method A.foo|method A.bar|method A.#hidden|function double|"
        "function default|function h|method o.k|method o.m",
    ),
    "typescript": (
        TYPESCRIPT,
        "class A|method A.constructor|method A.run|method A.stop|interface I|method I.m|type T|"
        "enum E|namespace N|function N.f|function g|function h",
    ),
    "typescriptreact": (
        "export function App({name}: Props) { return <p>{name}</p>; }\n",
        "function App",
    ),
    "javascriptreact": ("const App = ({name}) => <p>{name}</p>;\n", "function App"),
    "go": (
        GO,
        "function F|method Ring.Push|struct Ring|interface I|method I.M|type X|type A|struct B",
    ),
    "rust": (
        RUST,
        "struct S|method S.run|trait Tr|method Tr.q|enum E|namespace m|function m.g",
    ),
    "java": (
        JAVA,
        "class A|method A.A|method A.run|interface A.I|method A.I.m|enum A.E|method A.E.q|"
        "class A.R",
    ),
    "c": (C, "function add|function name|struct S|struct T|enum E|function main"),
    "cpp": (
        CPP,
        "namespace n|class n.A|method n.A.A|method n.A.~A|method n.A.f|method n.A.g|method n.A.h|"
        "function v|enum E",
    ),
}


def one(language: str, text: str, name: str) -> Symbol:
    return next(each for each in symbols(language, text) if each.name == name)


@pytest.mark.parametrize("language", LISTED)
def test_definitions_are_listed_in_order_with_their_kinds(language: str) -> None:
    text, listed = LISTED[language]
    found = [f"{each.kind} {each.qualified_name}" for each in symbols(language, text)]
    assert "|".join(found) == listed


@pytest.mark.parametrize("language", LISTED)
def test_chinese_comments_and_crlf_move_every_span_rightly(language: str) -> None:
    text, _ = LISTED[language]
    head = "// 说明😀\n\n"
    moved = (head + text).replace("\n", "\r\n")
    before, after = symbols(language, text), symbols(language, moved)
    assert [each.qualified_name for each in after] == [each.qualified_name for each in before]
    for old, new in zip(before, after, strict=True):
        assert new.name_span.of(moved) == old.name_span.of(text)
        assert new.signature_span.of(moved).split() == old.signature_span.of(text).split()
        assert new.doc_place.indent == old.doc_place.indent


@pytest.mark.parametrize(
    ("language", "name", "parameters"),
    [
        ("javascript", "foo", "{x} rest*"),
        ("javascript", "double", "x=1"),
        ("typescript", "constructor", "a:string b:number"),
        ("typescript", "run", "q:string[]=[] r:any[]*"),
        ("go", "F", "a:int b:int c:string*"),
        ("go", "Push", "x:map[string]int"),
        ("rust", "run", "a:&str (x, y):(i32, i32) z:u8"),
        ("java", "run", "a:String b:int*"),
        ("java", "R", "a:int b:String"),
        ("c", "add", "a:const char * b:int[] cb:void (*)(int)"),
        ("c", "name", ""),
        ("c", "main", "argc:int argv:char **"),
        ("cpp", "f", "a:const std::string& b:T&&"),
        ("cpp", "v", "a:T...*"),
    ],
)
def test_parameters_have_their_types_and_defaults(
    language: str, name: str, parameters: str
) -> None:
    found = []
    for each in one(language, LISTED[language][0], name).parameters:
        annotation = f":{each.annotation}" if each.annotation else ""
        default = f"={each.default}" if each.default else ""
        found.append(each.name + annotation + default + "*" * (each.kind == "var_positional"))
    assert " ".join(found) == parameters


@pytest.mark.parametrize(
    ("language", "name", "doc"),
    [
        ("javascript", "foo", "/** Fetches. */"),
        ("javascript", "double", "/** Doubles. */"),
        ("javascript", "A", None),
        ("go", "F", "// F adds.\n// It never fails."),
        ("go", "Push", None),
        ("go", "A", "// A counts."),
        ("rust", "S", "/// Doc of S."),
        ("rust", "run", "/// Runs."),
        ("rust", "m", None),
        ("java", "A", "/** Doc. */"),
        ("java", "run", "/** Runs. */"),
        ("c", "add", "/* Adds. */"),
        ("c", "name", None),
        ("cpp", "A", "/// Doc."),
    ],
)
def test_the_doc_is_the_comment_above_in_the_language_s_own_form(
    language: str, name: str, doc: str | None
) -> None:
    text = LISTED[language][0]
    found = one(language, text, name).doc_span
    assert (found.of(text) if found else None) == doc


@pytest.mark.parametrize(
    ("language", "name", "line"),
    [
        ("javascript", "double", "export const double"),
        ("javascript", "foo", "  async foo"),
        ("typescript", "A", "@Injectable()"),
        ("typescript", "run", "  @Log()"),
        ("go", "Ring", "type Ring"),
        ("go", "A", "\tA int"),
        ("rust", "S", "#[derive(Debug)]"),
        ("rust", "run", "    #[inline]"),
        ("java", "run", "    @Override"),
        ("cpp", "A", "template <typename T>"),
    ],
)
def test_a_doc_belongs_above_attributes_and_export(language: str, name: str, line: str) -> None:
    text = LISTED[language][0]
    place = one(language, text, name).doc_place
    assert text[place.offset :].startswith(line)
    assert line.startswith(place.indent)
    assert not place.shares_line
    assert not place.after_signature


@pytest.mark.parametrize(
    ("language", "name", "signature", "returns"),
    [
        ("javascript", "double", "export const double = async (x = 1) =>", None),
        ("typescript", "A", "export abstract class A<T> extends B<T> implements C", None),
        ("typescript", "h", "export const h = <T,>(x: T): T =>", "T"),
        ("go", "F", "func F(a, b int, c ...string) (int, error)", "(int, error)"),
        ("go", "Ring", "type Ring[T any] struct", None),
        ("rust", "S", "pub struct S<T>", None),
        ("java", "A", "public class A<T> extends B implements C, D", None),
        ("java", "I", "interface I", None),
        ("c", "name", "char *name(void);", "char *"),
        ("cpp", "v", "template <typename... T> auto v(T... a) -> int", "auto"),
    ],
)
def test_the_signature_stops_before_the_body(
    language: str, name: str, signature: str, returns: str | None
) -> None:
    text = LISTED[language][0]
    found = one(language, text, name)
    assert found.signature_span.of(text) == signature
    assert found.returns == returns


@pytest.mark.parametrize(
    ("language", "name", "bases"),
    [
        ("javascript", "A", ("B",)),
        ("typescript", "A", ("B", "C")),
        ("rust", "Tr", ("Base",)),
        ("java", "A", ("B", "C", "D")),
        ("cpp", "A", ("B", "C")),
    ],
)
def test_what_a_type_extends(language: str, name: str, bases: tuple[str, ...]) -> None:
    assert one(language, LISTED[language][0], name).bases == bases


def test_an_async_function_is_told() -> None:
    assert one("javascript", JAVASCRIPT, "double").is_async
    assert one("rust", RUST, "run").is_async
    assert not one("javascript", JAVASCRIPT, "bar").is_async


def test_a_definition_behind_other_code_on_its_line_shares_it() -> None:
    text = "let a = 1; function f() {}\n"
    place = one("javascript", text, "f").doc_place
    assert (place.offset, place.shares_line) == (text.index("function"), True)


def test_a_prototype_inside_a_function_is_no_definition() -> None:
    assert [s.name for s in symbols("cpp", "int f() { Foo bar(Baz); return 1; }")] == ["f"]


@pytest.mark.parametrize("language", LISTED)
def test_text_cut_off_anywhere_is_no_crash(language: str) -> None:
    text, _ = LISTED[language]
    for end in range(0, len(text), 7):
        for each in symbols(language, text[:end]):
            assert each.span.end <= end
