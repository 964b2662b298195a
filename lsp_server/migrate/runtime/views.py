"""Views that are classes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar

from lsp_server.migrate.runtime.context import current_app, request


class View:
    """A view as a class: `as_view` makes the function, a new instance answers each request."""

    methods: ClassVar[Collection[str] | None] = None
    provide_automatic_options: ClassVar[bool | None] = None
    decorators: ClassVar[list[Callable[..., Any]]] = []
    init_every_request: ClassVar[bool] = True

    def dispatch_request(self, **kwargs: Any) -> Any:
        raise NotImplementedError

    @classmethod
    def as_view(cls, name: str, *class_args: Any, **class_kwargs: Any) -> Callable[..., Any]:
        kept = None if cls.init_every_request else cls(*class_args, **class_kwargs)

        def answer(**kwargs: Any) -> Any:
            instance = kept
            if instance is None:
                instance = answer.view_class(*class_args, **class_kwargs)  # type: ignore[attr-defined]
            return current_app.ensure_sync(instance.dispatch_request)(**kwargs)

        answer.__name__ = name
        answer.__module__ = cls.__module__
        view: Any = answer
        for decorator in cls.decorators:
            view = decorator(view)
        answer.view_class = cls  # type: ignore[attr-defined]
        view.view_class = cls
        view.__name__ = name
        view.__doc__ = cls.__doc__
        view.__module__ = cls.__module__
        view.methods = cls.methods
        view.provide_automatic_options = cls.provide_automatic_options
        made: Callable[..., Any] = view
        return made


class MethodView(View):
    """A class with a method for each HTTP method that it answers.

    Outgrow it: one function of an `APIRouter` for each of them.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "methods" in cls.__dict__:
            return
        methods = {
            method for base in cls.__bases__ for method in getattr(base, "methods", None) or ()
        }
        for verb in ("get", "post", "head", "options", "delete", "put", "trace", "patch"):
            if hasattr(cls, verb):
                methods.add(verb.upper())
        if methods:
            cls.methods = methods

    def dispatch_request(self, **kwargs: Any) -> Any:
        method = getattr(self, request.method.lower(), None)
        if method is None and request.method == "HEAD":
            method = getattr(self, "get", None)
        assert method is not None, f"Unimplemented method {request.method!r}"
        return current_app.ensure_sync(method)(**kwargs)
