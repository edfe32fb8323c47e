"""What came of one job: the few numbers that the batch's tables show, and the journal that keeps them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..errors import OutputNotWritable, UsageError
from ..records import Comparison, PanelResult

JOURNAL_NAME = ".km2ipd-batch.jsonl"
NO_ROOM = "Make room there and repeat the command, or give another folder with --out."


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One comparison of one panel, or a panel without any; verdict over the panel's checks, "" without one."""

    panel: str
    status: str
    arms: int
    patients: int | None = None
    events: int | None = None
    arm: str = ""
    reference: str = ""
    hr: float | None = None
    low: float | None = None
    high: float | None = None
    logrank_p: float | None = None
    reported_hr: str = ""
    verdict: str = ""
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One job's end. status: ok, review or failed (the worst panel's), refused, error, crashed or timed out."""

    name: str
    figure: str
    key: str
    status: str
    message: str = ""
    rows: tuple[SummaryRow, ...] = ()

    def __post_init__(self) -> None:
        # A file may have any bytes for a name; what is told of it is one line that can be written down.
        for name in ("figure", "message"):
            text = getattr(self, name).encode("utf-8", "replace").decode()
            object.__setattr__(self, name, " ".join(text.split()))


def summary_rows(results: Sequence[PanelResult]) -> tuple[SummaryRow, ...]:
    """The rows of summary.csv that a figure's panels give: one a comparison, or one a panel without any."""
    rows: list[SummaryRow] = []
    for result in results:
        rebuilt = result.reconstruction
        known: dict[str, Any] = {
            "panel": result.panel,
            "status": result.status,
            "arms": len(result.reading.arms) if result.reading else 0,
            "patients": _total([a.n for a in rebuilt.arms]) if rebuilt else None,
            "events": _total([a.events for a in rebuilt.arms]) if rebuilt else None,
            "verdict": _verdict(result),
            "warnings": sum(c.severity == "review" for c in result.cautions),
        }
        comparisons = rebuilt.comparisons if rebuilt else ()
        rows += [SummaryRow(**known, **_comparison(result, c)) for c in comparisons]
        if not comparisons:
            rows.append(SummaryRow(**known))
    return tuple(rows)


def _total(counts: Sequence[int | None]) -> int | None:
    """The sum over arms, None where one is not known."""
    return None if None in counts else sum(count for count in counts if count is not None)


def _comparison(result: PanelResult, c: Comparison) -> dict[str, Any]:
    reported = [k.reported for k in result.checks if k.what.startswith("hazard ratio") and c.arm in k.what]
    lone = [k.reported for k in result.checks if k.what == "hazard ratio"]
    return {
        "arm": c.arm,
        "reference": c.reference,
        "hr": c.hr,
        "low": c.low,
        "high": c.high,
        "logrank_p": c.logrank_p,
        "reported_hr": next(iter(reported + lone), ""),
    }


def _verdict(result: PanelResult) -> str:
    """The gravest verdict of a panel's checks: one number that differs outweighs those that agree."""
    verdicts = {c.verdict for c in result.checks}
    return next((v for v in ("differs", "agrees", "cannot tell") if v in verdicts), "")


def worst_status(rows: Sequence[SummaryRow]) -> str:
    """The worst of the panels' statuses."""
    statuses = {row.status for row in rows}
    return next((s for s in ("failed", "review") if s in statuses), "ok")


def is_read(outcome: Outcome) -> bool:
    """Whether a job gave a result, be it one that must be looked at."""
    return outcome.status in ("ok", "review", "failed")


def count_words(outcomes: Sequence[Outcome]) -> str:
    """How many came out how: 31 ok, 6 review, 3 refused."""
    counts = Counter(o.status for o in outcomes)
    order = ("ok", "review", "failed", "refused", "error", "crashed", "timed out")
    return ", ".join(f"{counts[status]} {status}" for status in order if counts[status])


class Journal:
    """The outcomes of a batch, one line of JSON each, appended as they come and read back to resume."""

    def __init__(self, out: Path) -> None:
        self.path = out / JOURNAL_NAME

    def read(self) -> dict[str, Outcome]:
        """The last outcome of every job by name; a line cut short by a kill is passed over."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        outcomes = {}
        for i, line in enumerate(lines):
            try:
                outcome = msgspec.json.decode(line, type=Outcome)
            except (msgspec.DecodeError, UnicodeDecodeError):
                if i == len(lines) - 1:
                    break
                raise UsageError(f"{self.path}: line {i + 1} is no outcome", "Give another --out.") from None
            if outcome.name != Path(outcome.name).name or outcome.name.startswith(".") or "\0" in outcome.name:
                raise UsageError(f'{self.path}: "{outcome.name}" is no plain name', "Give another --out.")
            outcomes[outcome.name] = outcome
        return outcomes

    def add(self, outcome: Outcome) -> None:
        """Append one outcome; it is on disk when this returns."""
        try:
            with self.path.open("ab") as handle:
                handle.write(msgspec.json.encode(outcome) + b"\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as reason:
            raise OutputNotWritable(f"{self.path}: {reason.strerror or reason}", NO_ROOM) from None

    def start(self, outcomes: Iterable[Outcome]) -> None:
        """Write the journal anew with these outcomes, in one move."""
        lines = b"".join(msgspec.json.encode(o) + b"\n" for o in outcomes)
        aside = self.path.with_suffix(".new")
        try:
            aside.write_bytes(lines)
            os.replace(aside, self.path)
        except OSError as reason:
            aside.unlink(missing_ok=True)
            raise OutputNotWritable(f"{self.path}: {reason.strerror or reason}", NO_ROOM) from None
