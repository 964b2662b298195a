"""Flask-JWT-Extended and its pieces answer alike, and each takes the other's tokens."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

import jwt
import pytest

from lsp_server.migrate.profiles.jwt_extended import PROFILE
from tests.migrate.profiles.jwt_app import GUARDS, KEY, jwt_app
from tests.migrate.profiles.sides import Twins
from tests.migrate.twins import AsgiClient

NOW = datetime.now(UTC)
AN_HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {
    "sub": "ann",
    "type": "access",
    "fresh": False,
    "jti": "one",
    "iat": NOW - AN_HOUR,
    "nbf": NOW - AN_HOUR,
    "exp": NOW + AN_HOUR,
    "csrf": "twice",
}

CONFIGS: dict[str, dict[str, Any]] = {
    "default": {},
    "everywhere": {"JWT_TOKEN_LOCATION": ["headers", "cookies", "query_string", "json"]},
    "renamed": {
        "JWT_TOKEN_LOCATION": ("query_string", "headers", "cookies", "json"),
        "JWT_HEADER_NAME": "X-Token",
        "JWT_HEADER_TYPE": "",
        "JWT_QUERY_STRING_NAME": "t",
        "JWT_QUERY_STRING_VALUE_PREFIX": "JWT ",
        "JWT_JSON_KEY": "a",
        "JWT_REFRESH_JSON_KEY": "r",
        "JWT_ACCESS_COOKIE_NAME": "ac",
        "JWT_REFRESH_COOKIE_NAME": "rc",
        "JWT_ERROR_MESSAGE_KEY": "错误",
        "JWT_IDENTITY_CLAIM": "who",
    },
    "cookies": {
        "JWT_TOKEN_LOCATION": "cookies",
        "JWT_CSRF_CHECK_FORM": True,
        "JWT_CSRF_METHODS": ["GET", "POST"],
        "JWT_COOKIE_SECURE": True,
        "JWT_COOKIE_SAMESITE": "Lax",
        "JWT_COOKIE_DOMAIN": "example.com",
        "JWT_SESSION_COOKIE": False,
        "JWT_ACCESS_COOKIE_PATH": "/api",
        "JWT_REFRESH_CSRF_COOKIE_PATH": "/refresh",
    },
    "no csrf": {"JWT_TOKEN_LOCATION": ["cookies", "json"], "JWT_COOKIE_CSRF_PROTECT": False},
    "csrf renamed": {
        "JWT_TOKEN_LOCATION": ["cookies"],
        "JWT_CSRF_CHECK_FORM": True,
        "JWT_CSRF_METHODS": ["POST"],
        "JWT_ACCESS_CSRF_COOKIE_NAME": "acc",
        "JWT_REFRESH_CSRF_COOKIE_NAME": "rcc",
        "JWT_ACCESS_CSRF_COOKIE_PATH": "/a",
        "JWT_REFRESH_COOKIE_PATH": "/r",
        "JWT_ACCESS_CSRF_HEADER_NAME": "X-A",
        "JWT_REFRESH_CSRF_HEADER_NAME": "X-R",
        "JWT_ACCESS_CSRF_FIELD_NAME": "a_field",
        "JWT_REFRESH_CSRF_FIELD_NAME": "r_field",
    },
    "csrf not renamed": {"JWT_TOKEN_LOCATION": ["cookies"]},
    "csrf not in cookies": {"JWT_TOKEN_LOCATION": ["cookies"], "JWT_CSRF_IN_COOKIES": False},
    "audience": {
        "JWT_DECODE_AUDIENCE": ["ours", "theirs"],
        "JWT_ENCODE_AUDIENCE": "ours",
        "JWT_DECODE_ISSUER": "me",
        "JWT_ENCODE_ISSUER": "me",
        "JWT_DECODE_LEEWAY": 7200,
        "JWT_ENCODE_NBF": False,
        "JWT_VERIFY_SUB": False,
        "JWT_DECODE_ALGORITHMS": ["HS384"],
        "JWT_ALGORITHM": "HS512",
        "JWT_ACCESS_TOKEN_EXPIRES": 60,
        "JWT_REFRESH_TOKEN_EXPIRES": False,
    },
    "one algorithm by name": {"JWT_DECODE_ALGORITHMS": "HS256"},
    "broken location": {"JWT_TOKEN_LOCATION": ["pocket"]},
    "no location": {"JWT_TOKEN_LOCATION": []},
    "number for a location": {"JWT_TOKEN_LOCATION": 7},
    "no header name": {"JWT_HEADER_NAME": ""},
    "broken lifetime": {"JWT_ACCESS_TOKEN_EXPIRES": "long"},
    "no public key": {"JWT_ALGORITHM": "RS256"},
}


def signed(_key: str = KEY, _algorithm: str = "HS256", **changes: Any) -> str:
    """A token with fixed claims, some changed; None takes one away."""
    claims = {k: v for k, v in (FIXED | {"who": "ann"} | changes).items() if v is not None}
    return jwt.encode(claims, _key, _algorithm)


TOKENS: dict[str, str] = {
    "good": signed(),
    "fresh": signed(fresh=True),
    "fresh for a while": signed(fresh=(NOW + AN_HOUR).timestamp()),
    "no longer fresh": signed(fresh=(NOW - AN_HOUR).timestamp()),
    "refresh": signed(type="refresh"),
    "refresh in capitals": signed(type="REFRESH"),
    "expired": signed(exp=NOW - timedelta(minutes=5)),
    "expired and without identity": signed(exp=NOW - timedelta(minutes=5), sub=None, who=None),
    "not yet": signed(nbf=NOW + AN_HOUR),
    "issued later": signed(iat=NOW + AN_HOUR),
    "bare": signed(type=None, fresh=None, jti=None, csrf=None),
    "nobody's": signed(sub=None, who=None),
    "a number's": signed(sub=7, who=7),
    "unknown user's": signed(sub="eve", who="eve"),
    "umlaut's": signed(sub="böb", who="böb"),
    "revoked": signed(jti="revoked"),
    "unwelcome": signed(welcome=False),
    "for others": signed(aud="others", iss="them"),
    "for ours": signed(_algorithm="HS384", aud="ours", iss="me"),
    "late for ours": signed(
        _algorithm="HS384", aud="ours", iss="me", exp=NOW - timedelta(minutes=5)
    ),
    "a number's for ours": signed(_algorithm="HS384", aud="ours", iss="me", sub=7),
    "other algorithm": signed(_algorithm="HS384"),
    "other key": signed(_key="another key, long enough, too " * 3),
    "no signature": signed().rpartition(".")[0] + ".",
    "two parts": "a.b",
    "no token": "garbage",
    "chinese": "令牌.x.y",
    "broken base64": "!!!!.????.____",
}


def cookies(token: str) -> str:
    """The token in every cookie that some app of these looks into."""
    names = ("access_token_cookie", "refresh_token_cookie", "ac", "rc")
    return "; ".join(f"{name}={token}" for name in names)


@cache
def side_by_side(config: str, loaders: bool = False) -> Twins:
    """The same app on both sides. It keeps nothing between requests, so one will do."""
    return Twins(
        lambda flask, ext: jwt_app(flask, ext, dict(CONFIGS[config]), loaders),
        PROFILE,
        "flask_jwt_extended",
    )


WORKING = ("default", "everywhere", "renamed", "cookies", "no csrf", "audience", "csrf renamed")
SOME = (
    "good",
    "fresh",
    "refresh",
    "expired",
    "bare",
    "nobody's",
    "a number's",
    "for ours",
    "late for ours",
)


def tokens(config: str, all_for: str) -> list[str]:
    """Tokens worth sending: all that a header can carry with the one configuration, some with
    others, two where nothing works anyway."""
    if config == all_for:
        return [token for token in TOKENS.values() if token.isascii()]
    return [TOKENS[name] for name in (SOME if config in WORKING else SOME[:2])]


@pytest.mark.parametrize(
    ("config", "loaders"),
    [*((name, False) for name in CONFIGS), ("default", True), ("renamed", True)],
)
def test_tokens_in_headers(config: str, loaders: bool) -> None:
    pair = side_by_side(config, loaders)
    for token in tokens(config, all_for="default"):
        for name in [*GUARDS, "verify"]:
            pair.same("GET", f"/{name}", headers={"Authorization": f"Bearer {token}"})
        pair.same("GET", "/plain", headers={"X-Token": token})
    for token in tokens(config, all_for="default")[:2]:
        for name in ("async", "template"):
            pair.same("GET", f"/{name}", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ",",
        "Bearer",
        "Bearer ",
        "bearer {}",
        "Basic abc",
        "Bearer {} x",
        "Bearer {},",
        "Basic abc, Bearer {}",
        "Bearer {}, Bearer {}",
        "Bearer {},Basic abc",
        "Bearer,{}",
        "{}",
    ],
)
def test_headers_of_every_shape(value: str) -> None:
    for config in ("default", "renamed", "everywhere"):
        pair = side_by_side(config)
        for name in ("Authorization", "X-Token"):
            for path in ("/plain", "/optional"):
                pair.same("GET", path, headers={name: value.replace("{}", TOKENS["good"])})


@pytest.mark.parametrize("config", CONFIGS)
def test_tokens_in_cookies(config: str) -> None:
    pair = side_by_side(config)
    for token in tokens(config, all_for="no csrf"):
        cookie = cookies(token)
        for path in ("/plain", "/optional", "/in-cookies", "/refresh-in-cookies"):
            pair.same("GET", path, headers={"Cookie": cookie})
            pair.same("POST", path, headers={"Cookie": cookie, "X-CSRF-TOKEN": "twice"})
    cookie = cookies(TOKENS["good"])
    for value in ("", "twice", "once"):
        for method in ("GET", "POST"):
            pair.same(method, "/in-cookies", headers={"Cookie": cookie, "X-CSRF-TOKEN": value})


@pytest.mark.parametrize("config", ["cookies", "csrf renamed", "csrf not in cookies"])
def test_double_submit(config: str) -> None:
    pair = side_by_side(config)
    seen = set()
    for kind in ("access", "refresh"):
        cookie = {"Cookie": cookies(signed(type=kind))}
        path = "/in-cookies" if kind == "access" else "/refresh-in-cookies"
        for value in ("twice", "once", ""):
            for name in ("csrf_token", "a_field", "r_field"):
                seen.add(pair.same("POST", path, headers=cookie, data={name: value}).status)
            for name in ("X-CSRF-TOKEN", "X-A", "X-R"):
                seen.add(pair.same("POST", path, headers={**cookie, name: value}).status)
    assert seen == {200, 401}


@pytest.mark.parametrize("config", ["default", "everywhere", "renamed", "no csrf"])
def test_tokens_in_query_and_json(config: str) -> None:
    pair = side_by_side(config, loaders=config == "renamed")
    for token in [TOKENS["chinese"], *tokens(config, all_for="everywhere")]:
        for path in ("/plain", "/in-query-or-json", "/refresh", "/refresh-in-json"):
            for query in (f"jwt={quote(token)}", f"t=JWT%20{quote(token)}", f"t={quote(token)}"):
                pair.same("GET", f"{path}?{query}")
            keys = ("access_token", "refresh_token", "a", "r")
            pair.same("POST", path, json=dict.fromkeys(keys, token))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"[1]", b"null", b'"text"', b'{"access_token": 7}']
)
def test_json_of_every_shape(body: bytes) -> None:
    pair = side_by_side("everywhere")
    for kind in ("application/json", "application/x+json", "text/plain"):
        for path in ("/plain", "/in-query-or-json", "/refresh-in-json"):
            pair.same("POST", path, data=body, headers={"Content-Type": kind})


@pytest.mark.parametrize("config", CONFIGS)
def test_without_a_token(config: str) -> None:
    for loaders in (False, True):
        pair = side_by_side(config, loaders)
        for name in [*GUARDS, "verify", "async", "unguarded", "template", "template-unguarded"]:
            for method in ("GET", "POST", "OPTIONS", "PUT"):
                pair.same(method, f"/{name}")


@pytest.mark.parametrize("token", TOKENS)
def test_reading_a_token(token: str) -> None:
    for config in ("default", "audience"):
        pair = side_by_side(config)
        given = {"token": TOKENS[token]}
        pair.same("POST", "/read", json=given)
        pair.same("POST", "/read", json={**given, "csrf_value": "twice"})
        pair.same("POST", "/read", json={**given, "csrf_value": "once", "allow_expired": True})


TIMES = ("iat", "nbf", "exp", "fresh")


def told(token: str) -> Any:
    """Header and claims of a token in their order, without what is new each time."""
    claims = jwt.decode(token, options={"verify_signature": False})
    spans = {
        k: int(claims[k] - claims["iat"]) for k in TIMES if type(claims.get(k)) in (int, float)
    }
    unique = {k: len(claims[k]) for k in ("jti", "csrf") if k in claims}
    return jwt.get_unverified_header(token), list((claims | spans | unique).items())


@pytest.mark.parametrize("loaders", [False, True], ids=["plain", "loaders"])
@pytest.mark.parametrize("config", ["default", "renamed", "audience", "no csrf"])
@pytest.mark.parametrize("identity", ["Ann", "böb", 7, {"id": 1}, [1]])
def test_tokens_made_have_the_same_claims(config: str, loaders: bool, identity: Any) -> None:
    pair = side_by_side(config, loaders)
    old, new = pair.both("POST", "/make", json=identity)
    assert old.status == new.status == 200
    for name, token in old.json.items():
        assert told(new.json[name]) == told(token), name


@pytest.mark.parametrize("config", ["default", "renamed", "audience"])
def test_each_side_takes_the_tokens_of_the_other(config: str) -> None:
    pair = side_by_side(config)
    for made in pair.both("POST", "/make", json="ann"):
        for token in made.json.values():
            headers = {"Authorization": f"Bearer {token}", "X-Token": token}
            answers = [
                pair.same("GET", f"/{name}", headers=headers).status
                for name in ("plain", "fresh", "refresh", "any-type", "async")
            ]
            assert 200 in answers


def test_making_fails_alike() -> None:
    for config in ("broken lifetime", "no public key"):
        assert side_by_side(config).same("POST", "/make", json="ann").status == 500


@pytest.mark.parametrize("config", ["default", "cookies", "no csrf", "renamed", "csrf renamed"])
def test_cookies_are_set_and_taken_back_alike(config: str) -> None:
    pair = side_by_side(config)
    both = {"access": TOKENS["good"], "refresh": TOKENS["refresh"]}
    for options in ({}, {"max_age": 60}, {"domain": "sub.example.com", "max_age": 0}):
        answer = pair.same("POST", "/set", json={**both, "options": options})
        assert answer.status == 200
        assert "set-cookie" in [name.lower() for name, _ in answer.headers]
    assert pair.same("POST", "/unset").status == 200


def test_a_browser_logs_in_over_asgi_and_moves_to_the_other_side() -> None:
    """The cookies that one side set are good on the other, CSRF value and all."""
    pair = side_by_side("csrf not renamed")
    flask: Any = pair.old.test_client()
    asgi: Any = AsgiClient(pair.new, pair.old)
    for first, second in ((flask, asgi), (asgi, flask)):
        made = first.post("/make", json="ann").get_json()
        tokens = {"access": made["plain"], "refresh": made["refresh"], "options": {}}
        assert first.post("/set", json=tokens).status_code == 200
        for name in ("access_token_cookie", "csrf_access_token"):
            second.set_cookie(name, first.get_cookie(name).value)
        assert second.get("/in-cookies").get_json()["identity"] == "ann"
        assert second.post("/in-cookies").status_code == 401
        csrf = {"X-CSRF-TOKEN": second.get_cookie("csrf_access_token").value}
        assert second.post("/in-cookies", headers=csrf).get_json()["user"] == "Ann"
        second.post("/unset")
        assert second.get("/in-cookies").status_code == 401
