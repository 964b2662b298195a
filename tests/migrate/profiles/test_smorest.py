"""flask-smorest and its pieces answer alike, and describe an API in the same document."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lsp_server.migrate.profiles.smorest import PROFILE
from tests.migrate.profiles.sides import Twins, ours, real
from tests.migrate.profiles.smorest_app import smorest_app
from tests.migrate.profiles.smorest_custom_app import smorest_custom_app
from tests.migrate.twins import AsgiClient

CONFIGS: dict[str, dict[str, Any]] = {
    "OpenAPI 3": {},
    "OpenAPI 3.1": {"OPENAPI_VERSION": "3.1.0"},
    "OpenAPI 2": {"OPENAPI_VERSION": "2.0"},
    "no etags": {"ETAG_DISABLED": True},
    "other places": {
        "OPENAPI_URL_PREFIX": "docs",
        "OPENAPI_JSON_PATH": "api.json",
        "OPENAPI_REDOC_PATH": None,
        "OPENAPI_SWAGGER_UI_URL": None,
        "API_SPEC_OPTIONS": {"x-internal-id": "2", "servers": [{"url": "http://example"}]},
    },
    "no document": {"OPENAPI_URL_PREFIX": None},
}


def side_by_side(config: str = "OpenAPI 3") -> Twins:
    return Twins(
        lambda flask, ext: smorest_app(flask, ext, CONFIGS[config]),
        PROFILE,
        "flask_smorest",
    )


@pytest.mark.parametrize("config", CONFIGS)
def test_documents_are_the_same(config: str) -> None:
    pair = side_by_side(config)
    answers = [pair.same("GET", path) for path in ("/openapi.json", "/docs/api.json")]
    documents = [answer.json for answer in answers if answer.status == 200 and answer.body]
    assert len(documents) == (0 if config == "no document" else 1)
    for document in documents:
        assert "/shops/{shop}/path/{rest}" in document["paths"]


@pytest.mark.parametrize("page", ["/redoc", "/swagger", "/rapidoc"])
def test_pages_show_the_same_document(page: str) -> None:
    """The HTML is our own: what is compared is what it loads and shows."""
    old, new = side_by_side().both("GET", page)
    assert old.status == new.status == 200
    assert dict(old.headers)["Content-Type"] == dict(new.headers)["Content-Type"]
    links = [
        sorted(set(re.findall(r"https?://[^\s\"']+|/openapi.json", x.body.decode())))
        for x in (old, new)
    ]
    assert links[0] == links[1]
    titles = [re.findall("<title>(.*)</title>", x.body.decode()) for x in (old, new)]
    assert titles == [["Pets 宠物"]] * 2
    for text in ("dark", "deepLinking"):
        assert (text.encode() in old.body) == (text.encode() in new.body)


def test_only_the_pages_differ_by_design() -> None:
    differing = {"/redoc", "/swagger", "/rapidoc"}
    pair = side_by_side()
    for rule in (*pair.old.url_map.iter_rules(), *pair.new.url_map.iter_rules()):
        by_design = any(re.search(each, rule.endpoint) for each in PROFILE.differs.endpoints)
        assert by_design == (rule.rule in differing), rule


@pytest.mark.parametrize("config", ["OpenAPI 3", "no etags"])
def test_reading_lists_and_things(config: str) -> None:
    pair = side_by_side(config)
    for query in (
        "",
        "?page=2",
        "?page=99",
        "?page=0",
        "?page=x&page_size=1000",
        "?page_size=23",
        "?name=Pet 1&page_size=3",
        "?name=nobody",
        "?ids=1,2,x",
        "?ids=1,2&tag=a&tag=b&unknown=1",
    ):
        pair.same("GET", f"/pets/{query}")
        pair.same("HEAD", f"/pets/{query}")
        pair.same("GET", f"/shops/7/pages{query}")
    for path in (
        "/pets/1",
        "/pets/99",
        "/pets/0",
        "/pets/x",
        "/pets",
        "/nowhere",
        "/shops/1/pages/",
    ):
        for method in ("GET", "OPTIONS", "PATCH"):
            pair.same(method, path)


@pytest.mark.parametrize("config", ["OpenAPI 3", "no etags"])
def test_versions(config: str) -> None:
    pair = side_by_side(config)
    etag = dict(pair.same("GET", "/pets/3").headers).get("ETag", '"none"')
    pair.same("GET", "/pets/3", headers={"If-None-Match": etag})
    pair.same("GET", "/pets/3", headers={"If-None-Match": '"other", *'})
    pages = dict(pair.same("GET", "/pets/?page=2").headers).get("ETag", '"none"')
    pair.same("GET", "/pets/?page=2", headers={"If-None-Match": pages})
    pair.same("PUT", "/pets/3", json={"name": "New"})
    pair.same("PUT", "/pets/3", json={"name": "New"}, headers={"If-Match": '"other"'})
    pair.same("PUT", "/pets/3", json={"name": ""}, headers={"If-Match": etag})
    pair.same("PUT", "/pets/3", json={"name": "New"}, headers={"If-Match": etag})
    changed = dict(pair.same("GET", "/pets/3").headers).get("ETag", '"none"')
    pair.same("DELETE", "/pets/3", headers={"If-Match": etag})
    pair.same("DELETE", "/pets/3", headers={"If-Match": changed})
    pair.same("GET", "/pets/3")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"name": ""}',
        b'{"name": 7, "born": "soon", "more": 1}',
        b'{"name": "Pet 4"}',
        '{"name": "小狗", "born": "2020-02-29", "tags": ["a"]}'.encode(),
        '{"name": "Käfer"}\r\n'.encode("latin-1"),
    ],
)
def test_bodies_of_every_shape(body: bytes) -> None:
    pair = side_by_side()
    for kind in ("application/json", "application/vnd.x+json; charset=utf-8", "text/plain", ""):
        pair.same("POST", "/pets/", data=body, headers={"Content-Type": kind})


def test_other_places_of_arguments() -> None:
    pair = side_by_side()
    pair.same("GET", "/shops/7/headers/ab")
    pair.same("GET", "/shops/7/headers/ab", headers={"X-Token": "t"})
    pair.same("GET", "/shops/7/headers/abc", headers={"X-Token": "t"})
    upload = "/shops/7/upload/great-dane/1.5/12345678-1234-5678-1234-567812345678"
    photo = (io.BytesIO(b"\x89PNG"), "小狗.png")
    answer = pair.same("POST", f"{upload}?note=n", data={"photo": photo})
    assert answer.status == 201
    pair.same("POST", upload, data={"note": "n"})
    pair.same("POST", upload, data={"photo": (io.BytesIO(b""), "a"), "other": "o"})
    pair.same("POST", "/shops/7/upload/dog/1.5/12345678-1234-5678-1234-567812345678")


def test_a_file_arrives_over_asgi() -> None:
    pair = side_by_side()
    url = "/shops/7/upload/cat/1.5/12345678-1234-5678-1234-567812345678?note=n"
    answers = [
        client.post(url, data={"photo": (io.BytesIO(b"\x89PNG\r\n" * 9999), "小狗.png")})
        for client in (pair.old.test_client(), AsgiClient(pair.new, pair.old))
    ]
    assert answers[0].data == answers[1].data
    assert answers[1].status_code == 201


def test_answers_of_every_kind() -> None:
    pair = side_by_side()
    for path in ("/path/a/b", "/path/broken", "/path/", "/staff/async", "/staff/tuple"):
        for method in ("GET", "PATCH", "POST"):
            pair.same(method, f"/shops/7{path}")
    assert pair.same("GET", "/shops/7/staff/tuple").status == 203


def test_commands_print_the_document(tmp_path: Any) -> None:
    pair = side_by_side()
    for arguments in (
        ["openapi", "print"],
        ["openapi", "print", "--format", "yaml"],
        ["openapi", "print", "--config-prefix", "v2"],
        ["openapi", "list-config-prefixes"],
        ["openapi", "print", "-f", "xml"],
    ):
        old, new = pair.run(arguments)
        assert (new.output, new.exit_code) == (old.output, old.exit_code), arguments
    for name in ("a.json", "a.yaml"):
        kind = name.partition(".")[2]
        old, new = (tmp_path / side / name for side in ("old", "new"))
        for path, runner in zip((old, new), pair.runners(), strict=True):
            path.parent.mkdir(exist_ok=True)
            assert runner(args=["openapi", "write", "-f", kind, str(path)]).exit_code == 0
        assert new.read_text() == old.read_text()
    assert json.loads((tmp_path / "new" / "a.json").read_text())["info"]["title"] == "Pets 宠物"


@pytest.fixture
def custom(tmp_path: Path) -> Twins:
    page = tmp_path / "templates" / "swagger_ui.html"
    page.parent.mkdir()
    page.write_text("{{ title }} {{ spec_url }} {{ swagger_ui_url }} {{ swagger_ui_config }}")
    return Twins(
        lambda flask, ext: smorest_custom_app(flask, ext, tmp_path), PROFILE, "flask_smorest"
    )


def test_what_an_app_may_change(custom: Twins) -> None:
    for path in ("/v1_/openapi.json", "/v2_/openapi.json", "/v1_/swagger", "/v2_/swagger"):
        assert custom.same("GET", path).status == 200
    for prefix in ("/one", "/two", "/second"):
        for path in ("/ABC", "/ABC?page=3", "/ABC?page_size=9", "/abc", "/ABC/nothing"):
            custom.same("GET", prefix + path)
        custom.same("GET", f"{prefix}/BAD/nothing")
        custom.same("GET", f"{prefix}/ABC?refuse")
        custom.same("PUT", f"{prefix}/forgotten")
    for arguments in (["print", "--config-prefix", "v2"], ["list-config-prefixes"], ["print"]):
        old, new = custom.run(["openapi", *arguments])
        assert (new.output, new.exit_code) == (old.output, old.exit_code), arguments


def test_a_forgotten_check_is_warned_of(custom: Twins) -> None:
    with pytest.warns(UserWarning) as caught:
        custom.same("PUT", "/one/forgotten", headers={"If-Match": '"any"'})
    texts = [str(warning.message) for warning in caught]
    assert texts == ["ETag not checked in endpoint one.forgotten on PUT request."] * 2


@pytest.mark.parametrize("missing", ["API_TITLE", "API_VERSION", "OPENAPI_VERSION"])
def test_what_an_api_must_have(missing: str) -> None:
    told = []
    for flask, ext in (real("flask_smorest"), ours(PROFILE, "flask_smorest")):
        app = flask.Flask("incomplete")
        settings = {"API_TITLE": "t", "API_VERSION": "1", "OPENAPI_VERSION": "3.0.2"}
        app.config.update({f"V2_{k}": v for k, v in settings.items() if k != missing})
        import_path = ext.exceptions if hasattr(ext, "exceptions") else ext
        with pytest.raises(import_path.MissingAPIParameterError) as caught:
            ext.Api(app, config_prefix="v2")
        told.append(str(caught.value))
    assert told[0] == told[1]
