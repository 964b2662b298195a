"""The signals of a request's life, under the names that Flask gave them."""

from blinker import Namespace

_namespace = Namespace()

template_rendered = _namespace.signal("template-rendered")
before_render_template = _namespace.signal("before-render-template")
request_started = _namespace.signal("request-started")
request_finished = _namespace.signal("request-finished")
request_tearing_down = _namespace.signal("request-tearing-down")
got_request_exception = _namespace.signal("got-request-exception")
appcontext_tearing_down = _namespace.signal("appcontext-tearing-down")
appcontext_pushed = _namespace.signal("appcontext-pushed")
appcontext_popped = _namespace.signal("appcontext-popped")
message_flashed = _namespace.signal("message-flashed")
