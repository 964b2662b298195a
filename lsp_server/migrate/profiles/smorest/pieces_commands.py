"""flask-smorest's commands, which print and write the document."""

from typing import Any

import click

from lsp_server.migrate.profiles.smorest.pieces_docs import smorest_config_prefix
from lsp_server.migrate.runtime.cli import AppGroup
from lsp_server.migrate.runtime.context import current_app


def smorest_commands() -> click.Group:
    """The commands `openapi print`, `openapi write` and `openapi list-config-prefixes`."""
    group = AppGroup("openapi", help="OpenAPI commands.")
    kind = click.option("-f", "--format", type=click.Choice(["json", "yaml"]), default="json")
    prefix = click.option("--config-prefix", type=click.STRING, metavar="", default="")

    @group.command("print", help="Print OpenAPI JSON document.")
    @kind
    @prefix
    def print_document(format: str, config_prefix: str) -> None:
        _smorest_write(format, config_prefix, None)

    @group.command("write", help="Write OpenAPI JSON document to a file.")
    @kind
    @prefix
    @click.argument("output_file", type=click.File(mode="w"))
    def write_document(format: str, output_file: Any, config_prefix: str) -> None:
        _smorest_write(format, config_prefix, output_file)

    @group.command("list-config-prefixes", help="List available API config prefixes.")
    def list_config_prefixes() -> None:
        for known in current_app.extensions["flask-smorest"]["apis"]:
            click.echo(f'"{known}"')

    return group


def _smorest_write(format: str, config_prefix: str, file: Any) -> None:
    document = _smorest_document(smorest_config_prefix(config_prefix))
    if format == "json":
        click.echo(current_app.json.dumps(document, indent=2, sort_keys=False), file=file)
        return
    try:
        # Optional: an app that never asks for YAML need not have it.
        import yaml
    except ImportError:
        click.echo("To use yaml output format, please install PyYAML module", err=True)
        return
    click.echo(yaml.dump(document), file=file, nl=file is None)


def _smorest_document(config_prefix: str) -> Any:
    apis = current_app.extensions["flask-smorest"]["apis"]
    if config_prefix not in apis:
        known = "".join(f'\n    "{key}"' for key in apis)
        click.echo(
            f'Error: config prefix "{config_prefix}" not available. Use one of:{known}', err=True
        )
        raise click.exceptions.Exit
    return apis[config_prefix]["ext_obj"].spec.to_dict()
