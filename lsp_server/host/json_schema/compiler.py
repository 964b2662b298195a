"""One schema being made into rules."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from lsp_server.host.json_fields import BadRequest, check_depth
from lsp_server.host.json_schema import containers, numbers, strings
from lsp_server.host.json_schema.keywords import (
    NOTES,
    TYPES,
    Schema,
    enum,
    referred,
    schema_of,
    schemas_of,
    types,
)
from lsp_server.host.json_schema.meaning import Meaning
from lsp_server.host.json_schema.rules import Rules, literal

TOO_LARGE = "The JSON schema is too large, or refers to itself without an end."
MAX_STEPS = 5000
MAX_DEPTH = 60
WHITESPACE = '(" " | "\\n" [ \\t]{0,20})?'

REFUSED = frozenset({
    "not", "if", "multipleOf", "uniqueItems", "contains", "minContains", "maxContains",
    "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired",
    "dependentSchemas", "dependencies", "$dynamicRef", "$recursiveRef",
})  # fmt: skip
"""What no grammar of bearable size can express."""

BY_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems", "additionalItems", "minItems", "maxItems"}),
    "string": frozenset({"pattern", "minLength", "maxLength", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
}
ASSERTIONS = frozenset().union(*BY_TYPE.values()) - {"format"}


class Compiler:
    """Used once. Methods return one item of a sequence, or None where nothing fits."""

    def __init__(self, root: object, *, is_lenient: bool, rules: Rules | None = None) -> None:
        """`rules` are those of a larger grammar, if the values are part of one."""
        self._root = root
        self.is_lenient = is_lenient
        self.rules = rules or Rules()
        self.blank = self.rules.named(WHITESPACE)
        self._meaning = Meaning(root, self._step, is_lenient=is_lenient)
        self._referred: dict[str, str] = {}
        self._waiting: list[str] = []
        self._any_value = ""
        self._n_steps = 0
        self._depth = 0

    def root(self) -> str:
        """Raises BadRequest."""
        check_depth("schema", self._root)
        root = self.value(self._root)
        if root is None:
            raise BadRequest("No value fits the JSON schema.")
        while self._waiting:
            self._define(self._waiting.pop())
        return root

    def value(self, schema: object) -> str | None:
        self._step(self._depth)
        self._depth += 1
        try:
            return self._value(schema_of(schema))
        finally:
            self._depth -= 1

    def _step(self, depth: int, cost: int = 1) -> None:
        self._n_steps += cost
        if self._n_steps > MAX_STEPS or depth > MAX_DEPTH:
            raise BadRequest(TOO_LARGE)

    def _value(self, schema: Schema | bool) -> str | None:
        if isinstance(schema, bool):
            return self._anything() if schema else None
        match sorted(schema.keys() - NOTES):
            case ["$ref"]:
                return self._shared(schema["$ref"])
            case ["anyOf"]:
                return self._any_of(map(self.value, schemas_of(schema, "anyOf")))
            case ["oneOf"]:
                self._meaning.choices(schema, "oneOf")
                return self._any_of(map(self.value, schemas_of(schema, "oneOf")))
        return self._any_of(map(self._plain, self._meaning.plain(schema)))

    def _any_of(self, found: Iterable[str | None]) -> str | None:
        ways = [each for each in found if each is not None]
        return self.rules.any_of(ways) if ways else None

    def _anything(self) -> str:
        if not self._any_value:
            self._any_value = self.rules.reserve()
            kinds = [self._of_type(kind, {}) for kind in TYPES if kind != "integer"]
            self.rules.define(self._any_value, " | ".join(each for each in kinds if each))
        return self._any_value

    def _shared(self, ref: object) -> str:
        """One rule for all who refer to the same place, made later: they may refer in circles."""
        if not isinstance(ref, str) or ref not in self._referred:
            referred(self._root, ref)
            assert isinstance(ref, str), "it points at something"
            self._referred[ref] = self.rules.reserve()
            self._waiting.append(ref)
        return self._referred[ref]

    def _define(self, ref: str) -> None:
        body = self.value(referred(self._root, ref))
        if body is None:
            raise BadRequest(f"No value fits the JSON schema's $ref {ref!r}.")
        self.rules.define(self._referred[ref], body)

    def _plain(self, schema: Schema) -> str | None:
        self._check_keywords(schema)
        values = enum(schema)
        if values is not None:
            return self._one_of_values(schema, values)
        kinds = types(schema)
        if "type" not in schema:
            # Keywords say which type is meant; the others are left out.
            meant = [each for each, names in BY_TYPE.items() if names & schema.keys()]
            if not meant:
                return self._anything()
            kinds = tuple(meant)
        return self._any_of([self._of_type(kind, schema) for kind in kinds])

    def _check_keywords(self, schema: Schema) -> None:
        for name in sorted(REFUSED & schema.keys()):
            if not self.is_lenient and schema[name] not in (False, 0) and _says(name, schema):
                raise BadRequest(
                    f"The JSON schema's '{name}' cannot be enforced on a reply; leave it out, or "
                    'say "strict": false.'
                )

    def _one_of_values(self, schema: Schema, values: Sequence[object]) -> str | None:
        beside = sorted(ASSERTIONS & schema.keys())
        if beside and not self.is_lenient:
            raise BadRequest(f"A JSON schema's '{beside[0]}' cannot be enforced beside an 'enum'.")
        kinds = types(schema)
        return self._any_of([_constant(each) for each in values if _is_of(each, kinds)])

    def _of_type(self, kind: str, schema: Schema) -> str | None:
        builders: Mapping[str, Callable[[Schema], str | None]] = {
            "object": lambda schema: containers.an_object(self, schema),
            "array": lambda schema: containers.an_array(self, schema),
            "string": lambda schema: strings.string(schema, self.rules, is_lenient=self.is_lenient),
            "number": lambda schema: self._any_of(numbers.numbers(schema)),
            "integer": lambda schema: self._any_of(numbers.integers(schema)),
            "boolean": lambda _schema: self.rules.any_of(['"true"', '"false"']),
            "null": lambda _schema: '"null"',
        }
        return builders[kind](schema)


def _says(name: str, schema: Schema) -> bool:
    """Whether a keyword asks for anything: `multipleOf` 1 is what whole numbers are."""
    return not (name == "multipleOf" and schema[name] == 1 and schema.get("type") == "integer")


def _constant(value: object) -> str:
    try:
        return literal(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except ValueError as error:
        raise BadRequest("The JSON schema's 'enum' holds what is no JSON.") from error


def _is_of(value: object, kinds: Sequence[str]) -> bool:
    match value:
        case None:
            return "null" in kinds
        case bool():
            return "boolean" in kinds
        case str():
            return "string" in kinds
        case int() | float():
            is_whole = isinstance(value, int) or value.is_integer()
            return "number" in kinds or (is_whole and "integer" in kinds)
        case list():
            return "array" in kinds
    return "object" in kinds
