"""What is measured: one module for each section, in the order of a run."""

from lsp_server.bench.bench import Section
from lsp_server.bench.measures import Metric
from lsp_server.bench.sections import cancel, clients, first_token, memory, rates, replay

SECTIONS: tuple[Section, ...] = (
    rates.SECTION,
    first_token.SECTION,
    cancel.SECTION,
    clients.SECTION,
    memory.SECTION,
)
"""Those that ask servers. `replay` needs none, and comes behind them."""

NAMES = (*(section.name for section in SECTIONS), replay.NAME)

TITLES = {section.name: section.title for section in SECTIONS} | {replay.NAME: replay.TITLE}

METRICS: dict[str, tuple[Metric, ...]] = {
    "rates": rates.METRICS,
    "first-token": first_token.METRICS,
    "replay": replay.METRICS,
    "cancel": cancel.METRICS,
    "clients": clients.METRICS,
    "memory": memory.METRICS,
}
