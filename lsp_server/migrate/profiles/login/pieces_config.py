"""Flask-Login's defaults, where neither the app's config nor the manager says otherwise."""

from __future__ import annotations

from datetime import timedelta

LOGIN_COOKIE_NAME = "remember_token"
LOGIN_COOKIE_DURATION = timedelta(days=365)
LOGIN_COOKIE_SECURE = False
LOGIN_COOKIE_HTTPONLY = True
LOGIN_COOKIE_SAMESITE: str | None = None
LOGIN_MESSAGE = "Please log in to access this page."
LOGIN_MESSAGE_CATEGORY = "message"
LOGIN_REFRESH_MESSAGE = "Please reauthenticate to access this page."
LOGIN_REFRESH_MESSAGE_CATEGORY = "message"
LOGIN_ID_ATTRIBUTE = "get_id"
LOGIN_AUTH_HEADER_NAME = "Authorization"
LOGIN_SESSION_KEYS = {"_user_id", "_remember", "_remember_seconds", "_id", "_fresh", "next"}
LOGIN_EXEMPT_METHODS = {"OPTIONS"}
LOGIN_USE_SESSION_FOR_NEXT = False
