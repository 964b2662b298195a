"""From a JSON schema to a grammar whose every text is a JSON value that fits the schema.

The grammar may allow less than the schema: properties keep their order, an object has no others
than those that are named unless `additionalProperties` says so, spellings are ordinary ones. It
never allows more. What a grammar cannot express is refused by name (`to_gbnf`) or, for clients
that say so, left out (`to_lenient_gbnf`). Keywords that are no JSON Schema are comments, as the
specification has it.

llama.cpp's converter is not used: llama-cpp-python ships an old translation of it that forgets
`enum` beside a list of types and all bounds of numbers, lets raw line ends into strings and mixes
up definitions with properties of the same name; that in llama.cpp itself is no part of the
library, and lets `"\\"` pass for a whole key. Nothing is ever fetched.
"""

from collections.abc import Sequence

from lsp_server.host import gbnf
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.json_schema.compiler import TOO_LARGE, Compiler
from lsp_server.host.json_schema.rules import Rules, literal


def to_gbnf(schema: object) -> str:
    """Raises BadRequest for what is no schema, what nothing fits, and what cannot be enforced."""
    compiler = Compiler(schema, is_lenient=False)
    return _checked(compiler.rules.text(compiler.root()))


def to_lenient_gbnf(schema: object) -> str:
    """As `to_gbnf`, but without the constraints that cannot be enforced."""
    return to_alternatives([("", schema, "")])


def to_alternatives(parts: Sequence[tuple[str, object, str]]) -> str:
    """One of several texts, each a value between two given texts; as `to_lenient_gbnf`."""
    rules = Rules()
    ways = []
    for before, schema, after in parts:
        value = Compiler(schema, is_lenient=True, rules=rules).root()
        ways.append(f"{literal(before)} {value} {literal(after)}")
    return _checked(rules.text(rules.any_of(ways)))


def _checked(grammar: str) -> str:
    try:
        gbnf.check(grammar)
    except BadRequest as error:
        raise BadRequest(TOO_LARGE) from error
    return grammar
