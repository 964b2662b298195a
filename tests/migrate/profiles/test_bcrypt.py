"""Flask-Bcrypt's API: hashes of one side are valid on the other."""

from __future__ import annotations

from typing import Any

import pytest

from lsp_server.migrate.profiles.flask_bcrypt import PROFILE
from tests.migrate.profiles.stories import FlaskKit, HelperKit, Kit, told_twice

PASSWORDS = ["a", "пароль", "密码" * 40, b"raw\xff", "x" * 72]
SETTINGS = [
    {},
    {"BCRYPT_LOG_ROUNDS": 5, "BCRYPT_HASH_PREFIX": "2a"},
    {"BCRYPT_HANDLE_LONG_PASSWORDS": True, "BCRYPT_LOG_ROUNDS": 4},
]


def _bcrypt(kit: Kit, **settings: Any) -> Any:
    app = kit["flask.Flask"]("shop")
    app.config.update({"BCRYPT_LOG_ROUNDS": 4, **settings})
    return kit["flask_bcrypt.Bcrypt"](app)


@pytest.mark.parametrize("settings", SETTINGS)
def test_hashes_are_valid_on_the_other_side(settings: dict[str, Any]) -> None:
    theirs, ours = _bcrypt(FlaskKit(), **settings), _bcrypt(HelperKit([PROFILE]), **settings)
    long = settings.get("BCRYPT_HANDLE_LONG_PASSWORDS", False)
    for password in PASSWORDS:
        if len(password) > 72 and not long:
            continue
        for maker, checker in ((theirs, ours), (ours, theirs)):
            made = maker.generate_password_hash(password)
            assert checker.check_password_hash(made, password)
            assert checker.check_password_hash(made.decode(), password)
            assert not checker.check_password_hash(made, "other")


def test_what_is_wrong_is_told_the_same_way() -> None:
    def story(kit: Kit) -> Any:
        bcrypt = _bcrypt(kit)
        told = []
        attempts: list[Any] = [
            lambda: bcrypt.generate_password_hash(""),
            lambda: bcrypt.generate_password_hash(None),
            lambda: bcrypt.generate_password_hash("a", 3),
            lambda: bcrypt.generate_password_hash("a", prefix="2y"),
            lambda: bcrypt.generate_password_hash("x" * 100),
            lambda: bcrypt.check_password_hash("no hash", "a"),
        ]
        for attempt in attempts:
            with pytest.raises(Exception) as error:
                attempt()
            told.append((type(error.value), str(error.value)))
        return told

    assert (ValueError, "Password must be non-empty.") in told_twice(story, PROFILE)


def test_the_functions_have_default_settings() -> None:
    def story(kit: Kit) -> Any:
        made = kit["flask_bcrypt.generate_password_hash"]("a", 4)
        return made[:7], kit["flask_bcrypt.check_password_hash"](made, "a")

    assert told_twice(story, PROFILE) == (b"$2b$04$", True)
