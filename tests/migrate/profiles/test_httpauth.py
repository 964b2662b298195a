"""Flask-HTTPAuth and what stands in for it: who gets in, who does not, and what they are told."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import md5
from typing import Any

import pytest
from werkzeug.datastructures import Authorization

from lsp_server.migrate.profiles.httpauth import PROFILE
from tests.migrate.profiles.pairs import Pair, stand_in

USERS = {"ann": "cat", "李雷": "韩梅梅", "root": "toor"}


def basic(name: str, password: str, encoding: str = "utf-8", scheme: str = "Basic") -> Any:
    value = b64encode(f"{name}:{password}".encode(encoding)).decode()
    return {"headers": {"Authorization": f"{scheme} {value}"}}


def header(value: str, name: str = "Authorization") -> Any:
    return {"headers": {name: value}}


def doors(flask: Any, ext: Any) -> Any:
    """Every scheme on views of its own."""
    app = flask.Flask(__name__)
    app.secret_key = "dev"
    verify, password, hashed = (ext.HTTPBasicAuth(), ext.HTTPBasicAuth("Custom", "Äther"),
                                ext.HTTPBasicAuth())  # fmt: skip
    token, key = ext.HTTPTokenAuth(), ext.HTTPTokenAuth("Key", header="X-API-Key")
    multi = ext.MultiAuth(verify, token, key)

    @verify.verify_password
    def check(name: str, secret: str) -> Any:
        if name == "":
            return True if flask.request.args.get("guests") else None
        if name == "true":
            return True
        return {"name": name} if USERS.get(name) == secret else False

    @verify.get_user_roles
    def roles(user: Any) -> Any:
        name = user["name"] if isinstance(user, dict) else user.username
        return {"root": ["admin", "user"], "ann": "user"}.get(name)

    @password.get_password
    def stored(name: str) -> str | None:
        return USERS.get(name) if name.isascii() else None

    @hashed.get_password
    def digest(name: str) -> str | None:
        return md5(f"{name}{USERS[name]}".encode()).hexdigest() if name in USERS else None

    @hashed.hash_password
    def salted(name: str, secret: str) -> str:
        return md5(f"{name}{secret}".encode()).hexdigest()

    @token.verify_token
    def known(value: str) -> Any:
        return {"t1": "ann", "t2": True}.get(value)

    @key.verify_token
    async def known_key(value: str) -> Any:
        return "robot" if value == "k" else None

    @token.error_handler
    def refuse(status: int) -> Any:
        return {"error": status}, status, {"WWW-Authenticate": "None", "X-Why": "token"}

    @key.error_handler
    def refuse_plainly() -> str:
        return "no key"

    @app.route("/verify", methods=["GET", "OPTIONS"], provide_automatic_options=False)
    @verify.login_required
    def one() -> Any:
        return flask.jsonify(user=str(verify.current_user()), name=verify.username())

    @app.route("/optional")
    @verify.login_required(optional=True)
    def two() -> Any:
        return flask.jsonify(user=verify.current_user())

    @app.route("/role/<role>")
    def three(role: str) -> Any:
        wanted: Any = role.split("+") if "+" not in role[:1] else [role[1:].split("+")]
        return verify.login_required(role=wanted if len(wanted) > 1 or "+" in role else role)(
            lambda: f"you are {role}"
        )()

    @app.route("/password")
    @password.login_required
    def four() -> Any:
        return str(password.current_user())

    @app.route("/hashed")
    @hashed.login_required
    async def five() -> Any:
        return str(hashed.current_user())

    @app.route("/token")
    @token.login_required
    def six() -> Any:
        return str(token.current_user())

    @app.route("/key")
    @key.login_required
    def seven() -> Any:
        return str(key.current_user())

    @app.route("/multi")
    @multi.login_required
    def eight() -> Any:
        return str(multi.current_user())

    @app.route("/multi/optional")
    @multi.login_required(optional=True)
    def nine() -> Any:
        return str(multi.current_user())

    @app.route("/free")
    def ten() -> Any:
        return str(verify.current_user())

    return app


def test_without_credentials_it_is_a_401_that_names_scheme_and_realm() -> None:
    pair = Pair(doors, PROFILE)
    answer = pair.same("/verify")
    assert answer.status_code == 401 and answer.text == "Unauthorized Access"
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Authentication Required"'
    for path in ("/password", "/hashed", "/token", "/key", "/multi", "/free", "/optional"):
        pair.same(path)
    pair.same("/verify", "OPTIONS")
    pair.same("/verify?guests=1")


@pytest.mark.parametrize("path", ["/verify", "/password", "/hashed", "/optional", "/multi"])
def test_names_and_passwords_are_read_alike(path: str) -> None:
    pair = Pair(doors, PROFILE)
    for options in (
        basic("ann", "cat"),
        basic("ann", "dog"),
        basic("ann", ""),
        basic("", ""),
        basic("李雷", "x"),
        basic("Jörg", "ü", "latin-1"),
        basic("true", "a:b:c"),
        basic("root", "toor", scheme="custom"),
        header("Basic"),
        header("Basic !!!"),
        header("Basic YQ=="),
        header("Bearer abc"),
        header(""),
    ):
        pair.same(path, **options)


def test_a_name_in_chinese_gets_in() -> None:
    pair = Pair(doors, PROFILE)
    assert pair.same("/verify", **basic("李雷", "韩梅梅")).get_json()["name"] == "李雷"


def test_roles_are_one_of_several_or_all_of_a_group() -> None:
    pair = Pair(doors, PROFILE)
    for role in ("user", "admin", "user+admin", "+user+admin", "+user", "nobody", "nobody+user"):
        for name in ("ann", "root"):
            pair.same(f"/role/{role}", **basic(name, USERS[name]))
    pair.same("/role/user", **basic("true", "x"))
    assert pair.same("/role/admin", **basic("ann", "cat")).status_code == 403


def test_who_has_no_roles_has_none_of_a_group_where_the_extension_crashes() -> None:
    old, new = Pair(doors, PROFILE).clients
    assert old.get("/role/+user+admin", **basic("true", "x")).status_code == 500
    assert new.get("/role/+user+admin", **basic("true", "x")).status_code == 403


def test_tokens_come_in_the_authorization_or_in_a_header_of_their_own() -> None:
    pair = Pair(doors, PROFILE)
    for path in ("/token", "/key", "/multi", "/multi/optional"):
        for options in (
            header("Bearer t1"),
            header("bearer t1"),
            header("Bearer t2"),
            header("Bearer wrong"),
            header("Bearer"),
            header("Bearer a=b"),
            header("Key k"),
            header("k", "X-API-Key"),
            header("x", "X-API-Key"),
            header("", "X-API-Key"),
        ):
            pair.same(path, **options)
    assert pair.same("/token", **header("Bearer t1")).text == "ann"
    assert pair.same("/key").text == "no key"


def vault(flask: Any, ext: Any) -> Any:
    """Digest authentication as configured by the app's config, which a test sets beforehand."""
    app = flask.Flask(__name__)
    app.secret_key = "dev"
    plain, stored = ext.HTTPDigestAuth(), ext.HTTPDigestAuth(
        "Digest", "r", use_ha1_pw=True, qop=None, algorithm="md5-sess"
    )  # fmt: skip

    @plain.get_password
    @stored.get_password
    def password(name: str) -> str | None:
        if flask.request.path == "/stored" and name in USERS:
            return str(stored.generate_ha1(name, USERS[name]))
        return USERS.get(name)

    @app.route("/plain")
    @plain.login_required
    def one() -> Any:
        return f"plain {plain.username()}"

    @app.route("/stored")
    @stored.login_required
    def two() -> Any:
        return f"stored {stored.username()}"

    return app


def challenge(client: Any, path: str) -> dict[str, str]:
    answer = client.get(path)
    assert answer.status_code == 401
    return dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["WWW-Authenticate"]))


def md5_of(*parts: str) -> str:
    return md5(":".join(parts).encode()).hexdigest()


def reply(asked: dict[str, str], path: str, name: str, password: str, **bent: str) -> str:
    first, second = md5_of(name, asked["realm"], password), md5_of("GET", path)
    more: dict[str, str] = {}
    if "qop" in asked:
        more = {"qop": "auth", "nc": "00000001", "cnonce": "c"}
        response = md5_of(first, asked["nonce"], "00000001", "c", "auth", second)
    else:
        more = {"cnonce": "c"}
        response = md5_of(md5_of(first, asked["nonce"], "c"), asked["nonce"], second)
    fields: dict[str, str | None] = {
        "username": name,
        "realm": asked["realm"],
        "nonce": asked["nonce"],
        "opaque": asked["opaque"],
        "uri": path,
        "response": response,
        **more,
        **bent,
    }
    return Authorization("digest", fields).to_header()


@pytest.mark.parametrize("path", ["/plain", "/stored"])
def test_a_digest_of_the_challenge_gets_in_and_nothing_else_does(path: str) -> None:
    pair = Pair(vault, PROFILE)
    for bent in (
        {},
        {"response": "0" * 32},
        {"nonce": "0" * 32},
        {"opaque": "0" * 32},
        {"uri": "/other"},
        {"realm": ""},
        {"username": "nobody"},
        {"qop": "auth-int"} if path == "/plain" else {"cnonce": "other"},
    ):
        answers = []
        for client in pair.clients:
            asked = challenge(client, path)
            value = reply(asked, path, "ann", "cat", **bent)
            answers.append(client.get(path, headers={"Authorization": value}))
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].data == answers[1].data
        assert (answers[1].status_code == 200) is (bent == {})


def test_the_challenge_has_the_same_form_and_survives_the_migration() -> None:
    pair = Pair(vault, PROFILE)
    for path in ("/plain", "/stored"):
        headers = [client.get(path).headers["WWW-Authenticate"] for client in pair.clients]
        assert re.sub("[0-9a-f]{32}", "~", headers[0]) == re.sub("[0-9a-f]{32}", "~", headers[1])
    asked = [challenge(client, "/plain") for client in pair.clients]
    pair.swap()
    for client, one in zip(pair.clients, reversed(asked), strict=True):
        value = reply(one, "/plain", "root", "toor")
        assert client.get("/plain", headers={"Authorization": value}).text == "plain root"


def test_an_incomplete_digest_is_a_stranger() -> None:
    client = Pair(vault, PROFILE).clients[1]
    client.get("/plain")
    value = (
        'Digest username="ann", realm="r", nonce="中", opaque="x", uri="/", response="x", qop=auth'
    )
    headers = {"Authorization": value.encode().decode("latin-1")}
    assert client.get("/plain", headers=headers).status_code == 401


def test_nonces_can_be_kept_elsewhere() -> None:
    def make(flask: Any, ext: Any) -> Any:
        app = flask.Flask(__name__)
        app.secret_key = "dev"
        auth = ext.HTTPDigestAuth(realm="r", qop="auth, auth-int")
        auth.generate_nonce(lambda: "n" * 32)
        auth.verify_nonce(lambda nonce: nonce == "n" * 32)
        auth.generate_opaque(lambda: "o" * 32)
        auth.verify_opaque(lambda opaque: opaque == "o" * 32)
        auth.get_password(USERS.get)
        app.add_url_rule("/", view_func=auth.login_required(lambda: "in"), endpoint="in")
        return app

    pair = Pair(make, PROFILE)
    asked = dict(re.findall(r'(\w+)="([^"]*)"', pair.same("/").headers["WWW-Authenticate"]))
    value = reply(asked, "/", "ann", "cat")
    assert pair.same("/", headers={"Authorization": value}).text == "in"


def test_wrong_arguments_are_refused() -> None:
    ext = stand_in(PROFILE)
    with pytest.raises(ValueError, match="SHA-256 is not supported"):
        ext.HTTPDigestAuth(algorithm="SHA-256")
    for auth in (ext.HTTPBasicAuth(), ext.MultiAuth(ext.HTTPBasicAuth())):
        with pytest.raises(ValueError, match="only supported arguments"):
            auth.login_required(print, role="x")
