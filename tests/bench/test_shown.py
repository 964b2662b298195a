"""What is shown of a record: the table, the JSON, the page. Names in it are hostile."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from lsp_server.bench import as_json, table, words
from lsp_server.bench.measures import Measured, Metric, Record, figure
from lsp_server.bench.report import page
from lsp_server.bench.report.charts import charts, held
from lsp_server.bench.sections import METRICS, NAMES, TITLES, clients, rates
from lsp_server.bench.targets import TARGETS, Target
from lsp_server.cli.bench import SECTIONS
from tests.bench.samples import HOSTILE, about, edit, record

HOSTILE_ABOUT = about(model=HOSTILE, peer=f"http://{HOSTILE}/v1")


class Page(HTMLParser):
    """Tags, and what they lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "xlink:href", "action")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_record() -> Record:
    made = record()
    made.note(HOSTILE)
    made.pairs.append(edit(HOSTILE, "up to 5 %", 0.03))
    return made


def test_the_page_holds_everything_and_leads_nowhere() -> None:
    text = page.rendered(HOSTILE_ABOUT, hostile_record(), "finished")
    shown = Page(text)
    assert "script" not in shown.tags
    assert not {"iframe", "img", "link", "object", "embed", "base"} & set(shown.tags)
    assert shown.links == []
    assert "url(" not in text
    assert "@import" not in text
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)[^&\s]*", text) == ["http://"]
    assert "<script>alert('x')</script>" in shown.text
    assert "\x1b" not in text


def test_each_chart_is_whole_and_says_what_it_shows() -> None:
    made = charts(hostile_record())
    assert [chart.heading for chart in made] == [
        "Reading a prompt",
        "Writing a reply",
        "Time to first token",
        "Two clients",
        "A long prompt is given up while it is read",
        "Four clients at once",
        "Edit replay",
        "Drafts that hold",
        "Memory",
    ]
    for chart in made:
        root = ElementTree.fromstring(chart.svg)
        assert root.get("role") == "img"
        assert len(root.get("aria-label", "")) > 30
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not {"script", "style", "defs", "desc", "a"} & tags
        assert not [element for element in root.iter() if element.get("id")]


def test_a_bar_has_its_figure_and_its_sides_colour() -> None:
    reading = next(chart for chart in charts(record()) if chart.heading == "Reading a prompt")
    assert "58.9 t/s" in reading.svg
    assert reading.legend[0] == ("var(--one)", "Penna")
    assert reading.legend[-1] == ("var(--four)", "peer")
    assert reading.svg.count("fill: var(--four)") == 1


def test_without_figures_there_are_no_charts_and_still_a_page() -> None:
    assert charts(Record()) == []
    text = page.rendered(about(), Record(), "The model host has died.")
    assert "This run did not come to its end: The model host has died." in Page(text).text
    assert "<svg" not in text


def test_a_page_of_one_section_has_no_others() -> None:
    made = Record()
    made.add(rates.PREFILL, "penna", 0, 59.0)
    text = page.rendered(about(), made, "finished")
    assert text.count("<figure>") == 1
    assert "Rates" in text
    assert "Cancelling" not in text


def test_places_that_were_drafted_too_seldom_say_nothing() -> None:
    assert held([]) == []
    assert held([edit("a", "x", 0.0)])[0] == 100.0
    few = edit("a", "x", 0.0)
    object.__setattr__(few, "positions", ((100, 50), (9, 9)))
    assert held([few]) == [50.0]


# --- table and JSON -------------------------------------------------------------------------


def test_the_table_is_plain_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    table.show(HOSTILE_ABOUT, hostile_record(), with_targets=False)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "模型" in shown
    assert "llama.cpp's loop (÷)" in shown
    assert "10.9 t/s (0.99)" in shown
    assert "reached" not in shown
    assert "–" in shown


def test_markup_in_a_name_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    table.show(about(model="[red]angry[/red]"), Record(), with_targets=False)
    assert "[red]angry[/red]" in capsys.readouterr().out


def test_targets_are_shown_when_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    table.show(about(), record(), with_targets=True)
    shown = capsys.readouterr().out
    assert "≥ 0.98 of llama.cpp's loop: reached" in shown
    assert "≤ 0.70 s: reached" in shown


def test_the_json_has_every_round_and_how_it_ended() -> None:
    made = json.loads(
        json.dumps(as_json.document(about(), record(), "interrupted", with_targets=True))
    )
    assert made["ended"] == "interrupted"
    assert set(made["sections"]) == set(NAMES)
    decode = next(each for each in made["sections"]["rates"] if each["key"] == "decode")
    assert decode["sides"]["penna"]["rounds"] == [10.8, 10.8, 10.8]
    assert decode["ratios"]["loop"]["median"] == pytest.approx(10.8 / 10.9)
    assert decode["target"] == {"limit": "≥ 0.98 of llama.cpp's loop", "verdict": "reached"}
    assert made["edits"][0]["speedup"] > 1
    assert made["timelines"]["peer"]["n_prompt"] == 2000


# --- targets and words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (Target("x", at_least=0.9), 0.9, "reached"),
        (Target("x", at_least=0.9), 0.89, "not reached"),
        (Target("x", at_most=1.0), 1.0, "reached"),
        (Target("x", at_most=1.0), 1.1, "not reached"),
        (Target("x", at_most=1.0, to="peer"), 0.1, "not measured"),
    ],
)
def test_a_target_is_reached_or_not_or_not_measured(
    target: Target, value: float, verdict: str
) -> None:
    measured = Measured(Metric("x", "X", "s"), {"penna": {0: value}})
    assert target.verdict(measured) == verdict


def test_every_target_is_of_something_that_is_measured() -> None:
    known = {metric.key for metrics in METRICS.values() for metric in metrics}
    assert {target.metric for target in TARGETS} <= known
    keys = [metric.key for metrics in METRICS.values() for metric in metrics]
    assert len(keys) == len(set(keys))


def test_the_command_knows_the_sections() -> None:
    assert set(SECTIONS) == set(NAMES) == set(TITLES) == set(METRICS)


@pytest.mark.parametrize(
    ("value", "metric", "shown"),
    [
        (0.0213, clients.PAUSE, "21 ms"),
        (0.00042, clients.PAUSE, "0.4 ms"),
        (0.63, clients.PAUSE, "0.63 s"),
        (25.64, clients.PAUSE, "25.6 s"),
        (10.84, rates.DECODE, "10.8 t/s"),
        (231.4, rates.DECODE, "231 t/s"),
        (0.734, clients.READ_SHARE, "73.4 %"),
    ],
)
def test_figures_are_short_and_have_units(value: float, metric: Metric, shown: str) -> None:
    assert words.value(figure([value]), metric) == shown
    assert words.value(None, metric) == "–"
