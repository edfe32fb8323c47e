"""Find the statistics in a running text as journals phrase them: hazard ratios, p values, medians, rates, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..records import PrintedNumber
from .numbers import decimals, parse_number, plain_text

_NUMBER = r"(?:\d+(?:[.,]\d+)?|[.,]\d+)(?!\d)"
_LEVEL = r"(?P<level>[89]\d(?:[.,]\d+)?)\s*%\s*-?\s*"
_CI = r"(?:C\.?\s*[Il1]\.?|confidence\s+intervals?)"
_LIMIT = rf"(?:{_NUMBER}|N\.?[ER]\.?|NA|not\s+(?:reached|estimable)|-|\u221e)"
# 0.57-0.93, 0.57 to 0.93, 0.52, 0.92; in brackets or not
_RANGE = rf"(?P<low>{_LIMIT})\s*%?\s*(?:-|to|,|;)\s*(?P<high>{_LIMIT})"
_INTERVAL = rf"[^0-9]{{0,8}}?(?:{_LEVEL}{_CI}[^0-9]{{0,6}}?)?[(\[]?\s*{_RANGE}"
_BEFORE = rf"(?:\s*\((?:{_LEVEL.replace('level', 'before')})?{_CI}\))?"
_HR = re.compile(
    rf"(?:\bhazard\s*ratios?|\bHR(?![a-z]))(?P<between>{_BEFORE}[^0-9]{{0,45}}?)"
    rf"(?P<value>{_NUMBER})(?!\s*%)(?:{_INTERVAL})?",
    re.I,
)
_P = re.compile(
    rf"\bp(?:\s*-?\s*values?)?(?P<test>\s*\([^)]*\))?\s*(?P<relation>[:=]?\s*[<>]\s*=?|[:=]|is)\s*"
    rf"(?P<value>{_NUMBER}(?:\s*e\s*-\s*\d+|\s*[x\u00d7]\s*10\s*-?\s*\d+)?)",
    re.I,
)
_BARE_LOGRANK = re.compile(rf"log\W{{0,3}}rank(?:\s+test)?\s*[:,]?\s*(?P<relation>[<>]?)\s*(?P<value>{_NUMBER})", re.I)
_MEDIAN = re.compile(
    rf"\bmedian\b(?P<between>[^0-9]{{0,60}}?)(?:(?P<value>{_NUMBER})(?!\s*%)(?P<unit>\s*[a-z]{{1,6}}\b)?|"
    rf"(?P<none>not\s+(?:yet\s+)?(?:reached|estimable)|N\.?[RE]\.?\b|NA\b))(?:[^0-9(\[]{{0,12}}{_INTERVAL})?",
    re.I,
)
# "... 12.3 months in one group and 8.1 months in the other": the unit is named again, so that it is a time.
_SECOND = re.compile(
    rf"[^0-9;\n]{{0,60}}?\b(?:and|vs\.?|versus|compared\s+(?:with|to))\s+(?:was\s+)?(?P<value>{_NUMBER})"
    rf"(?P<unit>\s*-?\s*(?:months?|mo|years?|yrs?|weeks?|days?)\b)(?:[^0-9(\[]{{0,12}}{_INTERVAL})?",
    re.I,
)
_RATE = re.compile(
    rf"(?P<at>{_NUMBER})\s*-?\s*(?P<unit>yr|year|y|month|mo|m|week|wk|day|d)s?\b[^0-9%]{{0,40}}?"
    rf"(?P<value>{_NUMBER})\s*%(?!\s*-?\s*{_CI})(?:\s*[(\[]\s*(?:{_LEVEL}{_CI}[^0-9]{{0,4}})?{_RANGE}\s*%?\s*[)\]])?",
    re.I,
)
_COUNT = re.compile(r"(?:\bn\s*=\s*|\bn\s+)(?P<value>\d{1,3}(?:[, ]\d{3})+|\d+)\b", re.I)
_LOGRANK = re.compile(r"log\W{0,3}rank", re.I)
# p values of other questions than whether two curves differ
_OTHER_P = re.compile(r"interaction|non-?inferiority|trend|heterogeneity", re.I)
_STEP_DAYS = {"y": 365.25, "m": 365.25 / 12, "w": 7.0, "d": 1.0}


@dataclass(frozen=True, slots=True)
class Found:
    """A statistic and where in the text it stands (start, end)."""

    number: PrintedNumber
    start: int
    end: int


def find_statistics(text: str, axis_unit: str = "") -> list[Found]:
    """Every statistic of a text in reading order; arms are left to the caller.

    axis_unit: unit of the panel's time axis; landmark times are turned into it, and left out where that is unclear.
    """
    body = plain_text(text).replace("\u03c1", "p")
    finders: tuple[Callable[[str], Iterator[Found]], ...] = (_ratios, _p_values, _medians, _counts)
    found = [f for finder in finders for f in finder(body)]
    found += _rates(body, axis_unit)
    return sorted(found, key=lambda f: f.start)


def kind_named(text: str) -> str:
    """Whether the words around a statistic call it stratified, adjusted or unadjusted; "" when they do not."""
    lowered = text.lower()
    for word, kind in (
        ("unstratified", "unadjusted"),
        ("stratified", "stratified"),
        ("unadjusted", "unadjusted"),
        ("univaria", "unadjusted"),
        ("adjusted", "adjusted"),
        ("multivaria", "adjusted"),
        ("weighted", "adjusted"),
    ):
        if word in lowered:
            return kind
    return ""


def _limits(match: re.Match[str]) -> tuple[float | None, float | None]:
    low, high = match["low"], match["high"]
    return (parse_number(low) if low else None), (parse_number(high) if high else None)


def _level(match: re.Match[str]) -> float:
    groups = match.groupdict()
    level = groups.get("level") or groups.get("before")
    value = parse_number(level) if level else None
    return value / 100 if value else 0.95


def _ratios(body: str) -> Iterator[Found]:
    for match in _HR.finditer(body):
        value = parse_number(match["value"])
        low, high = _limits(match)
        if value is None or not 0.005 < value < 100:
            continue
        if match["low"] and (low is None or high is None or not low <= value <= high):
            continue
        kind = kind_named(body[max(0, match.start() - 30) : match.start("value")])
        number = PrintedNumber(
            "hr", value, low, high, _level(match), decimals=decimals(match["value"]), kind=kind, text=match[0]
        )
        yield Found(number, match.start(), match.end())


def _p_values(body: str) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for match in _P.finditer(body):
        around = body[max(0, match.start() - 40) : match.start()]
        since = re.split(r"\d[.)]?\s|[;\n]", around)[-1]
        if _OTHER_P.search(since + match[0]) or _OTHER_P.search(body[match.end() : match.end() + 25]):
            continue
        near = since + match[0] + body[match.end() : match.end() + 25]
        found = None if _is_cut_short(body, match.end()) else _p_value(match, near)
        if found is not None:
            taken.append((match.start(), match.end()))
            yield found
    for match in _BARE_LOGRANK.finditer(body):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            found = _p_value(match, match[0])
            if found is not None:
                yield found


def _is_cut_short(body: str, end: int) -> bool:
    """Whether a number breaks off in a point or comma at its line's end: digits are hidden or unread."""
    return re.match(r"[.,;:]\s*(\n|$)", body[end:]) is not None


def _p_value(match: re.Match[str], near: str) -> Found | None:
    printed = match["value"].replace(" ", "")
    power = re.fullmatch(r"(.*?)(?:e-?|[x\u00d7]10-?)(\d+)", printed, re.I)
    mantissa = parse_number(power[1] if power else printed)
    if mantissa is None:
        return None
    places = decimals(power[1]) + int(power[2]) if power else decimals(printed)
    value = mantissa * 10.0 ** -int(power[2]) if power else mantissa
    relation = next((c for c in "<>" if c in match["relation"]), "=")
    if not 0 <= value <= 1 or (value == 1 and places == 0) or (value == 0 and places < 3):
        return None
    what = "logrank_p" if _LOGRANK.search(near) else "p"
    number = PrintedNumber(
        what, value, relation=relation, decimals=places, kind=kind_named(near), text=match[0].strip()
    )
    return Found(number, match.start(), match.end())


def _medians(body: str) -> Iterator[Found]:
    for match in _MEDIAN.finditer(body):
        value = parse_number(match["value"]) if match["value"] else None
        what = "follow_up" if re.search(r"follow", match["between"], re.I) else "median"
        if re.search(r"\bage\b|hazard|ratio|dose|95", match["between"], re.I):
            continue
        yield _median(what, value, match, match.start())
        second = _SECOND.match(body, match.end())
        if second is not None:
            yield _median(what, parse_number(second["value"]), second, second.start("value"))


def _median(what: str, value: float | None, match: re.Match[str], start: int) -> Found:
    low, high = _limits(match)
    if value is not None and ((low is not None and low > value) or (high is not None and high < value)):
        low = high = None
    number = PrintedNumber(
        what,
        value,
        low,
        high,
        _level(match),
        decimals=decimals(match["value"]) if match["value"] else 0,
        not_reached=value is None,
        text=match[0],
    )
    return Found(number, start, match.end())


def _counts(body: str) -> Iterator[Found]:
    for match in _COUNT.finditer(body):
        if "=" not in match[0]:
            continue
        value = parse_number(match["value"])
        if value:
            yield Found(PrintedNumber("n", value, text=match[0]), match.start(), match.end())


def _rates(body: str, axis_unit: str) -> Iterator[Found]:
    for match in _RATE.finditer(body):
        at = _in_unit(parse_number(match["at"]), match["unit"], axis_unit)
        value = parse_number(match["value"])
        if at is None or value is None or not 0 <= value <= 100:
            continue
        low, high = _limits(match)
        ordered = low is not None and high is not None and low <= value <= high
        number = PrintedNumber(
            "survival",
            round(value / 100, 6),
            round(low / 100, 6) if ordered and low is not None else None,
            round(high / 100, 6) if ordered and high is not None else None,
            _level(match),
            at=at,
            decimals=decimals(match["value"]) + 2,
            text=match[0],
        )
        yield Found(number, match.start(), match.end())


def _in_unit(value: float | None, unit: str, axis_unit: str) -> float | None:
    """A time in the unit of the axis, None when either unit is unknown."""
    own, axis = _STEP_DAYS.get(unit[:1].lower()), _STEP_DAYS.get(axis_unit.strip()[:1].lower())
    if value is None or own is None or axis is None:
        return None
    if {unit[:1].lower(), axis_unit.strip()[:1].lower()} == {"y", "m"}:
        return value * 12 if unit[:1].lower() == "y" else value / 12
    return value if own == axis else round(value * own / axis, 6)
