"""From evidence to a solved chain, whatever the facts: those that cannot hold give way, one by one, and are
named.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import ReconstructError
from ..records import Caution
from .evidence import ArmEvidence
from .exact import Solved, solve


def solve_facts(evidence: ArmEvidence) -> tuple[Solved, tuple[Caution, ...]]:
    """The chain solved on as many of the facts as can hold together, with a caution for each that gave way."""
    solved = solve(evidence)
    if solved is not None:
        return solved, ()
    cautions: list[Caution] = []
    if evidence.events is not None:
        without = solve(replace(evidence, events=None))
        if without is not None:
            return without, (_events_caution(without, evidence.events),)
        evidence = replace(evidence, events=None)
    while len(evidence.count_time) > 1:
        evidence = without_count(evidence, len(evidence.count_time) - 1)
        solved = solve(evidence)
        if solved is not None:
            return solved, tuple(cautions)
    raise ReconstructError(f"arm {evidence.arm}: no whole patients fit the curve")


def without_count(evidence: ArmEvidence, k: int) -> ArmEvidence:
    """The evidence with one printed count left out."""
    keep = np.arange(len(evidence.count_time)) != k
    return replace(
        evidence,
        count_time=evidence.count_time[keep],
        count=evidence.count[keep],
        cumulative_events=evidence.cumulative_events[keep],
    )


def _events_caution(solved: Solved, events: int) -> Caution:
    end = solved.branches[0].layers[-1]
    possible = end.deaths[end.weight > end.weight.max() - 8]
    message = (
        f"{events} events in all cannot be met by the curve and its counts ({possible.min()} to {possible.max()} "
        "can); the total may count events past the drawn axis"
    )
    return Caution("events-not-met", message, solved.evidence.arm, "review")
