"""The names that an app of the twins is made of: on Flask, on the runtime, or on a helper file."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType, SimpleNamespace
from typing import Any

import flask as real_flask
from werkzeug.datastructures import FileStorage

from lsp_server.migrate.assembly import assemble
from lsp_server.migrate.profile import Profile

OF_FLASK = ("App", "Blueprint", "request", "abort", "make_response", "url_for")


def made_of(make: Callable[[Any], Any], extension: str, cors: str) -> Callable[[Any], Any]:
    """What `Twins` takes: makes the app with the modules as one side finds them."""

    def maker(flask: Any) -> Any:
        for name in ("fields", "inputs", "reqparse"):
            importlib.import_module(f"{extension}.{name}")
        kit = SimpleNamespace(
            App=flask.Flask,
            Blueprint=flask.Blueprint,
            request=flask.request,
            abort=flask.abort,
            make_response=flask.make_response,
            url_for=flask.url_for,
            FileStorage=FileStorage,
            counting=counting,
            shouting=shouting,
            rest=importlib.import_module(extension),
            cors=importlib.import_module(cors),
        )
        return make(kit)

    return maker


def assembled_for(
    make: Callable[[Any], Any], extension: str, cors: str, profile: Profile
) -> Callable[[Any], Any]:
    """As `made_of`, but on a helper file that holds what this app names, and nothing else."""

    def maker(flask: Any) -> Any:
        if flask is real_flask:
            return made_of(make, extension, cors)(flask)
        source = inspect.getsource(make)
        named = set(re.findall(r"kit\.rest\.(\w+)", source))
        used = {name: profile.exports[f"{extension}.{name}"] for name in named}
        words = frozenset(re.findall(r"\w+", source + inspect.getsource(sys.modules[__name__])))
        imported = {*OF_FLASK, *used.values(), "RestCors"}
        helper = ModuleType("assembled_helper")
        sys.modules["assembled_helper"] = helper
        text = assemble(imported, words, [profile]).text
        exec(compile(text, "assembled_helper.py", "exec"), helper.__dict__)
        rest = SimpleNamespace(**{name: getattr(helper, piece) for name, piece in used.items()})
        names = {name: getattr(helper, name) for name in OF_FLASK}
        return make(
            SimpleNamespace(
                **names,
                FileStorage=FileStorage,
                counting=counting,
                shouting=shouting,
                rest=rest,
                cors=helper.RestCors,
            )
        )

    return maker


def counting(method: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator of a method, which sees what it returns."""

    @wraps(method)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        returned = method(*args, **kwargs)
        if isinstance(returned, dict):
            returned["counted"] = 1
        return returned

    return wrapper


def shouting(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator of a resource's view, which sees the response."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        response.headers["X-Shout"] = "!"
        return response

    return wrapper
