"""The keys of a view are found wherever its source reads them."""

from pathlib import PurePosixPath

import pytest

from lsp_server.migrate.replay.sources import Key, read_sources


def keys(text: str, view: str = "view", method: str = "POST") -> list[Key]:
    return read_sources({PurePosixPath("app.py"): text}).keys("app.py", view, method)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('request.args.get("q")', Key("args", "q")),
        ('request.args.get("n", 1, type=int)', Key("args", "n", "int")),
        ('request.args.get("n", 1, int)', Key("args", "n", "int")),
        ('request.args.getlist("t")', Key("args", "t")),
        ('request.form["x"]', Key("form", "x")),
        ('flask.request.values.get("x")', Key("values", "x")),
        ('request.json["x"]', Key("json", "x")),
        ('request.get_json()["x"]', Key("json", "x")),
        ('request.get_json(silent=True).get("x")', Key("json", "x")),
        ('request.headers.get("X-Key")', Key("headers", "X-Key")),
        ('request.cookies.get("c")', Key("cookies", "c")),
        ('request.files["f"]', Key("files", "f")),
        ('data = request.get_json() or {}\n    data.get("x")', Key("json", "x")),
        ('f = request.form\n    "x" in f', Key("form", "x")),
        ('data = request.form.to_dict()\n    data["x"]', Key("form", "x")),
        ('if (d := request.json):\n        d["x"]', Key("json", "x")),
    ],
)
def test_a_key_is_found(line: str, key: Key) -> None:
    assert keys(f"def view():\n    {line}\n") == [key]


def test_a_conversion_says_the_type() -> None:
    assert Key("args", "n", "int") in keys('def view():\n    int(request.args["n"])\n')


def test_what_a_called_function_reads_counts() -> None:
    text = 'def view():\n    return helper()\ndef helper():\n    return request.args["q"]\n'
    assert keys(text) == [Key("args", "q")]


def test_a_method_of_a_class_has_its_own_keys() -> None:
    text = (
        "class V(MethodView):\n"
        '    def get(self): request.args["a"]\n'
        '    def post(self): request.form["b"]\n'
    )
    assert keys(text, "V", "GET") == [Key("args", "a")]
    assert keys(text, "V", "POST") == [Key("form", "b")]


def test_the_fields_of_a_form_class_are_keys() -> None:
    text = (
        "class LoginForm(FlaskForm):\n"
        "    email = StringField()\n    age = IntegerField()\n    photo = FileField()\n"
        "def view():\n    form = LoginForm()\n"
    )
    assert keys(text) == [
        Key("files", "photo", "file"), Key("form", "age", "int"), Key("form", "email"),
    ]  # fmt: skip


def test_reqparse_arguments_are_keys() -> None:
    text = (
        "class R(Resource):\n    def post(self):\n"
        '        p.add_argument("n", type=int, location="form")\n'
    )
    assert keys(text, "R") == [Key("form", "n", "int")]


def test_a_view_that_shows_none_gets_its_modules() -> None:
    text = 'def view():\n    pass\ndef other():\n    request.args["q"]\n'
    assert keys(text) == [Key("args", "q")]


def test_what_cannot_be_parsed_has_no_keys() -> None:
    assert keys("def view(:\n") == []
    assert keys("def view():\n    request.args[name]\n    request.args.get()\n") == []


def test_what_a_decorator_reads_counts() -> None:
    text = (
        "def keyed(f):\n    def inner():\n"
        '        if request.headers.get("X-Key") != "k3": abort(401)\n'
        "    return inner\n"
        "@keyed\ndef view():\n    pass\n"
    )
    assert Key("headers", "X-Key", "", "k3") in keys(text)


def test_accounts_are_found_in_tables_that_are_named_so() -> None:
    text = (
        'TOKENS = {"t1": "ann"}\nusers = {"ann": generate_password_hash("pw"), "bob": HASH}\n'
        'COLOURS = {"red": "ff0000"}\n'
    )
    found = read_sources({PurePosixPath("app.py"): text}).accounts
    assert found == (("t1", "ann"), ("ann", "pw"), ("bob", ""))
