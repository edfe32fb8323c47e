"""Numbers and JSON as text: the same bytes for the same values on every machine."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

# Ten significant digits: a thousandth of a second in a century, far below any figure, and coarse enough that
# two times apart by floating-point noise alone are written as the tie that they are.
SIGNIFICANT = 10
NEEDS_QUOTES = re.compile('[,"\n\r]')
# json.dumps would make an encoder of its own for each number.
_PLAIN = json.JSONEncoder(ensure_ascii=False).encode


def number_text(value: float | None) -> str:
    """A number for a CSV cell; empty where there is none."""
    if value is None or not math.isfinite(value):
        return ""
    return f"{value + 0.0:.{SIGNIFICANT}g}"


def rounded(value: float | None) -> float | int | None:
    """A number for report.json, with the digits of number_text; None where there is none."""
    text = number_text(value)
    if not text:
        return None
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def csv_text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Comma-separated lines, each ended by a newline, quoted only where needed."""
    return "".join(",".join(_cell(c) for c in row) + "\n" for row in (header, *rows))


def _cell(text: str) -> str:
    if NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def json_text(value: Any, indent: int = 0) -> str:
    """JSON with two blanks a level, lists of plain values on one line, nan and infinity as null."""
    pad, inner = "  " * indent, "  " * (indent + 1)
    if isinstance(value, dict) and value:
        items = [f"{inner}{_PLAIN(k)}: {json_text(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{pad}}}"
    if isinstance(value, list | tuple):
        if any(isinstance(v, dict | list | tuple) for v in value):
            return "[\n" + ",\n".join(inner + json_text(v, indent + 1) for v in value) + f"\n{pad}]"
        return "[" + ", ".join(json_text(v) for v in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    return _PLAIN(value)
