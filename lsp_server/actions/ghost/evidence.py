"""The type of a parameter without an annotation, as far as its uses tell.

A method that only strings have, arithmetic with a literal, a function of the standard library
that takes one kind of thing: each is evidence. Where there is none, what is subtracted,
negated or raised to a power is taken for a number. Where two kinds of evidence disagree the type
is unknown.
"""

import ast
from collections.abc import Iterator

from lsp_server.actions.ghost.names import Names

Function = ast.FunctionDef | ast.AsyncFunctionDef

STRING_METHODS = frozenset(
    {
        "capitalize", "casefold", "encode", "endswith", "expandtabs", "format", "isalnum",
        "isalpha", "isdigit", "isidentifier", "islower", "isspace", "isupper", "ljust", "lower",
        "lstrip", "partition", "removeprefix", "removesuffix", "rjust", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "title", "translate", "upper",
        "zfill",
    }
)  # fmt: skip
METHODS: dict[str, object] = {
    **dict.fromkeys(STRING_METHODS, str),
    **dict.fromkeys(("decode", "hex"), bytes),
    **dict.fromkeys(("items", "keys", "values", "setdefault"), dict[str, int]),
    **dict.fromkeys(("append", "extend", "insert", "sort", "reverse"), list[int]),
    **dict.fromkeys(("is_integer", "as_integer_ratio"), float),
    **dict.fromkeys(("bit_length", "bit_count"), int),
}
CALLS: dict[str, object] = {
    **dict.fromkeys(("range", "chr", "bin", "oct", "hex", "math.factorial", "math.isqrt"), int),
    **dict.fromkeys(
        ("math.sqrt", "math.floor", "math.ceil", "math.log", "math.exp", "math.sin", "math.cos",
         "math.isnan", "math.isinf", "math.isfinite", "math.fabs", "math.degrees"), float
    ),
    **dict.fromkeys(("math.fsum", "sum"), list[float]),
    **dict.fromkeys(("re.escape", "re.compile", "ast.parse", "json.loads"), str),
    **dict.fromkeys(
        ("binascii.b2a_base64", "binascii.hexlify", "binascii.crc32", "zlib.crc32",
         "zlib.compress", "hashlib.sha256", "hashlib.md5", "binascii.b2a_qp"), bytes
    ),
}  # fmt: skip
PATH_PREFIX = "os.path."
SUBJECTS = ("re.match", "re.fullmatch", "re.search", "re.findall", "re.split", "re.finditer")
ARITHMETIC = ast.Sub | ast.Mult | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow | ast.Add
BITWISE = ast.LShift | ast.RShift | ast.BitAnd | ast.BitXor


def inferred(names: Names, function: Function, parameter: str) -> object | None:
    """The one type that all evidence in the body agrees on; None if there is none."""
    if _is_rebound(function, parameter):
        return None
    nodes = list(ast.walk(function))
    found = [kind for node in nodes for kind in _told(names, node, parameter)]
    if not found and any(_is_like_a_number(node, parameter) for node in nodes):
        return float
    kinds = {str(kind): kind for kind in found}
    if set(kinds) == {str(int), str(float)}:
        return float
    return next(iter(kinds.values())) if len(kinds) == 1 else None


def _told(names: Names, node: ast.AST, name: str) -> Iterator[object]:
    match node:
        case ast.Call():
            yield from _of_call(names, node, name)
        case ast.BinOp(left=left, op=operator, right=right):
            other = right if _is(left, name) else left if _is(right, name) else None
            if other is not None:
                yield from _of_operator(operator, other)
        case ast.Compare(left=left, comparators=[other]) if _is(left, name):
            if not isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot):
                yield from _of_literal(other)
            elif isinstance(other, ast.Constant) and isinstance(other.value, str):
                yield str
        case _:
            return


def _is_like_a_number(node: ast.AST, name: str) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.Sub() | ast.Pow(), right=right):
            return _is(left, name) or _is(right, name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is(operand, name)
        case _:
            return False


def _of_call(names: Names, call: ast.Call, name: str) -> Iterator[object]:
    if isinstance(call.func, ast.Attribute) and _is(call.func.value, name):
        yield from _of_method(call.func.attr, call.args)
        return
    dotted = names.dotted(call.func)
    is_first = bool(call.args) and _is(call.args[0], name)
    is_subject = len(call.args) > 1 and _is(call.args[1], name) and dotted in SUBJECTS
    if is_first and dotted in CALLS:
        yield CALLS[dotted]
    elif is_subject or (is_first and dotted.startswith(PATH_PREFIX)):
        yield str
    elif is_first and isinstance(call.func, ast.Attribute) and call.func.attr == "join":
        yield list[str]


def _of_method(method: str, arguments: list[ast.expr]) -> Iterator[object]:
    """Strings and bytes share their methods; a literal argument tells which."""
    literal = next((each.value for each in arguments if isinstance(each, ast.Constant)), None)
    if method in STRING_METHODS and isinstance(literal, bytes):
        yield bytes
    elif method in METHODS:
        yield METHODS[method]
    elif method in ("replace", "find", "rfind") and isinstance(literal, str | bytes):
        yield type(literal)


def _of_operator(operator: ast.operator, other: ast.expr) -> Iterator[object]:
    if isinstance(operator, BITWISE):
        yield int
    elif isinstance(operator, ARITHMETIC):
        is_text = isinstance(other, ast.Constant) and isinstance(other.value, str | bytes)
        if not is_text or isinstance(operator, ast.Add):
            yield from _of_literal(other)


def _of_literal(node: ast.expr) -> Iterator[object]:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float, str, bytes):
        yield type(node.value)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_rebound(function: Function, name: str) -> bool:
    """Whether the name comes to mean something else, so that later uses tell nothing."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Del)
        for node in ast.walk(function)
    )
