"""Templates as they are: the same names in them, found in the app's folder and the blueprints'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Template, TemplateNotFound
from jinja2 import Environment as JinjaEnvironment

from lsp_server.migrate.runtime.context import (
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
    stream_with_context,
)
from lsp_server.migrate.runtime.flashing import get_flashed_messages
from lsp_server.migrate.runtime.signals import before_render_template, template_rendered

if TYPE_CHECKING:
    from lsp_server.migrate.runtime.app import App
    from lsp_server.migrate.runtime.scaffold import Scaffold

TemplateSource = tuple[str, str | None, Callable[[], bool] | None]


class Environment(JinjaEnvironment):
    """Jinja's environment, which knows its app."""

    def __init__(self, app: App, **options: Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        self.app = app
        super().__init__(**options)

    @property
    def auto_reload(self) -> bool:
        """Whether changed files are read again: as it was set, else in debug mode."""
        return self.app.debug if self._auto_reload is None else self._auto_reload

    @auto_reload.setter
    def auto_reload(self, value: bool | None) -> None:
        self._auto_reload = value


def app_environment(app: App) -> Environment:
    """The environment of an app, with what Flask's templates can use."""
    options: dict[str, Any] = {"autoescape": app.select_jinja_autoescape, **app.jinja_options}
    if "auto_reload" not in options:
        options["auto_reload"] = app.config["TEMPLATES_AUTO_RELOAD"]
    environment: Environment = (app.jinja_environment or Environment)(app, **options)
    environment.globals.update(
        url_for=app.url_for,
        get_flashed_messages=get_flashed_messages,
        config=app.config,
        request=request,
        session=session,
        g=g,
    )
    environment.policies["json.dumps_function"] = app.json.dumps
    return environment


def share_templates(ours: JinjaEnvironment, theirs: JinjaEnvironment) -> None:
    """What one of Jinja's environments has for templates comes to the other one, if it is new."""
    for kind in ("filters", "tests", "globals"):
        new, known = getattr(ours, kind), getattr(theirs, kind)
        known.update((name, value) for name, value in new.items() if name not in known)
    for name, extension in ours.extensions.items():
        if name not in theirs.extensions:
            theirs.extensions[name] = extension.bind(theirs)
    known = vars(theirs)
    known.update((name, value) for name, value in vars(ours).items() if name not in known)


class DispatchingJinjaLoader(BaseLoader):
    """Looks in the app's template folder, then in those of the blueprints in their order."""

    def __init__(self, app: App) -> None:
        self.app = app

    def get_source(self, environment: JinjaEnvironment, template: str) -> TemplateSource:
        attempts: list[tuple[Scaffold, TemplateSource | None]] = []
        for owner, loader in self._loaders():
            try:
                attempts.append((owner, loader.get_source(environment, template)))
            except TemplateNotFound:
                attempts.append((owner, None))
            if attempts[-1][1] is not None and not self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
                break
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            self._explain(template, attempts)
        for _, source in attempts:
            if source is not None:
                return source
        raise TemplateNotFound(template)

    def _explain(
        self, template: str, attempts: list[tuple[Scaffold, TemplateSource | None]]
    ) -> None:
        lines = [f"Locating template {template!r}:"]
        for owner, source in attempts:
            found = "no match" if source is None else f"found ({source[1] or '<string>'!r})"
            lines.append(f"  {owner!r} ({owner.import_name}): {found}")
        self.app.logger.info("\n".join(lines))

    def _loaders(self) -> Iterator[tuple[Scaffold, BaseLoader]]:
        for owner in (self.app, *self.app.blueprints.values()):
            if owner.jinja_loader is not None:
                yield owner, owner.jinja_loader

    def list_templates(self) -> list[str]:
        return sorted({name for _, loader in self._loaders() for name in loader.list_templates()})


def template_context(app: App, context: dict[str, Any]) -> None:
    """Add what every template gets; what the view gave wins."""
    given = dict(context)
    if has_app_context():
        context["g"] = g._get_current_object()
    names: list[str | None] = [None]
    if has_request_context():
        context["request"] = request._get_current_object()  # type: ignore[attr-defined]
        names.extend(reversed(request.blueprints))
    for name in names:
        for processor in app.template_context_processors.get(name, ()):
            context.update(app.ensure_sync(processor)())
    context.update(given)


def render_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> str:
    """A template by its name, or the first of several that is there.

    Outgrow it: `fastapi.templating.Jinja2Templates`, whose `url_for` and globals differ.
    """
    template = current_app.jinja_env.get_or_select_template(template_name_or_list)
    return _rendered(template, context)


def render_template_string(source: str, **context: Any) -> str:
    """A template that is the text itself."""
    return _rendered(current_app.jinja_env.from_string(source), context)


def _rendered(template: Template, context: dict[str, Any]) -> str:
    app = current_app._get_current_object()
    app.update_template_context(context)
    sent: dict[str, Any] = {"template": template, "context": context}
    before_render_template.send(app, _async_wrapper=app.ensure_sync, **sent)
    text = template.render(context)
    template_rendered.send(app, _async_wrapper=app.ensure_sync, **sent)
    return text


def stream_template(
    template_name_or_list: str | Template | list[str | Template], **context: Any
) -> Iterator[str]:
    """A template in pieces, as they are made."""
    template = current_app.jinja_env.get_or_select_template(template_name_or_list)
    return _streamed(template, context)


def stream_template_string(source: str, **context: Any) -> Iterator[str]:
    """A template that is the text itself, in pieces."""
    return _streamed(current_app.jinja_env.from_string(source), context)


def _streamed(template: Template, context: dict[str, Any]) -> Iterator[str]:
    app = current_app._get_current_object()
    app.update_template_context(context)
    sent: dict[str, Any] = {"template": template, "context": context}
    before_render_template.send(app, _async_wrapper=app.ensure_sync, **sent)

    def pieces() -> Iterator[str]:
        yield from template.generate(context)
        template_rendered.send(app, _async_wrapper=app.ensure_sync, **sent)

    if not has_request_context():
        return pieces()
    streamed: Iterator[str] = stream_with_context(pieces())
    return streamed


def get_template_attribute(template_name: str, attribute: str) -> Any:
    """A macro or a variable of a template, to be used in code."""
    return getattr(current_app.jinja_env.get_template(template_name).module, attribute)
