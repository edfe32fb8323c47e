"""What a paper reports, from reported.toml, as PrintedNumbers.

    [source]                              # free text, kept for people
    citation = "..."

    [[outcome]]                           # one table an outcome (a panel of the figure)
    name = "progression-free survival"
    panel = "1"                           # left out: every panel
    time_unit = "months"                  # of the times in this file
    axis_unit = "months"                  # of the figure's x axis, where it is another; times are converted
    reference = "Placebo"                 # the arm that hazard ratios are against
    follow_up = 27.2                      # median follow-up of all; follow_up_of = "all" or "reverse KM"

    [[outcome.arm]]
    name = "Sorafenib"
    n = 50
    events = 12
    median = "not reached"                # or 11.3, or { value = 11.3, ci = [5.7, "not reached"] }
    rmst = { value = 14.1, at = 24, ci = [12.0, 16.2] }
    survival = [{ at = 24, value = "81%", ci = ["69%", "96%"] }]

    [[outcome.comparison]]
    arm = "Sorafenib"
    hr = 0.13
    ci = [0.05, 0.31]
    level = 95                            # percent
    kind = "unadjusted"                   # or "stratified", "adjusted"; left out where the paper does not say
    p = "<0.001"                          # of the hazard ratio
    logrank_p = "<0.001"

Numbers are written as printed: 0.130 says more than 0.13, and the check knows it.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import BadTable
from ..records import PrintedNumber

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Days in each unit, for converting between the paper's unit and the figure's.
MAX_CHARS = 1_000_000  # what a paper reports about a figure fits on a page
DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}
NOT_REACHED = re.compile(r"^(not reached|not estimable|n\.?r\.?|n\.?e\.?)$", re.IGNORECASE)
NUMBER = re.compile(r"^(<|>|=|≤|≥)?\s*([0-9]*[.,·]?[0-9]+)\s*(%)?$")
KINDS = ("", "unadjusted", "stratified", "adjusted")
OUTCOME_KEYS = {
    "name",
    "panel",
    "time_unit",
    "axis_unit",
    "reference",
    "follow_up",
    "follow_up_of",
    "arm",
    "comparison",
}
ARM_KEYS = {"name", "n", "events", "median", "rmst", "survival"}
COMPARISON_KEYS = {"arm", "reference", "hr", "ci", "level", "kind", "p", "logrank_p"}


@dataclass(frozen=True, slots=True)
class _Figure:
    """One number as written: its value, rounding and sign."""

    value: float | None
    decimals: int = 0
    relation: str = "="


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file we are, for messages, and the factor from its time unit to the axis's."""

    file: str
    outcome: str
    factor: float = 1.0

    def refuse(self, what: str) -> BadTable:
        return BadTable(f"{self.file}: {self.outcome}: {what}")

    def known_keys(self, table: Mapping[str, Any], keys: set[str], name: str) -> None:
        """Refuse a key that would be read past in silence (a slip of spelling)."""
        strange = sorted(set(table) - keys)
        if strange:
            raise self.refuse(f'{name} has an unknown key "{strange[0]}" (known: {", ".join(sorted(keys))})')


def read_reported(path: Path, panel: str | None = None) -> tuple[PrintedNumber, ...]:
    """The numbers reported for one panel (all panels when None). Raises BadTable with what and where."""
    numbers: list[PrintedNumber] = []
    for i, outcome in enumerate(_outcomes(path), 1):
        name = str(outcome.get("name", f"outcome {i}"))
        place = _Place(path.name, name)
        place.known_keys(outcome, OUTCOME_KEYS, "the outcome")
        if panel is not None and str(outcome.get("panel", panel)) != panel:
            continue
        numbers += _outcome_numbers(outcome, replace(place, factor=_time_factor(outcome, place)))
    if not numbers:
        raise BadTable(f"{path.name}: no reported number{f' for panel {panel}' if panel else ''}")
    return tuple(numbers)


def _outcomes(path: Path) -> list[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig") as handle:
            text = handle.read(MAX_CHARS + 1)
        if len(text) > MAX_CHARS:
            raise BadTable(f"{path.name}: larger than {MAX_CHARS // 1_000_000} MB", "Give a reported.toml.")
        content = tomllib.loads(text, parse_float=Decimal)
    except OSError as reason:
        raise BadTable(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}: not a text file in UTF-8") from None
    except tomllib.TOMLDecodeError as reason:
        raise BadTable(f"{path.name}: not TOML: {reason}") from None
    except (ValueError, RecursionError):
        raise BadTable(f"{path.name}: a number too long or tables too deep to be meant") from None
    outcomes = content.get("outcome", [])
    if not isinstance(outcomes, list) or not all(isinstance(o, dict) for o in outcomes):
        raise BadTable(f"{path.name}: outcome is not a list of tables", "Write [[outcome]].")
    if not outcomes:
        raise BadTable(f"{path.name}: no [[outcome]]", "Write one [[outcome]] table per panel.")
    return outcomes


def _time_factor(outcome: Mapping[str, Any], place: _Place) -> float:
    """What a time of this file is multiplied with to be in the axis's unit."""
    unit = str(outcome.get("time_unit", "months"))
    axis = str(outcome.get("axis_unit", unit))
    for name in (unit, axis):
        if name not in DAYS:
            raise place.refuse(f'unknown time unit "{name}" (known: {", ".join(DAYS)})')
    return DAYS[unit] / DAYS[axis]


def _outcome_numbers(outcome: Mapping[str, Any], place: _Place) -> Iterator[PrintedNumber]:
    if "follow_up" in outcome:
        number = _estimate("follow_up", outcome["follow_up"], place, timed=True)
        yield replace(number, kind=str(outcome.get("follow_up_of", "")))
    for arm in _tables(outcome, "arm", place):
        place.known_keys(arm, ARM_KEYS, "an arm")
        yield from _arm_numbers(arm, place)
    for comparison in _tables(outcome, "comparison", place):
        place.known_keys(comparison, COMPARISON_KEYS, "a comparison")
        yield from _comparison_numbers(comparison, str(outcome.get("reference", "")), place)


def _tables(outcome: Mapping[str, Any], key: str, place: _Place) -> list[Mapping[str, Any]]:
    tables = outcome.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise place.refuse(f"{key} is not a list of tables; write [[outcome.{key}]]")
    return tables


def _arm_numbers(arm: Mapping[str, Any], place: _Place) -> Iterator[PrintedNumber]:
    name = str(arm.get("name", ""))
    if not name:
        raise place.refuse("an arm has no name")
    for what in ("n", "events"):
        if what in arm:
            number = _estimate(what, arm[what], place)
            if number.value is None or number.value < 0 or number.value != round(number.value):
                raise place.refuse(f"{what} of {name} is {arm[what]} where a whole number is due")
            yield replace(number, arm=name)
    if "median" in arm:
        yield replace(_estimate("median", arm["median"], place, timed=True), arm=name)
    for what in ("rmst", "survival"):
        entries = arm.get(what, [])
        for entry in entries if isinstance(entries, list) else [entries]:
            number = replace(_estimate(what, entry, place, timed=what == "rmst"), arm=name)
            if number.at is None:
                raise place.refuse(f"{what} of {name} has no time (at = ...)")
            if what == "survival" and not 0 <= (number.value if number.value is not None else -1) <= 1:
                raise place.refuse(f'survival of {name} is no fraction; write 0.81 or "81%"')
            yield number


def _comparison_numbers(table: Mapping[str, Any], reference: str, place: _Place) -> Iterator[PrintedNumber]:
    kind = str(table.get("kind", ""))
    if kind not in KINDS:
        raise place.refuse(f'unknown kind "{kind}" (known: {", ".join(KINDS[1:])})')
    named: dict[str, Any] = {
        "arm": str(table.get("arm", "")),
        "reference": str(table.get("reference", reference)),
        "kind": kind,
    }
    if "hr" in table:
        entry = {"value": table["hr"]} | {key: table[key] for key in ("ci", "level") if key in table}
        number = _estimate("hr", entry, place)
        if number.value is None or number.value <= 0:
            raise place.refuse(f"hazard ratio {table['hr']} is not above 0")
        yield replace(number, **named)
    for what in ("p", "logrank_p"):
        if what in table:
            number = _estimate(what, table[what], place)
            if number.value is None or not 0 <= number.value <= 1:
                raise place.refuse(f"{what} is {table[what]} where a number from 0 to 1 is due")
            yield replace(number, **named)


def _estimate(what: str, entry: Any, place: _Place, *, timed: bool = False) -> PrintedNumber:
    """A number alone, or a table { value, ci, level, at }; timed values are converted to the axis's unit."""
    table = entry if isinstance(entry, dict) else {"value": entry}
    place.known_keys(table, {"value", "ci", "level", "at"}, what)
    if "value" not in table:
        raise place.refuse(f"{what} has no value")
    figure = _figure(table["value"], what, place)
    low, high = _limits(table, what, place)
    factor = place.factor if timed else 1.0
    at = _figure(table["at"], "at", place).value if "at" in table else None
    level = _figure(table.get("level", 95), "level", place).value or 0.0
    if not 0 < level < 100:
        raise place.refuse(f"level of {what} is {level:g} where a percentage such as 95 is due")
    return PrintedNumber(
        what,
        _times(figure.value, factor),
        _times(low.value, factor),
        _times(high.value, factor),
        level=level / 100,
        at=_times(at, place.factor),
        relation=figure.relation,
        decimals=_converted_decimals(figure.decimals, factor),
        not_reached=figure.value is None,
        text=str(table["value"]),
    )


def _limits(table: Mapping[str, Any], what: str, place: _Place) -> tuple[_Figure, _Figure]:
    if "ci" not in table:
        return _Figure(None), _Figure(None)
    ci = table["ci"]
    if not isinstance(ci, list) or len(ci) != 2:
        raise place.refuse(f"ci of {what} is not a pair")
    low, high = (_figure(value, f"ci of {what}", place) for value in ci)
    if low.value is not None and high.value is not None and low.value > high.value:
        raise place.refuse(f"ci of {what} runs from {ci[0]} to {ci[1]}")
    return low, high


def _figure(value: Any, what: str, place: _Place) -> _Figure:
    """A number, or text such as "81%", "<0.001", "0·13", "not reached"."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise place.refuse(f"{what} is {value} where a number is due")
    text = str(value).strip()
    if NOT_REACHED.match(text):
        return _Figure(None)
    found = NUMBER.match(text)
    if not found:
        raise place.refuse(f'{what} is "{text}" where a number is due')
    digits = found[2].replace(",", ".").replace("·", ".")
    decimals = len(digits.partition(".")[2])
    relation = {"≤": "<", "≥": ">", None: "="}.get(found[1], found[1])
    if found[3]:
        return _Figure(float(Decimal(digits) / 100), decimals + 2, relation)
    return _Figure(float(digits), decimals, relation)


def _converted_decimals(decimals: int, factor: float) -> int:
    """Decimals that stand for the printed rounding in the axis's unit, never finer than it (may be
    negative).
    """
    return math.floor(decimals - math.log10(factor) + 1e-9)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
