"""digitization.json: the pivot written so that a person can edit it, and read back with its laws checked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..errors import InvalidRecord, UsageError
from ..records import Digitization
from .text import json_text

# A four-panel plate of 5,000-point curves takes 6 MB; ten times that is some other file.
MAX_BYTES = 64_000_000
# Some editors set it before a text in UTF-8.
BOM = b"\xef\xbb\xbf"


def is_pivot_file(path: Path) -> bool:
    """Whether the path names a digitization.json rather than a figure."""
    return path.suffix.lower() == ".json"


def digitization_json(digitization: Digitization) -> str:
    """The whole pivot as JSON: arrays as lists, nan as null, full precision, lists of numbers on one line."""
    return json_text(_without_nan(msgspec.to_builtins(digitization, enc_hook=_array_to_list))) + "\n"


def as_saved(digitization: Digitization) -> Digitization:
    """The same reading as it comes back from its file, so that both go on from equal values."""
    return decode_digitization(digitization_json(digitization).encode("utf-8", "replace"), "digitization.json")


def _array_to_list(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise NotImplementedError(f"a {type(value).__name__} has no place in digitization.json")


def _without_nan(value: Any) -> Any:
    """Drop measured shares that are not a number: a missing key says so, a null would not be read back."""
    if isinstance(value, dict):
        return {k: _without_nan(v) for k, v in value.items() if not (isinstance(v, float) and math.isnan(v))}
    if isinstance(value, list | tuple):
        return [_without_nan(v) if isinstance(v, dict | list | tuple) else v for v in value]
    return value


def read_digitization(path: Path) -> Digitization:
    """The pivot in a file.

    Raises UsageError naming the field when the file is no digitization or breaks a record's law.
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
    except OSError as reason:
        raise UsageError(f"{path.name}: {reason.strerror or reason}", "Give a file that can be read.") from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB", "Give a digitization.json.")
    return _checked(decode_digitization(content, path.name), path.name)


def decode_digitization(content: bytes, name: str) -> Digitization:
    """The pivot in the bytes of a digitization.json; name is what messages call it."""
    try:
        return msgspec.json.decode(content.removeprefix(BOM), type=Digitization, dec_hook=_list_to_array)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidRecord) as reason:
        what = str(reason).removesuffix(".").replace(" - at `$.", " at `").replace(" - at `$`", "")
        raise UsageError(
            f"{name}: not a digitization that can be used: {what}",
            "Mend that field, or digitise the figure again.",
        ) from None
    except RecursionError:
        raise UsageError(f"{name}: nested too deeply", "Give a digitization.json as km2ipd writes it.") from None


def _list_to_array(kind: Any, value: Any) -> np.ndarray:
    if not isinstance(value, list):
        raise TypeError(f"Expected a list of numbers, got {type(value).__name__}")
    for i, item in enumerate(value):
        if item is not None and (isinstance(item, bool) or not isinstance(item, int | float)):
            raise TypeError(f"Expected numbers, got {item!r} as number {i + 1} of the list")
    return np.array([math.nan if item is None else item for item in value], dtype=float)


def _checked(digitization: Digitization, name: str) -> Digitization:
    """The same digitization, its names refused where they could lead out of the folder or clash."""
    if not digitization.panels:
        raise UsageError(f"{name}: no panel in it", "Digitise the figure again.")
    for file in {p.panel.source.image for p in digitization.panels}:
        if file != Path(file).name or not file.endswith(".png") or file.startswith("."):
            raise UsageError(f'{name}: image "{file}" is no plain name of a PNG file', "Write figure.png there.")
    names = [p.panel.name for p in digitization.panels]
    if len(set(names)) < len(names):
        raise UsageError(f"{name}: two panels share one name ({', '.join(names)})", "Name them apart.")
    for panel in digitization.panels:
        arms = [a.name for a in panel.arms]
        if len(set(arms)) < len(arms):
            raise UsageError(
                f"{name}: panel {panel.panel.name} has two arms of one name ({', '.join(arms)})",
                "Name them apart.",
            )
    return digitization
