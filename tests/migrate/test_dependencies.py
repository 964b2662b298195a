"""Declared dependencies: what goes, what comes, and that everything else stays byte for byte."""

from pathlib import PurePosixPath

import pytest
from packaging.requirements import Requirement

from lsp_server.migrate.dependencies import change_declarations
from lsp_server.migrate.dependencies.change import Change, compatible
from lsp_server.migrate.dependencies.needs import is_test, needed_change, uses
from lsp_server.migrate.profile import Profile

ADD = ("fastapi>=0.115", "uvicorn>=0.30", "werkzeug>=3")
CHANGE = Change(
    frozenset({"flask", "flask-login"}),
    {Requirement(text).name: Requirement(text) for text in ADD},
    {"pydantic": Requirement("pydantic>=2")},
)


def changed(name: str, text: str, **others: str) -> str:
    return whole(name, text, **others)[0]


def whole(name: str, text: str, **others: str) -> tuple[str, tuple[str, ...]]:
    path = PurePosixPath(name)
    files = {path: text, **{PurePosixPath(key): value for key, value in others.items()}}
    result = change_declarations(files, CHANGE)
    return result.files.get(path, text), result.notes


def test_a_file_that_names_nothing_of_it_stays() -> None:
    text = "requests==2.0\r\n# flask\n"
    result = change_declarations({PurePosixPath("requirements.txt"): text}, CHANGE)
    assert result.files == {}
    assert result.notes == (
        "No file declares Flask, so nothing was added; install: "
        "`pip install 'fastapi>=0.115' 'uvicorn>=0.30' 'werkzeug>=3'`.",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("zope\nFlask==2.0\nb\n", "zope\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\nb\n"),
        (
            "aiofiles\nFlask\nzope\n",
            "aiofiles\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\nzope\n",
        ),
        ("b\nflask", "b\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3"),
        (
            "Flask[async]>=1,<3 ; python_version > '3'  # web\r\nzope\r\nb\r\n",
            "fastapi>=0.115\r\nuvicorn>=0.30\r\nwerkzeug>=3\r\nzope\r\nb\r\n",
        ),
        (
            "z\n# Web 框架\nFLASK_Login==0.6  # logins\nflask\nb\n",
            "z\n# Web 框架\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\nb\n",
        ),
        (
            "b\nWerkzeug==0.16.1  # pinned\nFlask==1.1\na\n",
            "b\nWerkzeug>=3  # pinned\nfastapi>=0.115\nuvicorn>=0.30\na\n",
        ),
        (
            "-e git+https://github.com/pallets/flask.git#egg=Flask\nz\na\n",
            "fastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\nz\na\n",
        ),
        (
            "b==1\nflask==2.0\n    # via\n    #   -r requirements.in\nz==1\n    # via flask\n",
            "b==1\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\nz==1\n    # via flask\n",
        ),
        (
            "z \\\n  >=1\nflask \\\n  ==2\na\n",
            "z \\\n  >=1\nfastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\na\n",
        ),
        ("pydantic==1.10\nFlask\n", "fastapi>=0.115\nuvicorn>=0.30\nwerkzeug>=3\n"),
    ],
)
def test_requirements(before: str, after: str) -> None:
    result = changed("requirements.txt", before)
    if "pydantic" in before:
        assert "pydantic>=2\n" in result and "Flask" not in result
    else:
        assert result == after


def test_a_contradicting_pin_is_told() -> None:
    _, notes = whole("requirements.txt", "Flask\nWerkzeug<1\n")
    assert notes == ("`requirements.txt`: `Werkzeug<1` became `Werkzeug>=3`.",)


def test_what_an_included_file_gets_is_not_added_twice() -> None:
    files = {
        PurePosixPath("requirements/base.txt"): "flask\n",
        PurePosixPath("requirements/dev.txt"): "-r base.txt\nFlask\npytest\n",
    }
    result = change_declarations(files, CHANGE)
    assert result.files[PurePosixPath("requirements/dev.txt")] == "-r base.txt\npytest\n"
    assert result.files[PurePosixPath("requirements/base.txt")].startswith("fastapi")


def test_a_file_with_hashes_is_told_and_not_changed() -> None:
    text = "flask==2.0 \\\n    --hash=sha256:00\n"
    result, notes = whole("requirements.txt", text)
    assert result == text
    assert "locks versions with hashes" in notes[0]


PYPROJECT = """\
[project]
name = "shop"  # 商店
dependencies = [
    "Flask>=2",  # web
    "requests",
    "flask-login",
]

[project.optional-dependencies]
test = ["pytest", "flask"]

[dependency-groups]
dev = [{include-group = "x"}, "ruff"]
"""


def test_pyproject_by_pep_621() -> None:
    result = changed("pyproject.toml", PYPROJECT)
    assert '    "fastapi>=0.115",  # web\n' in result
    assert "flask" not in result.lower()
    assert '"requests"' in result and "# 商店" in result
    assert 'test = ["pytest"]' in result
    assert 'dev = [{include-group = "x"}, "ruff"]' in result


def test_what_takes_an_extensions_place_does_not_take_its_comment() -> None:
    text = '[project]\ndependencies = [\n    "flask",  # web\n    "flask-login",  # 2023\n]\n'
    assert changed("pyproject.toml", text) == (
        '[project]\ndependencies = [\n    "fastapi>=0.115",  # web\n    "werkzeug>=3",\n'
        '    "uvicorn>=0.30",\n]\n'
    )


def test_pyproject_keeps_its_line_ends() -> None:
    result = changed("pyproject.toml", PYPROJECT.replace("\n", "\r\n"))
    assert result == changed("pyproject.toml", PYPROJECT).replace("\n", "\r\n")


def test_pyproject_by_poetry() -> None:
    text = (
        '[tool.poetry.dependencies]\npython = "^3.8"\nFlask = "^1.1"\n'
        'Werkzeug = {version = "^1.0", extras = ["watchdog"]}\n\n'
        '[tool.poetry.group.dev.dependencies]\npytest = "*"\nflask-login = "*"\n'
    )
    result = changed("pyproject.toml", text)
    assert result == (
        '[tool.poetry.dependencies]\npython = "^3.8"\n'
        'Werkzeug = {version = ">=3", extras = ["watchdog"]}\n'
        'fastapi = ">=0.115"\nuvicorn = ">=0.30"\n\n'
        '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
    )


def test_a_broken_pyproject_is_told() -> None:
    result, notes = whole("pyproject.toml", "[project\n")
    assert result == "[project\n"
    assert notes[0] == "`pyproject.toml` is not valid TOML and was not changed."


def test_pipfile() -> None:
    text = '[packages]\nflask = "*"\n\n[dev-packages]\npytest = "*"\n'
    result, notes = whole("Pipfile", text, **{"Pipfile.lock": "{}"})
    assert result == (
        '[packages]\nfastapi = ">=0.115"\nuvicorn = ">=0.30"\nwerkzeug = ">=3"\n\n'
        '[dev-packages]\npytest = "*"\n'
    )
    assert notes == ("`Pipfile.lock` locks the old dependencies: run `pipenv lock`.",)


def test_setup_cfg() -> None:
    text = (
        "[metadata]\nname = x\n[options]\npackages = find:\ninstall_requires =\n    Flask>=2\n"
        "    # db\n    requests\nzip_safe = no\n[options.extras_require]\ntest =\n    flask-login\n"
        "    pytest\n"
    )
    assert changed("setup.cfg", text) == (
        "[metadata]\nname = x\n[options]\npackages = find:\ninstall_requires =\n"
        "    fastapi>=0.115\n    uvicorn>=0.30\n    werkzeug>=3\n    # db\n    requests\n"
        "zip_safe = no\n[options.extras_require]\ntest =\n    pytest\n"
    )


def test_setup_py_is_told() -> None:
    text = "setup(install_requires=['Flask>=1', 'requests'])"
    result, notes = whole("setup.py", text)
    assert result == text
    assert notes == (
        "`setup.py` is a program and was not changed: replace `flask` by `fastapi>=0.115`, "
        "`uvicorn>=0.30`, `werkzeug>=3`.",
    )


@pytest.mark.parametrize(
    ("declared", "needed", "fits"),
    [
        ("==0.16", ">=3", False),
        ("~=2.0", ">=3", False),
        ("<3", ">=3", False),
        (">=1", ">=3", True),
        ("", ">=3", True),
        ("==3.*", ">=3", True),
        ("==3.0.1", ">=3", True),
        (">2,<4", ">=3", True),
        ("!=3.0", ">=3", True),
        ("<=3", ">=3", True),
        ("===foo", ">=3", False),
    ],
)
def test_whether_two_specifiers_have_a_version_in_common(
    declared: str, needed: str, fits: bool
) -> None:
    assert (
        compatible(Requirement(f"x{declared}").specifier, Requirement(f"x{needed}").specifier)
        is fits
    )


LOGIN = Profile("Flask-Login", ("flask_login",), {}, (), ("blinker>=1.7",), {})


def test_flask_goes_when_only_tests_import_it() -> None:
    used = uses(
        {
            PurePosixPath("app.py"): "import flask_compat\nfrom werkzeug import x\n",
            PurePosixPath("tests/test_a.py"): "import flask\n",
            PurePosixPath("broken.py"): "def (:\n",
        }
    )
    change = needed_change(used, {"jinja2"}, [LOGIN], [LOGIN])
    assert change.remove == {"flask", "flask-login"}
    assert list(change.add) == ["fastapi", "uvicorn", "jinja2", "werkzeug", "blinker"]


def test_flask_goes_though_a_module_of_the_project_is_named_as_an_extension_is() -> None:
    files = {"app.py": "import flask_audit, flask_desk.x\n", "flask_audit.py": "import os\n"}
    texts = {PurePosixPath(path): text for path, text in files.items()}
    texts[PurePosixPath("flask_desk/x.py")] = ""
    used = uses(texts)
    assert "flask" in needed_change(used, (), (), ()).remove
    others = uses({**texts, PurePosixPath("b.py"): "import flask_admin\n"})
    assert "flask" not in needed_change(others, (), (), ()).remove


def test_flask_stays_while_an_extension_is_imported() -> None:
    used = uses({PurePosixPath("admin.py"): "def f():\n    from flask_admin import Admin\n"})
    assert needed_change(used, {"werkzeug"}, [], [LOGIN]).remove == {"flask-login"}


def test_flask_stays_for_a_librarys_part_for_flask() -> None:
    used = uses({PurePosixPath("app.py"): "from authlib.integrations.flask_client import OAuth\n"})
    assert needed_change(used, {"flask", "werkzeug"}, [], []).remove == set()


def test_a_flask_that_stays_is_new_enough_for_the_helpers_werkzeug() -> None:
    used = uses({PurePosixPath("app.py"): "from flask_quota import Quota\n"})
    change = needed_change(used, {"werkzeug"}, [], [])
    files = {PurePosixPath("requirements.txt"): "Flask==1.0.2\nflask-quota==0.1\n"}
    text = change_declarations(files, change).files[PurePosixPath("requirements.txt")]
    assert "Flask>=3\n" in text and "flask-quota==0.1\n" in text


def test_a_library_that_the_helper_needs_stays_though_its_part_for_flask_is_replaced() -> None:
    webargs = Profile("webargs", ("webargs.flaskparser",), {}, (), ("webargs>=8",), {})
    used = uses({PurePosixPath("app.py"): "from flask_compat import use_args\n"})
    change = needed_change(used, {"webargs"}, [webargs], [webargs])
    assert "webargs" not in change.remove
    assert "webargs" in change.add


def test_what_is_a_test() -> None:
    tests = ("tests/x.py", "a/test/b.py", "test_x.py", "conftest.py", "x_test.py", "tests.py")
    assert all(is_test(PurePosixPath(path)) for path in tests)
    assert not any(is_test(PurePosixPath(path)) for path in ("app.py", "latest.py", "a/b.py"))
