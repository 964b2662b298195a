"""On random values the pieces do what the extensions do: the same results, the same errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import flask_restful.fields
import flask_restful.inputs
import flask_restx
import flask_restx.fields
import flask_restx.inputs
import flask_restx.mask
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.migrate.profiles.restful.pieces import restful_marshal
from lsp_server.migrate.profiles.restful.pieces_fields import RestfulFields
from lsp_server.migrate.profiles.restful.pieces_inputs import RestfulInputs
from lsp_server.migrate.profiles.restx.pieces_fields_values import RestxFields
from lsp_server.migrate.profiles.restx.pieces_inputs import RestxInputs
from lsp_server.migrate.profiles.restx.pieces_marshalling import restx_marshal
from lsp_server.migrate.profiles.restx.pieces_mask import RestxMask, restx_apply_mask
from lsp_server.migrate.profiles.restx.pieces_model import RestxModel

NAMES = st.sampled_from(["a", "b", "in", "a.b", "in.a", "0", "1.a", "汉", "none"])
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(["", "x", "1", "1.5", "true", "off", "2020-01-02", "汉\r\n", "NaN", "1e400"]),
    st.sampled_from([Decimal("1.005"), Decimal("NaN"), date(2020, 1, 2), b"x"]),
    st.datetimes(timezones=st.sampled_from([None, UTC])),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(NAMES, inner, max_size=4),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(st.sampled_from("ab"), inner, max_size=2).map(
            lambda values: SimpleNamespace(**values)
        ),
    ),
    max_leaves=8,
)
MASKS = st.text(alphabet="ab{},* \n-", max_size=12)
DATES = st.one_of(
    st.datetimes().map(datetime.isoformat),
    st.text(alphabet="0123456789-:TWPZ/+ .", max_size=25),
    st.tuples(st.dates(), st.sampled_from(["/", "T", "/P1D", "T12", "T12:30Z"])).map(
        lambda pair: f"{pair[0]}{pair[1]}"
    ),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="htp:/a.b@1[]?-:", max_size=20),
    st.from_regex(
        r"(https?|ftp)://(u:p@)?([a-z]{1,3}\.){1,2}[a-z]{2}(:\d{1,6})?(/\w*)?", fullmatch=True
    ),
    DATES,
    st.integers().map(str),
)
PLAIN_FIELDS = (
    "Raw",
    "String",
    "Integer",
    "Float",
    "Arbitrary",
    "Fixed",
    "Boolean",
    "DateTime",
)


def outcome(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, str]:
    """What a call returns or raises, as text; the pieces' names without their prefix."""
    try:
        return "returned", repr(function(*args, **kwargs))
    except Exception as error:  # noqa: BLE001 - both must raise the same
        # "'RestxInteger' object has no attribute", where Python itself names the class.
        return type(error).__name__.removeprefix("Restful").removeprefix("Restx"), re.sub(
            "'(Restful|Restx)", "'", str(error)
        )


def text_of(value: Any) -> Any:
    """A value whose mappings are all plain ones."""
    if isinstance(value, dict):
        return {key: text_of(item) for key, item in value.items()}
    return [text_of(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(
    "name",
    ["url", "boolean", "natural", "positive", "date", "iso8601interval", "datetime_from_iso8601"],
)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_an_input_of_restful(name: str, text: str) -> None:
    real, ours = getattr(flask_restful.inputs, name), getattr(RestfulInputs, name)
    assert outcome(lambda: text_of(_utc(real(text)))) == outcome(lambda: text_of(_utc(ours(text))))


@pytest.mark.parametrize(
    "name",
    [
        "url",
        "ip",
        "ipv4",
        "ipv6",
        "boolean",
        "natural",
        "positive",
        "date",
        "iso8601interval",
        "date_from_iso8601",
        "datetime_from_iso8601",
        "datetime_from_rfc822",
    ],
)
@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_an_input_of_restx(name: str, text: str) -> None:
    real, ours = getattr(flask_restx.inputs, name), getattr(RestxInputs, name)
    assert outcome(real, text) == outcome(ours, text)


@settings(max_examples=100, deadline=None)
@given(options=st.lists(st.booleans(), min_size=5, max_size=5), text=TEXTS)
def test_a_url_and_an_address_under_any_rules(options: list[bool], text: str) -> None:
    ip, local, port, auth, schemes = options
    rules = {"ip": ip, "local": local, "port": port, "auth": auth}
    only = ["http"] if schemes else None
    real = flask_restx.inputs.URL(schemes=only, exclude=["a.bc"], **rules)
    ours = RestxInputs.URL(schemes=only, exclude=["a.bc"], **rules)
    assert outcome(real, text) == outcome(ours, text)
    mail = text.replace("/", "@", 1)
    assert outcome(flask_restx.inputs.email(ip=ip, local=local), mail) == outcome(
        RestxInputs.email(ip=ip, local=local), mail
    )


@settings(max_examples=150, deadline=None)
@given(mask=MASKS, data=VALUES, skip=st.booleans())
def test_a_mask(mask: str, data: Any, skip: bool) -> None:
    assert outcome(lambda: str(flask_restx.Mask(mask))) == outcome(lambda: str(RestxMask(mask)))
    real = outcome(lambda: text_of(flask_restx.mask.apply(data, mask, skip)))
    assert real == outcome(lambda: text_of(restx_apply_mask(data, mask, skip)))


def fields_of(kinds: Any, shape: list[tuple[str, str, Any]]) -> dict[str, Any]:
    """The same fields in the extension and in the pieces."""
    made: dict[str, Any] = {}
    for name, kind, attribute in shape:
        options = {"attribute": attribute} if attribute else {}
        if kind == "List":
            made[name] = kinds.List(kinds.Integer(**options))
        elif kind == "Objects":
            made[name] = kinds.List(kinds.Nested({"a": kinds.Raw}), **options)
        elif kind == "Nested":
            made[name] = kinds.Nested({"a": kinds.String, "b": kinds.Integer}, **options)
        elif kind == "group":
            made[name] = {"a": kinds.String, "b": {"c": kinds.Raw(**options)}}
        else:
            made[name] = getattr(kinds, kind)(**options)
    return made


SHAPES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from([*PLAIN_FIELDS, "List", "Objects", "Nested", "group"]),
        st.one_of(st.none(), NAMES),
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(shape=SHAPES, data=VALUES, envelope=st.sampled_from([None, "in"]))
def test_marshalling_of_restful(shape: Any, data: Any, envelope: str | None) -> None:
    real = fields_of(flask_restful.fields, shape)
    ours = fields_of(RestfulFields, shape)
    assert outcome(flask_restful.marshal, data, real, envelope) == outcome(
        restful_marshal, data, ours, envelope
    )


@settings(max_examples=150, deadline=None)
@given(shape=SHAPES, data=VALUES, mask=MASKS, skip=st.booleans(), ordered=st.booleans())
def test_marshalling_of_restx(shape: Any, data: Any, mask: str, skip: bool, ordered: bool) -> None:
    real = fields_of(flask_restx.fields, shape)
    ours = fields_of(RestxFields, shape)
    options = {"skip_none": skip, "mask": mask, "ordered": ordered}
    assert outcome(flask_restx.marshal, data, real, **options) == outcome(
        restx_marshal, data, ours, **options
    )


@settings(max_examples=100, deadline=None)
@given(
    data=st.dictionaries(st.sampled_from(["a", "ab", "B", "c"]), st.integers(), max_size=4),
    pattern=st.sampled_from(["a*", "*", "?", "b"]),
    default=st.sampled_from([None, 0, 5]),
    skip=st.booleans(),
    ordered=st.booleans(),
)
def test_wildcards(data: Any, pattern: str, default: Any, skip: bool, ordered: bool) -> None:
    def fields(kinds: Any) -> dict[str, Any]:
        wild = kinds.Wildcard(kinds.Integer(default=default), default=default)
        return {"a": kinds.Integer, pattern: wild, "c": kinds.String, "[bc]*": wild}

    options = {"skip_none": skip, "ordered": ordered}
    assert outcome(flask_restx.marshal, data, fields(flask_restx.fields), **options) == outcome(
        restx_marshal, data, fields(RestxFields), **options
    )


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES, required=st.booleans(), minimum=st.integers(0, 3), strict=st.booleans())
def test_the_schema_of_a_model(shape: Any, required: bool, minimum: int, strict: bool) -> None:
    def schema(kinds: Any, model: Any) -> Any:
        plain = [part for part in shape if part[1] not in ("group", "Nested", "Objects")]
        fields = fields_of(kinds, plain)
        inner = model("Inner", fields)
        text = kinds.String(required=required, min_length=minimum, enum=["x"] * minimum)
        nested = kinds.Nested(inner, required=required, as_list=strict)
        made = model("Outer", {"text": text, "nested": nested, **fields}, strict=strict)
        return [made.__schema__, made.inherit("More", {"n": kinds.Integer(min=minimum)}).__schema__]

    assert outcome(schema, flask_restx.fields, flask_restx.Model) == outcome(
        schema, RestxFields, RestxModel
    )


def _utc(value: Any) -> Any:
    """Flask-RESTful's moments carry pytz's UTC: the same time, another object."""
    if isinstance(value, tuple):
        return [_utc(item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is not None and not value.utcoffset():
        return value.astimezone(UTC)
    return value
