"""Whatever a view returns, and whatever is sent to it, comes out as on Flask."""

import io
import re
from pathlib import Path

import pytest

from tests.migrate.twins import Twins

RETURNS = """
import dataclasses, datetime, decimal, uuid
from flask import Flask, Response, jsonify, make_response, redirect, request, stream_with_context
from markupsafe import Markup
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response as Plain
app = Flask(__name__)

@dataclasses.dataclass
class Point:
    x: int
    y: float

class Sub(Response):
    default_mimetype = "text/plain"

def stream():
    yield "a"
    yield "ü"
    yield ""

def wsgi(environ, start_response):
    start_response("203 OK", [("Content-Type", "text/x"), ("X-A", "1"), ("X-A", "2")])
    return [b"w", environ["PATH_INFO"].encode()]

VALUES = {
    "str": lambda: "tëxt",
    "empty": lambda: "",
    "bytes": lambda: b"\\x00\\xff",
    "bytearray": lambda: bytearray(b"ab"),
    "dict": lambda: {"b": 1, "a": [None, True, 1.5, "é<"]},
    "list": lambda: [1, {"z": 1, "a": 2}],
    "tuple2": lambda: ("t", 201),
    "tuple2s": lambda: ("t", "299 Odd"),
    "tuple2h": lambda: ("t", {"X-A": "b", "Content-Type": "text/csv"}),
    "tuple2l": lambda: ("t", [("X-A", "1"), ("X-A", "2")]),
    "tuple3": lambda: ({"a": 1}, 202, Headers({"X-B": "c"})),
    "tuple3l": lambda: (Response("r", status=500), 203, {"X-B": "c", "Content-Type": "a/b"}),
    "tuple1": lambda: ("t",),
    "tuple4": lambda: ("t", 1, 2, 3),
    "none": lambda: None,
    "none2": lambda: (None, 204),
    "int": lambda: 7,
    "set": lambda: {1},
    "generator": stream,
    "iterator": lambda: iter(["x", "y"]),
    "context": lambda: stream_with_context(request.path + str(i) for i in range(3)),
    "response": lambda: Response("r", 418, {"X": "y"}, mimetype="text/x"),
    "sub": lambda: Sub("plain"),
    "plain": lambda: Plain("plain", 206),
    "wsgi": lambda: wsgi,
    "redirect": lambda: redirect("/a b?c=é#d", 303),
    "made": lambda: make_response("m", 222),
    "made0": lambda: make_response(),
    "markup": lambda: Markup("<b>"),
    "json0": lambda: jsonify(),
    "json2": lambda: jsonify(1, "2"),
    "jsonk": lambda: jsonify(b=1, a=2),
    "jsonboth": lambda: jsonify(1, a=2),
    "jsontypes": lambda: jsonify(
        d=datetime.date(2020, 1, 2), t=datetime.datetime(2020, 1, 2, 3, 4, 5),
        z=datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
        n=decimal.Decimal("1.10"), u=uuid.UUID(int=5), p=Point(1, 2.5), m=Markup("<i>"),
        f=float("nan"), e="\\u2028é", k={"3": 1, "1": 2}),
    "jsonbad": lambda: jsonify(object()),
    "jsonkeys": lambda: jsonify({1: 1, "a": 2}),
    "jsonint": lambda: jsonify({2: 1, 1: 2}),
    "nocontent": lambda: ("", 204),
    "notmodified": lambda: ("body", 304),
    "badstatus": lambda: ("t", "abc"),
    "inject": lambda: ("t", {"X-A": "a\\r\\nSet-Cookie: b=c"}),
    "latin": lambda: ("t", {"X-A": "é"}),
    "beyond latin": lambda: ("t", {"Content-Disposition": "attachment; filename=отчёт-é.csv"}),
    "broken": lambda: ("t", {"X-A": "�"}),
    "wide": lambda: ("t", {"X-A": "陳"}),
}

@app.route("/<name>", methods=["GET", "POST"])
def view(name):
    return VALUES[name]()

@app.route("/cookies")
def cookies():
    response = make_response("c")
    response.set_cookie("a", "b c;é", max_age=5, secure=True, httponly=True, samesite="Lax")
    response.set_cookie("x" , "y", domain="example.com", path="/p", partitioned=True)
    response.delete_cookie("gone")
    return response
"""
NAMES = re.findall(r'^    "(\w+)": ', RETURNS, re.MULTILINE)


@pytest.mark.parametrize("config", [{}, {"TESTING": True}, {"DEBUG": True}], ids=str)
def test_every_kind_of_return_value(config: dict[str, object]) -> None:
    twin = Twins(RETURNS, config=config)
    for name in NAMES:
        if name != "wide":
            twin.same("GET", f"/{name}")
            twin.same("HEAD", f"/{name}")
    twin.same("GET", "/cookies")


ECHO = """
from flask import Flask, jsonify, request
app = Flask(__name__)

@app.route("/echo/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def echo(rest):
    what = request.args.get("what", "meta")
    if what == "meta":
        return jsonify(
            args=request.args.to_dict(flat=False), base_url=request.base_url, url=request.url,
            url_root=request.url_root, host=request.host, host_url=request.host_url,
            path=request.path, full_path=request.full_path, script_root=request.script_root,
            method=request.method, scheme=request.scheme, secure=request.is_secure,
            remote=request.remote_addr, headers=sorted(map(list, request.headers)),
            cookies=request.cookies.to_dict(), agent=request.user_agent.string,
            mimetype=request.mimetype, length=request.content_length, rest=rest,
            endpoint=request.endpoint, rule=request.url_rule.rule, view_args=request.view_args,
            root_path=request.root_path, query=request.query_string.decode("latin-1"),
            referrer=request.referrer, is_json=request.is_json, xhr=request.accept_mimetypes.best,
            auth=request.authorization and request.authorization.username,
            languages=request.accept_languages.values() and list(request.accept_languages.values()),
            route=request.access_route, range=str(request.range), etag=str(request.if_none_match))
    if what == "form":
        return jsonify(form=request.form.to_dict(flat=False), values=request.values.to_dict(),
                       data=request.get_data(as_text=True))
    if what == "data":
        return request.data + b"|" + request.get_data()
    if what == "files":
        return jsonify({key: [file.filename, file.content_type, file.read().decode("latin-1")]
                        for key, file in request.files.items()}, request.form.to_dict())
    if what == "json":
        return jsonify(request.get_json(silent="silent" in request.args,
                                        force="force" in request.args))
    if what == "typed":
        return jsonify(request.args.get("n", 5, type=int), request.args.getlist("n", int))
    if what == "stream":
        return request.stream.read(3) + b"|" + request.stream.read()
    return "?"
"""


def test_what_a_view_sees_of_a_request() -> None:
    twin = Twins(ECHO)
    for path in (
        "a",
        "a/b%2Fc",
        "%C3%A9/%E9%99%B3",
        "%FF%FE",
        "a%00b",
        "a//b",
        "a/../b",
        "%25",
        "+",
    ):
        twin.same("GET", f"/echo/{path}?a=1&a=2&b=%C3%A9&c=%FF&=x&d")
    twin.same("GET", "/echo/x", headers={"X-A": "1", "Referer": "r", "Cookie": "a=b; c=d; a=e"})
    twin.same("GET", "/echo/x", headers=[("X-A", "1"), ("X-A", "2"), ("Accept", "a/b,c/d;q=2")])
    twin.same("GET", "/echo/x", headers={"Host": "other.example:81"}, auth=("ann", "päss"))
    twin.same("GET", "/echo/x", base_url="https://a.example/root/")
    twin.same("GET", "/echo/x", headers={"Range": "bytes=1-", "If-None-Match": '"a"'})
    for n in ("n=7", "n=", "n=x", "n=1&n=x&n=3", ""):
        twin.same("GET", f"/echo/x?what=typed&{n}")


def test_bodies() -> None:
    twin = Twins(ECHO)
    form = {"a": ["1", "2"], "b": "é", "empty": ""}
    for what in ("form", "data", "stream", "files", "json"):
        path = f"/echo/x?what={what}"
        twin.same("POST", path, data=form)
        twin.same("POST", path, data="a=1&b", content_type="application/x-www-form-urlencoded")
        twin.same("POST", path, data=b"\xff\x00raw", content_type="application/octet-stream")
        twin.same("POST", path, data="")
        twin.same("POST", path, json={"a": [1, None]})
        twin.same("PUT", path, json=None)
        twin.same("POST", path, data='{"a": "é"}'.encode(), content_type="application/json")
        twin.same("POST", path, data=b"\xff", content_type="application/json; charset=utf-8")
        twin.same("POST", path, data=b"NaN", content_type="application/json")
        upload = {"t": "x", "f": (io.BytesIO(b"data\r\n"), "ü.txt", "text/x")}
        twin.same("POST", path, data=upload)
        twin.same(
            "POST", path, data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"
        )
        twin.same("POST", path, data=b"x", content_type="multipart/form-data")
    for flags in ("&silent", "&force", "&silent&force"):
        twin.same("POST", f"/echo/x?what=json{flags}", data="{", content_type="text/plain")
        twin.same("POST", f"/echo/x?what=json{flags}", data="[1]", content_type="text/plain")


@pytest.mark.parametrize("testing", [False, True])
def test_limits_of_bodies(testing: bool) -> None:
    limits = {"MAX_CONTENT_LENGTH": 50, "MAX_FORM_MEMORY_SIZE": 20, "MAX_FORM_PARTS": 2}
    twin = Twins(ECHO, config={**limits, "TESTING": testing})
    for what in ("form", "data", "stream", "files", "json", "meta"):
        path = f"/echo/x?what={what}"
        twin.same("POST", path, data=b"x" * 50)
        twin.same("POST", path, data=b"x" * 51)
        twin.same("POST", path, data={"a": "x" * 30})
        twin.same("POST", path, data={"a": "1", "b": "2", "c": "3"})
        twin.same("POST", path, json={"a": "x" * 60})
        many = {"a": "1", "b": "2", "c": "3"}
        twin.same("POST", path, data=many, content_type="multipart/form-data")


FILES = """
import io, os
from flask import Flask, Blueprint, request, send_file, send_from_directory, url_for
app = Flask(__name__)
bp = Blueprint("bp", __name__, url_prefix="/bp", static_folder="assets", template_folder="tpl")
here = os.path.dirname(__file__)

@app.route("/file")
def file():
    return send_file("static/a.txt", as_attachment="attach" in request.args,
                     download_name=request.args.get("name"))

@app.route("/memory")
def memory():
    return send_file(io.BytesIO(b"in memory"), mimetype="text/x", etag="e" in request.args,
                     max_age=9, last_modified=1_600_000_000)

@app.route("/noname")
def noname():
    return send_file(io.BytesIO(b"in memory"))

@app.route("/dir/<path:name>")
def directory(name):
    return send_from_directory(os.path.join(here, "static"), name)

@app.route("/resource")
def resource():
    with app.open_resource("static/a.txt") as one, app.open_resource("static/a.txt", "r") as two:
        return one.read() + two.read().encode()

@app.route("/urls")
def urls():
    return f"{url_for('static', filename='a b.txt')} {url_for('bp.static', filename='b.css')}"

app.register_blueprint(bp)
"""


@pytest.mark.parametrize(
    "config", [{}, {"SEND_FILE_MAX_AGE_DEFAULT": 60}, {"TESTING": True}], ids=str
)
def test_files(tmp_path: Path, config: dict[str, object]) -> None:
    files: dict[str, str | bytes] = {
        "static/a.txt": "0123456789" * 5,
        "static/dir/陳.html": "<p>",
        "assets/b.css": "b{}",
        "secret.txt": "secret",
    }
    twin = Twins(FILES, folder=tmp_path, files=files, config=config)
    answer = twin.same("GET", "/static/a.txt")
    for path in (
        "/static/a.txt",
        "/file",
        "/file?attach=1&name=%C3%BC.txt",
        "/memory",
        "/memory?e",
    ):
        twin.same("GET", path)
        twin.same("HEAD", path)
        twin.same("GET", path, headers={"If-None-Match": str(answer.header("etag"))})
        twin.same("GET", path, headers={"If-Modified-Since": str(answer.header("last-modified"))})
        for ranges in ("bytes=2-5", "bytes=-3", "bytes=99-", "bytes=0-1,3-4", "x"):
            twin.same("GET", path, headers={"Range": ranges})
    for path in (
        "a.txt",
        "dir/%E9%99%B3.html",
        "dir",
        "dir/",
        "../secret.txt",
        "%2e%2e/secret.txt",
    ):
        twin.same("GET", f"/static/{path}")
        twin.same("GET", f"/dir/{path}")
    for path in ("..%2fsecret.txt", "/etc/passwd", "a.txt%00", "\\..\\secret.txt", "x" * 300):
        twin.same("GET", f"/dir/{path}")
    for path in ("/bp/assets/b.css", "/resource", "/urls", "/noname", "/static/", "/static"):
        twin.same("GET", path)
    twin.same("POST", "/static/a.txt")
