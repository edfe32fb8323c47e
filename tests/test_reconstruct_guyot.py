"""Guyot 2012 against the published R script (tests/data/guyot_cases.json), and where that script fails."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.reconstruct.evidence import gather_evidence
from km2ipd.reconstruct.guyot import GuyotInput, guyot, guyot_patients
from km2ipd.records import RiskRow, SurvivalCurve, Totals

CASES = json.loads((Path(__file__).parent / "data" / "guyot_cases.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_same_events_at_the_same_times_as_the_published_script(name):
    given_, expected = CASES[name]["input"], CASES[name]["output"]
    found = guyot(
        name,
        GuyotInput(
            np.array(given_["time"]),
            np.array(given_["survival"]),
            np.array(given_["at_risk"], float),
            np.array(given_["lower"]) - 1,
        ),
    )
    time, event = np.array(expected["time"]), np.array(expected["event"])
    order = np.lexsort((-event, time))
    assert found.time == pytest.approx(time[order], abs=1e-9)
    assert list(found.event) == list(event[order])


CURVE = SurvivalCurve([0, 2, 5, 9, 14, 20], [1, 0.9, 0.8, 0.65, 0.5, 0.5])


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("events", [None, 19])
def test_four_information_cases(table, events):
    row = RiskRow("A", [0, 10, 18], [40, 22, 6]) if table else None
    found = guyot_patients(gather_evidence("A", CURVE, row, Totals(40, events)))
    assert len(found.time) == 40
    assert 17 <= found.event.sum() <= 22
    if table:
        assert (found.time >= 10).sum() == 22


@settings(max_examples=60, deadline=None)
@given(
    drops=st.lists(st.floats(0, 0.5), min_size=1, max_size=12),
    counts=st.lists(st.integers(0, 60), min_size=1, max_size=5),
    events=st.one_of(st.none(), st.integers(0, 60)),
)
def test_it_ends_with_all_patients_whatever_it_is_given(drops, counts, events):
    survival = np.concatenate([[1.0], np.cumprod(1 - np.array(drops))])
    curve = SurvivalCurve(np.arange(len(survival)), survival)
    row = RiskRow("A", np.arange(len(counts)) * 2.0, counts)
    n = max(counts[0], max(counts), 1)
    found = guyot_patients(gather_evidence("A", curve, row, Totals(n, events)))
    assert len(found.time) == n
    assert found.time.min() >= 0 and found.time.max() <= curve.time[-1]
