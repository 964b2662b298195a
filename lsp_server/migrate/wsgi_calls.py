"""Calls that take a Flask app for the WSGI callable that it is: servers and middleware.

The helper's app is an ASGI callable; what a WSGI server can call is its `wsgi_app`.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from lsp_server.migrate.kinds import Kinds
from lsp_server.migrate.names import Codebase
from lsp_server.migrate.source import Source

SERVERS = frozenset(
    {
        "a2wsgi.WSGIMiddleware", "apig_wsgi.make_lambda_handler", "awsgi.response", "bjoern.run",
        "cheroot.wsgi.Server", "cheroot.wsgi.WSGIServer", "cherrypy.wsgiserver.CherryPyWSGIServer",
        "eventlet.wsgi.server", "fastapi.middleware.wsgi.WSGIMiddleware",
        "gevent.pywsgi.WSGIServer",
        "gevent.wsgi.WSGIServer", "paste.httpserver.serve", "paste.translogger.TransLogger",
        "serverless_wsgi.handle_request", "tornado.wsgi.WSGIContainer", "waitress.create_server",
        "waitress.serve", "werkzeug.debug.DebuggedApplication",
        "werkzeug.middleware.dispatcher.DispatcherMiddleware",
        "werkzeug.middleware.profiler.ProfilerMiddleware",
        "werkzeug.middleware.proxy_fix.ProxyFix",
        "werkzeug.middleware.shared_data.SharedDataMiddleware", "werkzeug.serving.make_server",
        "werkzeug.serving.run_simple", "werkzeug.test.Client", "whitenoise.WhiteNoise",
        "whitenoise.base.WhiteNoise", "wsgiref.simple_server.make_server",
    }
)  # fmt: skip


def apps_as_wsgi(
    source: Source, code: Codebase, kinds: Kinds, call: cst.Call
) -> Iterator[cst.BaseExpression]:
    """The apps that a call of such a server or middleware is given, in a dictionary or as such."""
    given = [value for arg in call.args if not arg.star for value in _values(arg.value)]
    if given and not SERVERS.isdisjoint(code.externals(source, call.func)):
        yield from (value for value in given if kinds.of(source, value) == "app")


def _values(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.Dict):
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                yield element.value
    else:
        yield node
