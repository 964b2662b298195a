"""The users that Flask-Login's callers hold: the mixin of real ones, and the anonymous one."""

from __future__ import annotations

from typing import Any


class UserMixin:
    """What a user class needs for a login, as Flask-Login's: `id` is its identity.

    Outgrow it: define these four in your user class.
    """

    # A class with `__eq__` has no hash unless it says so; users are kept in sets.
    __hash__ = object.__hash__

    @property
    def is_active(self) -> bool:
        return True

    @property
    def is_authenticated(self) -> bool:
        return self.is_active

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        """The identity that is kept in the session; raises NotImplementedError without an `id`."""
        try:
            identity: object = self.id  # type: ignore[attr-defined]
        except AttributeError:
            raise NotImplementedError("No `id` attribute - override `get_id`") from None
        return str(identity)

    def __eq__(self, other: object) -> Any:
        if isinstance(other, UserMixin):
            return self.get_id() == other.get_id()
        return NotImplemented

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal


class AnonymousUserMixin:
    """Who `current_user` is while nobody is logged in."""

    @property
    def is_authenticated(self) -> bool:
        return False

    @property
    def is_active(self) -> bool:
        return False

    @property
    def is_anonymous(self) -> bool:
        return True

    def get_id(self) -> str | None:
        return None
