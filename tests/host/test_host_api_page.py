"""The manual of the API tells of all there is."""

import argparse
import json
import re
from pathlib import Path

import pytest

from lsp_server.cli import serve
from lsp_server.host import known_fields
from lsp_server.host.json_schema import to_gbnf
from lsp_server.host.json_schema.compiler import BY_TYPE, REFUSED
from lsp_server.host.json_schema.strings import FORMATS
from lsp_server.host.metrics import Metrics
from tests.hosting import RunningHost

PAGE = (Path(__file__).parents[2] / "docs" / "host-api.md").read_text("utf-8")
TOLD = set(re.findall(r"`([^`\s:={]+)", PAGE))
RARE = {"dependencies", "minContains", "maxContains", "$dynamicRef", "$recursiveRef"}


@pytest.mark.parametrize("name", sorted(known_fields.CHAT | known_fields.COMPLETION))
def test_every_field_is_told(name: str) -> None:
    assert name in TOLD


def test_every_field_that_is_ignored_or_refused_is_told() -> None:
    assert {*known_fields.IGNORED, *known_fields.OFF, *known_fields.STREAM_OPTIONS} - TOLD == set()


def test_every_keyword_of_a_schema_is_told() -> None:
    keywords = {name for names in BY_TYPE.values() for name in names} | REFUSED | set(FORMATS)
    assert keywords - RARE - TOLD == set()


def test_every_metric_is_told() -> None:
    names = re.findall(r"^# HELP (\S+)", Metrics().text().decode(), re.MULTILINE)
    assert {name for name in names if not name.endswith("_created")} - TOLD == set()


def test_every_option_of_penna_serve_is_told() -> None:
    subparsers = argparse.ArgumentParser().add_subparsers()
    serve.add_parser(subparsers)
    actions = subparsers.choices["serve"]._actions
    options = {text for action in actions for text in action.option_strings}
    assert options - {"-h", "--help"} - TOLD == set()


def test_the_examples_are_requests_that_are_answered(host: RunningHost) -> None:
    bodies = [json.loads(text) for text in re.findall(r"```json\n(\{\"messages.*?)```", PAGE, re.S)]
    assert len(bodies) == 2
    for body in bodies:
        assert host.post({**body, "max_tokens": 1}).status_code == 200
        if "response_format" in body:
            to_gbnf(body["response_format"]["json_schema"]["schema"])
