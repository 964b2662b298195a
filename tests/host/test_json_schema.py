"""What a schema's grammar allows: each text parses and fits, whatever a model would say."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_server.host.engine import Engine, Shape
from lsp_server.host.json_fields import BadRequest
from lsp_server.host.json_schema import to_gbnf, to_lenient_gbnf
from lsp_server.host.json_schema.compiler import TOO_LARGE
from tests.host.noise import written
from tests.host.schema_check import fits
from tests.random_model import make_random_model


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    model = make_random_model(tmp_path_factory.mktemp("schema") / "random.gguf")
    engine = Engine(Shape(model, 512, n_threads=1), lambda: True)
    yield engine
    engine.close()


def check(engine: Engine, schema: Any, n: int = 12) -> list[Any]:
    """Values that were made for the schema; each fits."""
    grammar = to_gbnf(schema)
    replies = [written(engine, grammar, seed) for seed in range(n)]
    values = [json.loads(reply) for reply in replies if reply is not None]
    for value in values:
        assert fits(value, schema, schema), (schema, value)
    return values


TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 3},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2},
            },
            "required": ["name"],
        },
        "name": {"type": "integer"},
    },
}
EXAMPLES: list[Any] = [
    {"type": "boolean"},
    {"type": ["integer", "null"]},
    {"type": "string", "minLength": 2, "maxLength": 5},
    {"type": "string", "minLength": 501, "maxLength": 503},
    {"type": "string", "enum": ["世界", 'a"b\\', "\n"]},
    {"type": ["string", "null"], "enum": ["a", None, 3]},
    {"const": {"a": [1, "x", None]}},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "time"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "ipv4"},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "of-nobody", "maxLength": 3},
    {"type": "string", "pattern": r"^\d{3}-[A-Z]+$"},
    {"type": "string", "pattern": r"^(?:a|bc)+[^\W_]?\\\"\.$"},
    {"type": "string", "pattern": r"^[^\s,]{1,4}(, ?\S{2})*$"},
    {"type": "string", "pattern": r"^a|b$"},
    {"type": "string", "pattern": r"^\t\n[\x01-\x1f]?.$"},
    {"type": "string", "pattern": r"^(x{2,3}y?){2}$"},
    {"type": "string", "pattern": "^.{0,9}世+界?$"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 40, "maxItems": 45},
    {"type": "array", "items": False},
    {"type": "array", "maxItems": 0},
    {"type": "array", "maxItems": 1},
    {"type": "string", "maxLength": 0},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "null"}], "items": False},
    {"prefixItems": [{"type": "null"}], "items": {"type": "boolean"}, "maxItems": 3},
    {"type": "array", "items": {"enum": [1]}, "prefixItems": [False], "maxItems": 2},
    {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a", "b"],
     "additionalProperties": {"type": "boolean"}},
    {"type": "object", "properties": {n: {"type": "null"} for n in "abc"}, "required": ["b"]},
    {"type": "object", "properties": {"and": {"const": 1}, "an\"d": {"const": 2}, "": True and {
        "const": 3}}, "additionalProperties": {"const": "extra"}},
    {"properties": {"a": {"type": "null"}, "b": False}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"anyOf": [{"type": "null"}, {"type": "array", "items": {"const": 1}, "maxItems": 2}]},
    {"oneOf": [{"type": "object", "properties": {"kind": {"const": kind}, kind: {"type": "null"}},
                "required": ["kind", kind]} for kind in ("cat", "dog")]},
    {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "integer"}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
               {"properties": {"a": {"minimum": 5}, "b": {"type": "null"}}}]},
    {"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}},
     "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {"$ref": "#/$defs/a~1b%20c", "maxLength": 3, "$defs": {"a/b c": {"type": "string"}}},
    {"$ref": "#/definitions/items/0", "definitions": {"items": [{"type": "null"}]}},
    TREE,
]  # fmt: skip


@pytest.mark.parametrize("schema", EXAMPLES, ids=lambda schema: json.dumps(schema)[:70])
def test_every_reply_parses_and_fits(engine: Engine, schema: Any) -> None:
    assert len(check(engine, schema)) >= 3


def test_properties_keep_their_order_and_optional_ones_come_and_go(engine: Engine) -> None:
    schema = {
        "type": "object",
        "properties": {name: {"type": "null"} for name in ("z", "a", "m")},
        "required": ["a"],
    }
    seen = {tuple(value) for value in check(engine, schema, n=40)}
    assert seen == {("a",), ("z", "a"), ("a", "m"), ("z", "a", "m")}


def test_any_value_means_any(engine: Engine) -> None:
    kinds = {type(value) for value in check(engine, {}, n=60)}
    assert {dict, list, str, bool, type(None)} <= kinds and kinds & {int, float}


BOUNDS = st.one_of(st.integers(-1200, 1200), st.decimals(-99, 99, places=2).map(float))
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": BOUNDS, "maximum": BOUNDS, "exclusiveMinimum": BOUNDS, "exclusiveMaximum": BOUNDS
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NUMBERS)
def test_numbers_keep_their_bounds(engine: Engine, schema: dict[str, Any]) -> None:
    low = max(schema.get("minimum", -1e9), schema.get("exclusiveMinimum", -1e9))
    high = min(schema.get("maximum", 1e9), schema.get("exclusiveMaximum", 1e9))
    if low + 1 < high:
        assert check(engine, schema, n=4)
        return
    try:
        check(engine, schema, n=2)
    except BadRequest as error:
        assert str(error) == "No value fits the JSON schema."


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"minimum": 7, "maximum": 7}, 7),
        ({"minimum": -0.5, "maximum": -0.5}, -0.5),
        ({"exclusiveMinimum": 4, "exclusiveMaximum": 6, "type": "integer"}, 5),
        ({"minimum": 10**20, "maximum": 10**20}, 10**20),
        ({"enum": [10**400], "type": "integer"}, 10**400),
        ({"minimum": 3, "exclusiveMinimum": True, "maximum": 4, "type": "integer"}, 4),
    ],
)
def test_where_one_number_fits_it_is_written(
    engine: Engine, schema: dict[str, Any], value: object
) -> None:
    grammar = to_gbnf(schema)
    assert json.loads(written(engine, grammar, 1) or "") == value


LEAVES = st.one_of(
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {"type": "integer"}, True, False]),
    NUMBERS,
    st.builds(
        lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
        st.integers(0, 3), st.integers(0, 3),
    ),
    st.sampled_from([r"^a+$", r"[xyz]", r"^\w{2}", r"\.$", "^世|界"]).map(lambda p: {"pattern": p}),
    st.lists(st.sampled_from([1, "a", None, True, 2.5, "世", [1]]), min_size=1, max_size=3).map(
        lambda values: {"enum": values}
    ),
)  # fmt: skip
NAMES = st.sampled_from(["a", "ab", "b", "世", 'q"', "\n"])


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    counts = {"minItems": st.integers(0, 2), "maxItems": st.integers(1, 3)}
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=3)},
        optional={
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": st.one_of(st.booleans(), st.just({"type": "null"})),
        },
    )
    arrays = st.fixed_dictionaries(
        {"type": st.just("array"), "maxItems": counts["maxItems"]},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "minItems": counts["minItems"],
        },
    )
    pairs = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        objects,
        arrays,
        pairs.map(lambda parts: {"anyOf": parts}),
        pairs.map(lambda parts: {"allOf": parts}),
        pairs.map(lambda parts: {"oneOf": parts}),
        st.builds(lambda one, other: {**one, "anyOf": [other, objects_of(one)]}, objects, inner),
    )


def objects_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Some of its properties, demanded."""
    return {"required": list(schema["properties"])[:1]}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(LEAVES, _containers, max_leaves=5))
def test_any_schema_is_enforced_or_refused(engine: Engine, schema: Any) -> None:
    try:
        check(engine, schema, n=3)
    except BadRequest as error:
        assert error.args[0] != TOO_LARGE


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (7, "must be an object"),
        ({"type": "strong"}, "'type' must be one or some of"),
        ({"type": {}}, "'type'"),
        ({"properties": []}, "'properties' must be an object"),
        ({"required": "a", "type": "object"}, "'required' must be a list of names"),
        ({"anyOf": {}}, "'anyOf' must be a list"),
        ({"enum": "a"}, "'enum' must be a list"),
        ({"enum": ["\ud800"]}, "surrogate"),
        ({"enum": [float("nan")]}, "no JSON"),
        ({"type": "string", "pattern": 1}, "'pattern' must be a string"),
        ({"type": "string", "pattern": "("}, "cannot be read"),
        ({"type": "string", "pattern": "(" * 900 + ")" * 900}, "nested too deeply"),
        ({"type": "string", "pattern": "(" * 300 + "a" + "|b)*" * 300}, "nested too deeply"),
        ({"type": "string", "pattern": "a(?=b)"}, "nothing like its ASSERT"),
        ({"type": "string", "pattern": r"(a)\1"}, "nothing like its GROUPREF"),
        ({"type": "string", "pattern": "(?i)a"}, "flags"),
        ({"type": "string", "pattern": "a^b"}, "anchor"),
        ({"type": "string", "pattern": "x" * 9999}, "longer than"),
        ({"type": "string", "pattern": "((a{0,40}){0,40}){0,40}"}, "more than 2000"),
        ({"type": "string", "pattern": "^a$", "maxLength": 2}, "together with a length"),
        ({"type": "string", "maxLength": -1}, "whole number"),
        ({"type": "string", "minLength": 10**9}, "repetitions"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "No value fits"),
        ({"type": "number", "minimum": "0"}, "must be a number"),
        ({"type": "number", "minimum": float("inf")}, "must be a number"),
        ({"type": "number", "minimum": 1e-300}, "digits"),
        ({"type": "number", "minimum": 10**5000}, "digits"),
        ({"type": "array", "uniqueItems": True}, "'uniqueItems' cannot be enforced"),
        ({"not": {"type": "null"}}, "'not' cannot be enforced"),
        ({"type": "object", "patternProperties": {"a": {}}}, "'patternProperties'"),
        ({"oneOf": [{"type": "number"}, {"type": "integer"}]}, "'oneOf'"),
        ({"enum": [1, 2], "minimum": 2}, "beside an 'enum'"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "No value fits"),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "two of 'pattern'"),
        ({"allOf": [{"items": {}}, {"prefixItems": [True]}]}, "in two ways"),
        (False, "No value fits"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, "No value fits"),
    ],
)
def test_what_cannot_be_enforced_is_refused_by_name(schema: Any, words: str) -> None:
    assert words in refused(schema)


@pytest.mark.parametrize(
    "ref", ["http://127.0.0.1:9/x", "https://example.com/s.json#/a", "file:///etc/passwd", "x", 7,
            "#/nowhere", "#/$defs/a/b", "#name", "#/enum/1", "#/enum/-1", "#/enum/²"],
)  # fmt: skip
def test_a_reference_points_into_the_schema_and_nothing_is_fetched(ref: object) -> None:
    assert "$ref" in refused({"$ref": ref, "$defs": {"a": True}, "enum": [1]})


HOSTILE: list[Any] = [
    {"$ref": "#"},
    {"anyOf": [{"$ref": "#"}]},
    {"allOf": [{"$ref": "#"}]},
    {"oneOf": [{"$ref": "#"}, {"type": "null"}]},
    {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    {"allOf": [{"anyOf": [{"type": "null"}] * 50}] * 50},
    {"$ref": "#/$defs/0", "$defs": {
        **{f"{n}": {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(50)},
        "50": {"type": "object", "properties": {"a": {"type": "null"}}},
    }},
    {"$ref": "#/$defs/0", "$defs": {
        **{f"{n}": {"type": "array", "items": {"$ref": f"#/$defs/{n + 1}"}} for n in range(5000)},
        "5000": {"type": "null"},
    }},
    {"$defs": {"a": {"enum": list(range(5000))}}, "allOf": [{"$ref": "#/$defs/a"}] * 2000},
    {"$defs": {"a": {"type": "object", "properties": {f"{n}": {} for n in range(5000)}}},
     "allOf": [{"$ref": "#/$defs/a"}] * 2000},
    {"oneOf": [{"enum": list(range(at, at + 500))} for at in range(0, 100_000, 500)]},
    {"type": "object", "properties": {"x" * 500 + str(n): {} for n in range(600)}},
    {"enum": [f"{n:0500}" for n in range(600)]},
]  # fmt: skip


@pytest.mark.parametrize("schema", HOSTILE, ids=lambda schema: json.dumps(schema)[:50])
def test_a_hostile_schema_is_refused_soon(schema: Any) -> None:
    assert "too large" in refused(schema)


def test_many_definitions_that_refer_to_each_other_are_no_depth(engine: Engine) -> None:
    defs = {
        f"{n}": {"type": "object", "properties": {"next": {"$ref": f"#/$defs/{(n + 1) % 200}"}}}
        for n in range(200)
    }
    assert check(engine, {"$ref": "#/$defs/0", "$defs": defs})


@pytest.mark.parametrize("n", [10, 25, 29, 40, 60, 63])
def test_depth_ends_in_a_sentence_and_never_in_the_stack(n: int) -> None:
    for wrap in (
        lambda inner: {"type": "array", "items": inner},
        lambda inner: {"anyOf": [inner]},
        lambda inner: {"allOf": [inner, {}]},
        lambda inner: {"type": "object", "properties": {"a": inner}},
    ):
        schema: Any = {"type": "null"}
        for _ in range(n):
            schema = wrap(schema)
        try:
            to_gbnf(schema)
        except BadRequest as error:
            assert n > 25 and ("too large" in str(error) or "nested" in str(error))


def test_long_names_are_told_apart_by_their_beginning(engine: Engine) -> None:
    names = ["x" * 5000, "x" * 63, "y"]
    schema = {
        "type": "object",
        "properties": {name: {"const": 1} for name in names},
        "additionalProperties": {"const": 2},
    }
    assert any(value not in ({}, {"y": 1}) for value in check(engine, schema, n=20))


def test_a_schema_nested_deeply_is_refused() -> None:
    schema: Any = {"type": "null"}
    for _ in range(5000):
        schema = {"type": "array", "items": schema}
    assert "nested" in refused(schema)


def test_a_schema_for_a_lenient_client_is_enforced_as_far_as_that_goes(engine: Engine) -> None:
    schema = {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"enum": ["a"]}, "uniqueItems": True, "maxItems": 3},
            "code": {"type": "string", "pattern": "(?=x)", "maxLength": 3},
            "size": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
        },
        "required": ["tags", "code", "size"],
    }
    assert "'uniqueItems'" in refused(schema)
    value = json.loads(written(engine, to_lenient_gbnf(schema), 3) or "{}")
    assert set(value) == {"tags", "code", "size"}
    assert "must be one or some" in refused_lenient({"type": "strong"})


def test_long_schemas_are_converted_in_little_time() -> None:
    """Python that runs for long holds the engine's thread up."""
    many = {"type": "object", "properties": {f"p{n}": {"type": "integer"} for n in range(400)}}
    assert to_gbnf(many).count("::=") > 400


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6))
def test_no_noise_in_a_schema_does_anything_but_be_refused(seed: int) -> None:
    noise = random.Random(seed)
    words = ["type", "enum", "anyOf", "items", "$ref", "minimum", "required", "pattern", "const"]
    values: list[Any] = [None, 1, -1.5, "x", "#", "string", [], {}, [{}], ["a"], True, {"a": 1}]
    schema = {noise.choice(words): noise.choice(values) for _ in range(3)}
    try:
        to_gbnf(schema)
    except BadRequest as error:
        assert str(error).endswith(".") or str(error).endswith(")")


def refused(schema: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        to_gbnf(schema)
    return str(caught.value)


def refused_lenient(schema: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        to_lenient_gbnf(schema)
    return str(caught.value)
