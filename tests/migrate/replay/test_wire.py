"""Requests as they are sent, followed and shown; cookies kept as a browser keeps them."""

import shlex

import pytest

from lsp_server.migrate.replay.wire import (
    Answer,
    Jar,
    Request,
    curl,
    followed,
    form,
    multipart,
    sized,
    target,
    with_json,
)


def set_cookie(value: str) -> Answer:
    return Answer(200, (("Set-Cookie", value),))


def test_a_cookie_is_sent_where_its_path_says() -> None:
    jar = Jar()
    jar.take(set_cookie("a=1; Path=/shop"), "/x")
    assert jar.dress(Request("GET", "/shop/1")).headers == (("Cookie", "a=1"),)
    assert jar.dress(Request("GET", "/shop")).headers == (("Cookie", "a=1"),)
    assert jar.dress(Request("GET", "/shopping")).headers == ()


@pytest.mark.parametrize(
    "gone", ["a=; Max-Age=0; Path=/", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"]
)
def test_a_deleted_cookie_is_gone(gone: str) -> None:
    jar = Jar()
    jar.take(set_cookie("a=1; Path=/"), "/")
    jar.take(set_cookie(gone), "/")
    assert jar.dress(Request("GET", "/")).headers == ()


def test_two_visitors_have_two_jars() -> None:
    jar = Jar()
    other = jar.copy()
    jar.take(set_cookie("a=1; Path=/"), "/")
    assert other.cookies == {}


@pytest.mark.parametrize(
    ("location", "led"),
    [
        ("/b?c=1", "/b?c=1"),
        ("b", "/a/b"),
        ("http://localhost/x", "/x"),
        ("/ë", "/%C3%AB"),
        ("https://example.com/", None),
        (None, None),
    ],
)
def test_a_redirect_is_followed_within_the_app(location: str | None, led: str | None) -> None:
    headers = (("Location", location),) if location else ()
    found = followed(Request("POST", "/a/c", body=b"x"), Answer(302, headers))
    assert (found and found.target) == led
    if found is not None:
        assert (found.method, found.body) == ("GET", b"")


def test_307_keeps_method_and_body() -> None:
    found = followed(Request("POST", "/a", body=b"x"), Answer(307, (("Location", "/b"),)))
    assert found == Request("POST", "/b", body=b"x")


def test_what_is_no_redirect_leads_nowhere() -> None:
    assert followed(Request("POST", "/a"), Answer(201, (("Location", "/b"),))) is None


def test_a_path_of_any_text_becomes_ascii() -> None:
    assert target("/Zoë 漢/\ud800", [("q", "a b&")]).isascii()


def test_what_has_a_body_has_a_length() -> None:
    assert ("Content-Length", "3") in sized(form("POST", "/", [("a", "1")])).headers
    assert ("Content-Length", "0") in sized(Request("POST", "/")).headers
    assert all(name != "Content-Length" for name, _ in sized(Request("GET", "/")).headers)


def test_a_hostile_file_name_cannot_break_the_parts() -> None:
    made = multipart("POST", "/", [], [("f", 'a"\r\nX: 1', b"x")])
    assert b"\r\nX: 1" not in made.body


def test_the_curl_line_is_one_line_that_a_shell_reads() -> None:
    request = with_json("POST", "/x?q='a'", {"a": "it's\n`x`"}).with_header("X-A", "b c")
    line = curl(request)
    assert "\n" not in line
    words = shlex.split(line)
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert "X-A: b c" in words
