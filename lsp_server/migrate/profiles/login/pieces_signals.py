"""The signals of Flask-Login, under its names; the sender is the app."""

from __future__ import annotations

from blinker import Namespace

_login_signals = Namespace()

user_logged_in = _login_signals.signal("logged-in")
user_logged_out = _login_signals.signal("logged-out")
user_loaded_from_cookie = _login_signals.signal("loaded-from-cookie")
user_loaded_from_header = _login_signals.signal("loaded-from-header")
user_loaded_from_request = _login_signals.signal("loaded-from-request")
user_login_confirmed = _login_signals.signal("login-confirmed")
user_unauthorized = _login_signals.signal("unauthorized")
user_needs_refresh = _login_signals.signal("needs-refresh")
user_accessed = _login_signals.signal("accessed")
session_protected = _login_signals.signal("session-protected")
