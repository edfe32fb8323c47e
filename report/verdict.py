"""What checks and failures mean for a panel: its status, and the cautions that say why."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Km2ipdError
from ..records import Caution, Check, Status


def no_patients(panel: str, reason: Exception) -> Caution:
    """The caution of a panel that failed, by the user's data or by a bug of ours, which it then calls so."""
    if isinstance(reason, Km2ipdError):
        return Caution("no-patients", f"No patients could be rebuilt: {reason}", f"panel {panel}", "review")
    what = " ".join(f"{type(reason).__name__}: {reason}".split())[:200]
    message = f"No patients could be rebuilt, by a bug of km2ipd ({what}). Please report it with the figure."
    return Caution("internal-error", message, f"panel {panel}", "review")


def disagreements(panel: str, checks: Sequence[Check]) -> tuple[Caution, ...]:
    """A caution for every reported number that differs."""
    return tuple(
        Caution(
            "differs-from-print",
            f"{c.what} is {c.reported} in print and {c.reconstructed} in the rebuilt patients",
            f"panel {panel}",
            "review",
        )
        for c in checks
        if c.verdict == "differs"
    )


def contradictions(cautions: Sequence[Caution]) -> int:
    """How many cautions say that the figure's facts cannot all hold."""
    return sum(c.code in ("count-contradicted", "events-not-met", "not-kaplan-meier") for c in cautions)


def marks_left_out(panel: str) -> Caution:
    """The caution of a panel whose censor marks were not used."""
    message = "the censor marks read contradict the numbers at risk and were left out of the reconstruction"
    return Caution("marks-left-out", message, f"panel {panel}")


def worst_status(status: Status, cautions: Sequence[Caution]) -> Status:
    """The reading's own status, brought down to review by any caution that asks for it; never up."""
    if status == "ok" and any(c.severity == "review" for c in cautions):
        return "review"
    return status
