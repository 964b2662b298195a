"""The mistakes: in the code that the rules wrote, and in the helper that came with it.

Each is one change of text in the migrated sample project, so each is what a bent or missing rule
would have left behind. A mistake that no longer fits its text counts as missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

HELPER: Final = "blog/flask_compat.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: in `file` the one place of `find` becomes `put`."""

    name: str
    file: str
    find: str
    put: str

    def applied(self, files: Mapping[PurePosixPath, str]) -> dict[PurePosixPath, str]:
        """The changed file, by its path. ValueError if the text does not fit exactly once."""
        path = PurePosixPath(self.file)
        if files[path].count(self.find) != 1:
            n = files[path].count(self.find)
            raise ValueError(f"{self.name}: {self.find!r} is {n} times in {self.file}.")
        return {path: files[path].replace(self.find, self.put)}


# What the rules wrote into the app.
IN_THE_APP: Final = (
    Mutant("an endpoint's name is lost", "blog/posts.py", 'get("/", name="index")', 'get("/")'),
    Mutant(
        "a converter is lost", "blog/posts.py", 'get("/posts/{post_id:int}")', 'get("/posts/{post_id}")'
    ),
    Mutant("float became int", "blog/api.py", "{factor:float}", "{factor:int}"),
    Mutant("uuid became str", "blog/api.py", 'put("/items/{item_id:uuid}")', 'put("/items/{item_id}")'),
    Mutant("path became str", "blog/files.py", "{name:path}", "{name}"),
    Mutant("any() lost a choice", "blog/api.py", "any(cm,inch)", "any(cm)"),
    Mutant("a length is lost", "blog/api.py", "string(length=2)", "string"),
    Mutant(
        "a method is lost", "blog/pages.py", 'echo", methods=["POST", "PUT"]', 'echo", methods=["POST"]'
    ),
    Mutant(
        "GET and POST became GET", "blog/auth.py",
        '"/login", methods=("GET", "POST")', '"/login", methods=("GET",)',
    ),
    Mutant("post became put", "blog/posts.py", "@bp.post(", "@bp.put("),
    Mutant(
        "the default of a rule is lost", "blog/pages.py",
        'get("/archive/", defaults={"page": 1})', 'get("/archive")',
    ),
    Mutant("a stacked route is lost", "blog/pages.py", '@bp.get("/about-us")\n', ""),
    Mutant("stacked routes are swapped", "blog/pages.py",
           '@bp.get("/about")\n@bp.get("/about-us")\n', '@bp.get("/about-us")\n@bp.get("/about")\n'),
    Mutant("the slash at the end is lost", "blog/posts.py", '"/search/"', '"/search"'),
    Mutant("strict_slashes is lost", "blog/files.py", ", strict_slashes=False", ""),
    Mutant("add_url_rule of a class is lost", "blog/pages.py",
           'bp.add_url_rule("/counters/<name>", view_func=Counter.as_view("counter"))', ""),
    Mutant("the second name of / is lost", "blog/__init__.py",
           'app.add_url_rule("/", endpoint="index")', ""),
    Mutant("the prefix at registering is lost", "blog/__init__.py",
           'app.include_router(api.bp, prefix="/api/v1")', "app.include_router(api.bp)"),
    Mutant("a prefix is put before the other", "blog/__init__.py",
           'prefix="/api/v1"', 'prefix="/api/v1/never"'),
    Mutant("the prefix of a blueprint is lost", "blog/auth.py", ', prefix="/auth"', ""),
    Mutant("blueprints in another order", "blog/__init__.py",
           "    app.include_router(posts.bp)\n"
           '    app.include_router(api.bp, prefix="/api/v1")\n'
           "    app.include_router(files.bp)\n    app.include_router(pages.bp)\n",
           "    app.include_router(pages.bp)\n    app.include_router(posts.bp)\n"
           '    app.include_router(api.bp, prefix="/api/v1")\n'
           "    app.include_router(files.bp)\n"),
    Mutant("a blueprint is not included", "blog/__init__.py",
           "    app.include_router(files.bp)\n", ""),
    Mutant("after_request is lost", "blog/__init__.py",
           "    @app.after_request\n    def deny_frames", "    def deny_frames"),
    Mutant("before_request is lost", "blog/__init__.py",
           "    @app.before_request\n    def maintenance", "    def maintenance"),
    Mutant("before_app_request is for the blueprint alone", "blog/auth.py",
           "@bp.before_app_request", "@bp.before_request"),
    Mutant("the teardown is lost", "blog/__init__.py",
           "    @app.teardown_appcontext\n", ""),
    Mutant("the teardown of the database is lost", "blog/db.py",
           "    app.teardown_appcontext(close_db)\n", ""),
    Mutant("an error handler of a code is lost", "blog/__init__.py",
           "    @app.errorhandler(404)\n", ""),
    Mutant("an error handler of a class is lost", "blog/__init__.py",
           "    @app.errorhandler(posts.Closed)\n", ""),
    Mutant("a blueprint's error handler is lost", "blog/api.py",
           "@bp.errorhandler(HTTPException)\n", ""),
    Mutant("a context processor is lost", "blog/__init__.py",
           "    @app.context_processor\n", ""),
    Mutant("a template filter has another name", "blog/__init__.py",
           '@app.template_filter("shout")', '@app.template_filter("loud")'),
    Mutant("a template global is lost", "blog/__init__.py",
           '    @app.template_global("year")\n', ""),
    Mutant("the command is lost", "blog/db.py", "    app.cli.add_command(init_db_command)\n", ""),
    Mutant("the context is not kept for the stream", "blog/pages.py",
           "    @stream_with_context\n", ""),
    Mutant("instance_relative_config is lost", "blog/__init__.py",
           ", instance_relative_config=True", ', instance_path=__file__.rpartition("/")[0]'),
    Mutant("a view is called twice", "blog/pages.py",
           '    session["visits"] = session.get("visits", 0) + 1\n',
           '    session["visits"] = session.get("visits", 0) + 2\n'),
)  # fmt: skip

# What the helper would do otherwise if one of its pieces were wrong.
IN_THE_HELPER: Final = (
    Mutant("redirect answers 307", HELPER,
           "location: str, code: int = 302, Response", "location: str, code: int = 307, Response"),
    Mutant("url_for is absolute", HELPER,
           "_external = _scheme is not None if _external is None else _external",
           "_external = True if _external is None else _external"),
    Mutant("url_for drops the anchor", HELPER,
           'return url if _anchor is None else f"{url}#{quote(_anchor, safe=_ANCHOR_SAFE)}"',
           "return url"),
    Mutant("the relative endpoint is of the app", HELPER,
           'endpoint[1:] if blueprint is None else f"{blueprint}{endpoint}"', "endpoint[1:]"),
    Mutant("JSON's keys are not sorted", HELPER, "sort_keys = True", "sort_keys = False"),
    Mutant("JSON is not escaped", HELPER, "ensure_ascii = True", "ensure_ascii = False"),
    Mutant("JSON ends without a line end", HELPER,
           'f"{self.dumps(obj, **layout)}\\n"', 'f"{self.dumps(obj, **layout)}"'),
    Mutant("JSON has spaces", HELPER, '{"separators": (",", ":")}', "{}"),
    Mutant("dates in JSON are ISO dates", HELPER,
           "        return http_date(value)\n    if isinstance(value, (decimal",
           "        return value.isoformat()\n    if isinstance(value, (decimal"),
    Mutant("decimals in JSON are numbers", HELPER,
           "    if isinstance(value, (decimal.Decimal, uuid.UUID)):\n",
           "    if isinstance(value, decimal.Decimal):\n        return float(value)\n"
           "    if isinstance(value, uuid.UUID):\n"),
    Mutant("the session has another salt", HELPER,
           'salt = "cookie-session"', 'salt = "session"'),
    Mutant("the session's cookie is not HttpOnly", HELPER,
           '"SESSION_COOKIE_HTTPONLY": True', '"SESSION_COOKIE_HTTPONLY": False'),
    Mutant("the session's cookie is SameSite", HELPER,
           '"SESSION_COOKIE_SAMESITE": None', '"SESSION_COOKIE_SAMESITE": "Lax"'),
    Mutant("the session's cookie has another name", HELPER,
           '"SESSION_COOKIE_NAME": "session"', '"SESSION_COOKIE_NAME": "sessionid"'),
    Mutant("a permanent session ends with the browser", HELPER,
           "        if not session.permanent:\n            return None\n        expires",
           "        if session.permanent:\n            return None\n        expires"),
    Mutant("an emptied session is not deleted", HELPER,
           "            if session.modified:\n                response.delete_cookie",
           "            if False:\n                response.delete_cookie"),
    Mutant("Vary: Cookie is lost", HELPER,
           '        if session.accessed:\n            response.vary.add("Cookie")\n', ""),
    Mutant("flashed messages stay", HELPER,
           'session.pop("_flashes") if "_flashes" in session else []',
           'session.get("_flashes", [])'),
    Mutant("flashes lose their category", HELPER,
           "flashes.append((category, message))", 'flashes.append(("message", message))'),
    Mutant("after_request runs in the other order", HELPER,
           "for function in reversed(self.after_request_funcs.get(name, ())):",
           "for function in self.after_request_funcs.get(name, ()):"),
    Mutant("a blueprint's hooks run after the app's", HELPER,
           "        for name in (*request.blueprints, None):\n"
           "            for function in reversed(self.after_request_funcs",
           "        for name in (None, *request.blueprints):\n"
           "            for function in reversed(self.after_request_funcs"),
    Mutant("a blueprint's hooks are for all", HELPER,
           "apps[_dotted(name, key)].extend(functions)", "apps[None].extend(functions)"),
    Mutant("a blueprint's error handlers are for all", HELPER,
           "app.error_handler_spec[_dotted(name, key)] = known",
           "app.error_handler_spec[None].update(known)"),
    Mutant("before_request's answer is ignored", HELPER,
           "                if answer is not None:\n                    return answer\n        return None",
           "        return None"),
    Mutant("OPTIONS is 405", HELPER,
           '            provide_automatic_options = "OPTIONS" not in methods and automatic\n',
           "            provide_automatic_options = False\n"),
    Mutant("Allow lists too little", HELPER,
           "response.allow.update(request_ctx.url_adapter.allowed_methods())",
           'response.allow.update(["GET"])'),
    Mutant("a view that returns None answers", HELPER,
           "        if rv is None:\n            raise TypeError(\n",
           '        if rv is None:\n            return self.response_class("null")\n'
           "        if rv is None:\n            raise TypeError(\n"),
    Mutant("the status of a tuple is lost", HELPER,
           "        body, second = rv\n", "        body, second = rv[0], None\n"),
    Mutant("headers of a tuple are lost", HELPER,
           "        if headers:\n            response.headers.update(headers)\n", ""),
    Mutant("text is plain", HELPER, 'default_mimetype = "text/html"', 'default_mimetype = "text/plain"'),
    Mutant("an unhandled error shows itself", HELPER,
           "answer: Any = InternalServerError(original_exception=e)",
           "answer: Any = InternalServerError(str(e), original_exception=e)"),
    Mutant("errors are raised in production", HELPER,
           "if self.testing or self.debug if propagate is None else propagate:", "if True:"),
    Mutant("a handler of the app wins over the blueprint's", HELPER,
           "for name in (*blueprints, None):\n                handlers",
           "for name in (None, *blueprints):\n                handlers"),
    Mutant("templates have no config", HELPER, "        config=app.config,\n", ""),
    Mutant("templates are not escaped", HELPER,
           'return filename.endswith((".html", ".htm", ".xml", ".xhtml", ".svg"))', "return False"),
    Mutant("text templates are not escaped", HELPER,
           "        if filename is None:\n            return True\n",
           "        if filename is None:\n            return False\n"),
    Mutant("what the view gives a template loses", HELPER, "    context.update(given)\n", ""),
    Mutant("uploads may be larger", HELPER,
           '    max_content_length = RequestLimit("MAX_CONTENT_LENGTH")\n', ""),
    Mutant("files are not conditional", HELPER,
           '"environ": request.environ,\n', '"environ": {},\n        "conditional": False,\n'),
    Mutant("files are kept for an hour", HELPER,
           'kwargs["max_age"] = current_app.get_send_file_max_age', 'kwargs["max_age"] = 3600'),
    Mutant("the query is decoded early", HELPER,
           'query = scope.get("query_string", b"").decode("latin-1")',
           'query = __import__("urllib.parse").parse.unquote(scope["query_string"].decode("latin-1"))'),
    Mutant("paths lose what is no ASCII", HELPER,
           '"PATH_INFO": _as_latin_1(path),', '"PATH_INFO": path.encode("ascii", "ignore").decode(),'),
    Mutant("the last of repeated arguments counts", HELPER,
           "    view_args: dict[str, Any] | None = None\n    routing_exception",
           "    args = property(lambda self: type(WerkzeugRequest.args.__get__(self))("
           "list(WerkzeugRequest.args.__get__(self).items(multi=True))[::-1]))\n"
           "    view_args: dict[str, Any] | None = None\n    routing_exception"),
    Mutant("malformed JSON is 422", HELPER,
           "    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:\n",
           "    def on_json_loading_failed(self, e: ValueError | None) -> NoReturn:\n"
           "        werkzeug_abort(422)\n"),
    Mutant("a class of views keeps its instance's HEAD apart", HELPER,
           '        if method is None and request.method == "HEAD":\n'
           '            method = getattr(self, "get", None)\n', ""),
    Mutant("the prefix of registering comes before the blueprint's", HELPER,
           "            self.url_prefix = blueprint.url_prefix\n        self.name",
           "            self.url_prefix = blueprint.url_prefix\n"
           "        elif blueprint.url_prefix:\n"
           "            self.url_prefix += blueprint.url_prefix\n        self.name"),
    Mutant("the request's host is the server's", HELPER,
           "    _add_headers(environ, scope[\"headers\"])\n",
           "    _add_headers(environ, scope[\"headers\"])\n"
           '    environ["HTTP_HOST"] = "localhost"\n'),
)  # fmt: skip

MUTANTS: Final = (*IN_THE_APP, *IN_THE_HELPER)
