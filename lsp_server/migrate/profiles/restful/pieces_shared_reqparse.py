"""How Flask-RESTful and Flask-RESTX read arguments from a request."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any, ClassVar

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest

from lsp_server.migrate.runtime.context import current_app, request

REST_LOCATIONS = {
    "json": "the JSON body",
    "form": "the post body",
    "args": "the query string",
    "values": "the post body or the query string",
    "headers": "the HTTP headers",
    "cookies": "the request's cookies",
    "files": "an uploaded file",
}


class RestNamespace(dict[str, Any]):
    """The arguments that were read, as items and as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class RestArgument:
    """One argument: where it is read, what it is converted to, and what is said if that fails."""

    def __init__(
        self,
        name: str,
        default: Any = None,
        dest: str | None = None,
        required: bool = False,
        ignore: bool = False,
        type: Any = str,
        location: str | Sequence[str] = ("json", "values"),
        choices: Any = (),
        action: str = "store",
        help: str | None = None,
        operators: Iterable[str] = ("=",),
        case_sensitive: bool = True,
        store_missing: bool = True,
        trim: bool = False,
        nullable: bool = True,
    ) -> None:
        self.name = name
        self.default = default
        self.dest = dest
        self.required = required
        self.ignore = ignore
        self.type = type
        self.location = location
        self.choices = choices
        self.action = action
        self.help = help
        self.operators = operators
        self.case_sensitive = case_sensitive
        self.store_missing = store_missing
        self.trim = trim
        self.nullable = nullable

    def source(self, request: Any) -> Any:
        """The values at the argument's location, or at all of its locations together."""
        if isinstance(self.location, str):
            found = self.rest_at(request, self.location, MultiDict())
            return MultiDict() if found is None else found
        together: MultiDict[str, Any] = MultiDict()
        for location in self.location:
            found = self.rest_at(request, location, None)
            if found is not None:
                together.update(found)
        return together

    def rest_at(self, request: Any, location: str, default: Any) -> Any:
        """What the request holds at one location."""
        found = getattr(request, location, default)
        return found() if callable(found) else found

    def convert(self, value: Any, op: str) -> Any:
        """The value as the argument's type, which may take the name and the operator, too."""
        if value is None:
            if self.nullable:
                return None
            raise ValueError("Must not be null!")
        if isinstance(value, FileStorage) and self.type == FileStorage:
            return value
        try:
            return self.type(value, self.name, op)
        except TypeError:
            pass
        try:
            return self.rest_convert_named(value)
        except TypeError:
            return self.type(value)

    def rest_convert_named(self, value: Any) -> Any:
        if self.type is decimal.Decimal:
            return self.type(str(value))
        return self.type(value, self.name)

    def handle_validation_error(self, error: Any, bundle_errors: bool) -> Any:
        """Answer with 400, or hand the error back to be bundled with others."""
        raise NotImplementedError

    def rest_values(self, source: Any, name: str) -> list[Any]:
        """All values of a name: several in a form, one in a JSON object."""
        if hasattr(source, "getlist"):
            return list(source.getlist(name))
        return [source.get(name)]

    def rest_cleaned(self, value: Any) -> Any:
        """The value without spaces around it and in lower case, where that was asked for."""
        if self.trim and hasattr(value, "strip"):
            value = value.strip()
        if not self.case_sensitive and hasattr(value, "lower"):
            value = value.lower()
            if hasattr(self.choices, "__iter__"):
                self.choices = [choice.lower() for choice in self.choices]
        return value

    def rest_convert(self, value: Any, op: str) -> Any:
        return self.convert(value, op)

    def rest_not_a_choice(self, value: Any, name: str) -> Any:
        """What is said of a value that is none of the choices."""
        raise NotImplementedError

    def parse(self, request: Any, bundle_errors: bool = False) -> tuple[Any, Any]:
        """The value and whether it was found; or an error to be bundled and its messages."""
        bundle = bool(current_app.config.get("BUNDLE_ERRORS", False) or bundle_errors)
        source = self.source(request)
        results: list[Any] = []
        for op in self.operators:
            name = self.name + op.replace("=", "", 1)
            for value in self.rest_values(source, name) if name in source else ():
                try:
                    converted = self.rest_convert(self.rest_cleaned(value), op)
                except Exception as error:
                    # Whatever a type raises is what is wrong with the value.
                    if self.ignore:
                        continue
                    return self.rest_failed(error, bundle)
                if self.choices and converted not in self.choices:
                    return self.rest_failed(self.rest_not_a_choice(converted, name), bundle)
                request.unparsed_arguments.pop(name, None)
                results.append(converted)
        return self.rest_result(results, bundle)

    def rest_failed(self, error: Any, bundle: bool) -> tuple[Any, Any]:
        answer: tuple[Any, Any] = self.handle_validation_error(error, bundle)
        return answer

    def rest_result(self, results: list[Any], bundle: bool) -> tuple[Any, Any]:
        if not results and self.required:
            return self.rest_failed(self.rest_missing(), bundle)
        if not results:
            return self.default() if callable(self.default) else self.default, False
        if self.action == "append" or (self.action != "store" and len(results) > 1):
            return results, True
        return results[0], True

    def rest_missing(self) -> Any:
        """What is said of a required argument that is not there."""
        locations = [self.location] if isinstance(self.location, str) else self.location
        friendly = " or ".join(REST_LOCATIONS.get(place, place) for place in locations)
        return ValueError(f"Missing required parameter in {friendly}")


class RestRequestParser:
    """Reads several arguments from the request at hand.

    Outgrow it: name the arguments as parameters of the route, or fields of a Pydantic model.
    """

    rest_argument: ClassVar[type[RestArgument]] = RestArgument

    def __init__(
        self,
        argument_class: Any = None,
        namespace_class: Any = RestNamespace,
        trim: bool = False,
        bundle_errors: bool = False,
    ) -> None:
        self.args: list[Any] = []
        self.argument_class = argument_class or self.rest_argument
        self.namespace_class = namespace_class
        self.trim = trim
        self.bundle_errors = bundle_errors

    def add_argument(self, *args: Any, **kwargs: Any) -> RestRequestParser:
        """Read an argument, too: an Argument, or what its constructor takes."""
        if len(args) == 1 and isinstance(args[0], self.argument_class):
            self.args.append(args[0])
        else:
            self.args.append(self.argument_class(*args, **kwargs))
        if self.trim and self.argument_class is self.rest_argument:
            self.args[-1].trim = kwargs.get("trim", self.trim)
        return self

    def rest_parse(self, req: Any, strict: bool, fail: Callable[[dict[str, str]], Any]) -> Any:
        """The arguments; `fail` is called with the messages if there are errors to bundle."""
        req = request if req is None else req
        namespace = self.namespace_class()
        req.unparsed_arguments = dict(self.argument_class("").source(req)) if strict else {}
        errors: dict[str, str] = {}
        for argument in self.args:
            value, found = argument.parse(req, self.bundle_errors)
            if isinstance(value, ValueError):
                errors.update(found)
                found = None
            if found or argument.store_missing:
                namespace[argument.dest or argument.name] = value
        if errors:
            fail(errors)
        if strict and req.unparsed_arguments:
            raise BadRequest(f"Unknown arguments: {', '.join(req.unparsed_arguments)}")
        return namespace

    def copy(self) -> RestRequestParser:
        """A parser of its own with the same arguments."""
        parser = type(self)(self.argument_class, self.namespace_class)
        parser.args = deepcopy(self.args)
        parser.trim = self.trim
        parser.bundle_errors = self.bundle_errors
        return parser

    def replace_argument(self, name: str, *args: Any, **kwargs: Any) -> RestRequestParser:
        """Read an argument another way; it goes to the end."""
        new = self.argument_class(name, *args, **kwargs)
        for index, argument in enumerate(self.args):
            if argument.name == new.name:
                del self.args[index]
                self.args.append(new)
                break
        return self

    def remove_argument(self, name: str) -> RestRequestParser:
        """Read an argument no more."""
        for index, argument in enumerate(self.args):
            if argument.name == name:
                del self.args[index]
                break
        return self
