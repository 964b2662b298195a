"""A test client that is logged in already."""

from __future__ import annotations

from typing import Any

from lsp_server.migrate.runtime.testing import FlaskClient


class FlaskLoginClient(FlaskClient):
    """`app.test_client_class = FlaskLoginClient`, then `app.test_client(user=user)`.

    Outgrow it: a fixture that posts to the login page.
    """

    def __init__(
        self, *args: Any, user: Any = None, fresh_login: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if user:
            with self.session_transaction() as session:
                session["_user_id"] = user.get_id()
                session["_fresh"] = fresh_login
