"""pygal's charts as SVG for a page: no styles, scripts, links or identifiers of their own.

How they look is the page's style sheet, so that one set of colours serves light and dark. Every
text in them passed through ElementTree, which escapes it. What pygal's own script would show on
hovering is made a title, which browsers show by themselves.
"""

import sys
from dataclasses import dataclass
from xml.etree import ElementTree as etree

import pygal
from pygal.graph.graph import Graph
from pygal.style import Style

from lsp_server.bench.measures import SIDES

# pygal leaves an import hook of an old kind behind, for maps. Python warns of it at every later
# import that finds nothing.
sys.meta_path[:] = [hook for hook in sys.meta_path if not isinstance(hook, pygal.PluginImportFixer)]

WIDTH = 560
FONT = 15
"""In units of the chart; on a telephone a chart is shown at two thirds of its size. The page's
style sheet has the same number: pygal lays out by this one."""

STYLE = Style(
    label_font_size=FONT,
    major_label_font_size=FONT,
    value_font_size=FONT,
    legend_font_size=FONT,
    title_font_size=FONT,
)
COLOURS = ("var(--one)", "var(--two)", "var(--three)", "var(--four)", "var(--five)")
"""Of the series, in their order, by the names that the page's style sheet gives them."""

SIDE_COLOURS = dict(zip(SIDES, COLOURS, strict=False))
UNWANTED = frozenset({"defs", "script", "desc"})


@dataclass(frozen=True, slots=True)
class Chart:
    """`svg` is markup; the others are text. `legend`: colours and names."""

    heading: str
    says: str
    svg: str
    legend: tuple[tuple[str, str], ...]


def settings(height: int) -> dict[str, object]:
    """What all charts have in common."""
    return {
        "style": STYLE,
        "css": (),
        "js": (),
        "width": WIDTH,
        "height": height,
        "margin": 4,
        "margin_right": 24,
        "spacing": 8,
        # The page has the legend, in letters that do not shrink with the chart.
        "show_legend": False,
        "truncate_label": -1,
        "dots_size": 3.5,
    }


def svg(chart: Graph, label: str) -> str:
    """`label` says what is to be seen, for those who cannot see it."""
    root = chart.render_tree()
    _clean(root)
    root.attrib.pop("id", None)
    root.set("role", "img")
    root.set("aria-label", label)
    return str(etree.tostring(root, encoding="unicode"))


def _clean(element: etree.Element) -> None:
    for child in list(element):
        if _is_unwanted(child):
            if child.get("class") == "value" and child.tag == "desc":
                _last_shape(element).append(_title(child.text or ""))
            element.remove(child)
        else:
            _clean(child)


def _is_unwanted(element: etree.Element) -> bool:
    """Comments too: their tag is a function."""
    if not isinstance(element.tag, str) or element.tag in UNWANTED:
        return True
    if element.tag == "title" and element.text == "Pygal":
        return True
    return "tooltip-overlay" in (element.get("class") or "")


def _last_shape(element: etree.Element) -> etree.Element:
    """What the description belongs to stands before it."""
    shapes = [child for child in element if child.tag in ("rect", "circle", "path")]
    return shapes[-1] if shapes else element


def _title(text: str) -> etree.Element:
    title = etree.Element("title")
    title.text = text
    return title
