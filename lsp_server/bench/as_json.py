"""The whole record as one JSON object: the middle, the least and the most, and every round."""

from collections.abc import Mapping
from dataclasses import asdict

from lsp_server.bench.about import About
from lsp_server.bench.measures import SIDES, Figure, Measured, Record, ReplayedPair
from lsp_server.bench.sections import METRICS
from lsp_server.bench.targets import target_of

Json = Mapping[str, object]


def document(about: About, record: Record, ended: str, *, with_targets: bool) -> Json:
    """`ended`: "finished", "interrupted", or the sentence of what went wrong."""
    return {
        "about": asdict(about),
        "ended": ended,
        "sections": {
            name: [_measured(each, with_targets) for each in record.measured(metrics)]
            for name, metrics in METRICS.items()
        },
        "timelines": {side: asdict(each) for side, each in record.timelines.items()},
        "edits": [_pair(pair) for pair in record.pairs],
        "notes": record.notes,
    }


def _measured(measured: Measured, with_targets: bool) -> Json:
    figures = [(side, measured.figure(side)) for side in SIDES]
    ratios = [(side, measured.ratio(side)) for side in SIDES if side != "penna"]
    fields: dict[str, object] = {
        "key": measured.metric.key,
        "label": measured.metric.label,
        "unit": measured.metric.unit,
        "less_is_better": measured.metric.less_is_better,
        "sides": {side: _side(found, measured.rounds[side]) for side, found in figures if found},
        "ratios": {side: asdict(found) for side, found in ratios if found},
    }
    if with_targets and (target := target_of(measured)):
        fields["target"] = {
            "limit": target.words(measured.metric),
            "verdict": target.verdict(measured),
        }
    return fields


def _side(found: Figure, rounds: Mapping[int, float]) -> Json:
    return {**asdict(found), "rounds": list(rounds.values())}


def _pair(pair: ReplayedPair) -> Json:
    return {**asdict(pair), "speedup": pair.speedup}
