"""Every aspect of an answer that a client can see is compared."""

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from lsp_server.migrate.profile import ByDesign
from lsp_server.migrate.replay.compare import Trio, compare
from lsp_server.migrate.replay.wire import Answer, session_content

HTML = ("Content-Type", "text/html; charset=utf-8")


def names(old: Answer, new: Answer, again: Answer | None = None, genuine: bool = True) -> list[str]:
    aspects = compare(Trio(old, again or old, new), lambda _: genuine)
    return [aspect.name for aspect in aspects]


def answer(status: int = 200, *headers: tuple[str, str], body: bytes = b"x") -> Answer:
    return Answer(status, (HTML, *headers), body)


def cookie(value: object, key: str = "k", rest: str = "; HttpOnly; Path=/") -> tuple[str, str]:
    app = Flask("x")
    app.secret_key = key
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return "Set-Cookie", f"session={serializer.dumps(value)}{rest}"


def test_equal_answers_have_no_difference() -> None:
    assert names(answer(), answer()) == []


@pytest.mark.parametrize(
    ("new", "aspect"),
    [
        (answer(302), "status"),
        (answer(200, ("Location", "/x")), "location"),
        (Answer(200, (("Content-Type", "text/plain"),), b"x"), "content type"),
        (answer(body=b"y"), "body"),
        (answer(200, ("Allow", "GET")), "header allow"),
        (answer(200, ("X-Own", "1")), "header x-own"),
        (answer(200, ("Set-Cookie", "a=1")), "cookie a"),
        (Answer(200, (HTML,), b"x", raised="KeyError: 'x'"), "exception"),
    ],
)
def test_each_aspect_counts(new: Answer, aspect: str) -> None:
    assert names(answer(), new) == [aspect]


def test_the_order_in_allow_is_no_difference_but_in_others_it_is() -> None:
    assert names(answer(200, ("Allow", "GET, HEAD")), answer(200, ("Allow", "HEAD, GET"))) == []
    assert names(answer(200, ("X-A", "1, 2")), answer(200, ("X-A", "2, 1"))) == ["header x-a"]


def test_a_header_set_twice_is_another_than_one_set_once() -> None:
    twice = answer(200, ("X-A", "1"), ("X-A", "2"))
    assert names(twice, answer(200, ("X-A", "1"))) == ["header x-a"]


def test_bytes_that_are_no_text_are_compared() -> None:
    assert names(answer(body=b"\xff\x00"), answer(body=b"\xff\x00")) == []
    assert names(answer(body=b"\xff\x00"), answer(body=b"\xfe\x00")) == ["body"]


def metrics(seconds: str, count: int = 1) -> Answer:
    """What prometheus_client writes."""
    lines = (
        "# HELP took_seconds Time",
        "# TYPE took_seconds histogram",
        f'took_seconds_bucket{{le="0.005",path="/a b"}} {seconds}',
        f'took_seconds_count{{path="/a b"}} {count}.0',
        f'took_seconds_sum{{path="/a b"}} {seconds}e-05',
        f'took_seconds_created{{path="/a b"}} {seconds}e+09',
        f"process_open_fds {seconds}",
    )
    return Answer(200, (("Content-Type", "text/plain; version=0.0.4"),), "\n".join(lines).encode())


def test_what_prometheus_measures_is_no_difference_but_what_it_counts_is() -> None:
    assert names(metrics("1.5"), metrics("1.75")) == []
    assert names(metrics("1.5"), metrics("1.5", count=2)) == ["body"]
    assert names(answer(body=b"a_sum 1"), answer(body=b"a_sum 2")) == ["body"]


def test_a_session_is_compared_by_what_it_holds() -> None:
    old, new = answer(200, cookie({"a": 1, "b": [2]})), answer(200, cookie({"b": [2], "a": 1}))
    assert names(old, new) == []
    assert names(old, answer(200, cookie({"a": 2}))) == ["content of cookie session"]


def test_a_session_that_the_old_app_would_refuse_is_a_difference() -> None:
    old, new = answer(200, cookie({"a": 1})), answer(200, cookie({"a": 1}, key="other"))
    aspects = compare(Trio(old, old, new), lambda value: value in old.headers[1][1])
    assert [aspect.name for aspect in aspects] == ["signature of cookie session"]


def test_attributes_of_cookies_count() -> None:
    old, new = answer(200, cookie({"a": 1})), answer(200, cookie({"a": 1}, rest="; Path=/"))
    assert names(old, new) == ["attributes of cookie session"]


def test_a_large_session_is_read_though_it_is_deflated() -> None:
    value = cookie({"a": "x" * 3000})[1].partition("=")[2].partition(";")[0]
    assert value.startswith(".")
    assert session_content(value) == {"a": "x" * 3000}


@pytest.mark.parametrize("value", ["", "a", "a.b.c", "..", "eyJh.x.y", "\x00.1.2", "é.b.c"])
def test_what_is_no_session_is_none(value: str) -> None:
    assert session_content(value) is None


def test_only_one_of_two_deleted_cookies_is_a_difference() -> None:
    gone = answer(200, ("Set-Cookie", "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"))
    assert names(gone, answer()) == ["cookie session"]
    assert names(gone, gone) == []


def test_what_both_old_answers_do_otherwise_is_masked() -> None:
    old, again = answer(body=b"id 17"), answer(body=b"id 23")
    assert names(old, answer(body=b"id 99"), again) == []
    assert names(old, answer(404, body=b"id 99"), again) == ["status"]


def test_what_differs_by_design_is_left_out_and_nothing_else() -> None:
    masked = ByDesign(texts=(r"<script>.*?</script>",))
    old = answer(body=b"a<script>1</script>b")
    new = answer(body=b"a<script>22</script>b")
    other = answer(body=b"a<script>22</script>c")
    assert not compare(Trio(old, old, new), lambda _: True, masked)
    assert [each.name for each in compare(Trio(old, old, other), lambda _: True, masked)] == [
        "body"
    ]
    assert names(old, new) == ["body"]


def test_signatures_of_each_side_are_no_difference() -> None:
    old = answer(body=b'value="ImY4Mzc5OTg0NmQyZmZmYzdi.awlU3w.r3pPwsVHLjwaoky3d1Ly3YO-cXM">')
    new = answer(body=b'value="ImMwOTdiMWRhOTM0ZDczMDJk.awlU3w.95yFbMUQ7cXMr3pPwsVHLjwaoky">')
    assert not names(old, new)
    assert names(old, answer(body=b'value="">')) == ["body"]


def test_an_endpoints_own_differences_are_its_alone() -> None:
    design = ByDesign(endpoints=(r"^doc$",), unordered=(r"^specs$",))
    old, new = answer(body=b'{"a": 1, "b": 2}'), answer(body=b'{"b": 2, "a": 1}')
    worse = answer(body=b'{"a": 1}')
    for endpoint, other, n in (("specs", new, 0), ("view", new, 1), ("specs", worse, 1)):
        assert len(compare(Trio(old, old, other), lambda _: True, design, endpoint)) == n
    assert not compare(Trio(old, old, worse), lambda _: True, design, "doc")


def test_a_megabyte_without_a_break_is_looked_through_once() -> None:
    old, new = answer(body=b"a" * 1_000_000), answer(body=b"a" * 999_999 + b"b")
    assert names(old, new) == ["body"]
