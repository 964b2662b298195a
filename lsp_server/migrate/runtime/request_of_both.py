"""What is put on Flask's `request` is on the app's, too: an extension's `request.parsed_obj`.

Each side reads a request by itself, so what either has found out of it, and names with an
underscore, are its own.
"""

from __future__ import annotations

from typing import Any


class RequestOfBoth:
    """Mixed into Flask's class of requests, for those beside one of the app's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "_of_app" not in vars(self):
            raise AttributeError(f"'Request' object has no attribute {name!r}")
        return getattr(vars(self)["_of_app"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        is_public = not name.startswith("_") and "_of_app" in vars(self)
        if not is_public or name in vars(self) or hasattr(type(self), name):
            super().__setattr__(name, value)
        if is_public:
            setattr(vars(self)["_of_app"], name, value)

    def __delattr__(self, name: str) -> None:
        if name in vars(self) or "_of_app" not in vars(self):
            super().__delattr__(name)
        else:
            delattr(vars(self)["_of_app"], name)


def tied_to_app(request_class: type) -> type:
    """Flask's class of requests, of which one can be given the app's request as `_of_app`."""
    return type(request_class.__name__, (RequestOfBoth, request_class), {})
