"""All that was read off a figure, and what a person should know about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .axes import Panel
from .curves import CurveTrace, SurvivalCurve
from .figure import Box
from .laws import FloatArray, PixelArray, Status, read_only
from .tables import PrintedNumber, RiskTable


@dataclass(frozen=True, slots=True)
class Caution:
    """Something a person should know about a reading.

    severity: "review" keeps the panel from being ok; "note" does not. box: the place in px, where it has one.
    """

    code: str
    message: str
    where: str = ""
    severity: Literal["note", "review"] = "note"
    box: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ArmReading:
    """One arm as read off a panel.

    censor_marks: (m,) times of the marks seen. draws_marks: whether this arm's curve carries marks at all.
    evidence: the measured shares behind confidence (name -> value 0 to 1).
    """

    name: str
    color: str
    curve: SurvivalCurve
    trace: CurveTrace | None = None
    censor_marks: FloatArray = field(default_factory=lambda: read_only([]))
    draws_marks: bool = False
    style: str = "solid"
    confidence: float = 1.0
    evidence: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "censor_marks", read_only(np.sort(np.asarray(self.censor_marks, float))))


@dataclass(frozen=True, slots=True)
class PanelReading:
    """All that was read off one panel."""

    panel: Panel
    status: Status
    arms: tuple[ArmReading, ...]
    risk_table: RiskTable = field(default_factory=RiskTable)
    printed: tuple[PrintedNumber, ...] = ()
    cautions: tuple[Caution, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Digitization:
    """The pivot: all that was read off a figure, saved as digitization.json, editable, re-runnable.

    arguments: what the user gave by hand on the command line to have it read so (--x-range 0 36).
    about: what a study file says of it (citation, population).
    """

    version: str
    figure: str
    sha256: str
    panels: tuple[PanelReading, ...]
    cautions: tuple[Caution, ...] = ()
    arguments: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The pivot with the upright pictures, by file name, that its pixel positions refer to."""

    digitization: Digitization
    images: Mapping[str, PixelArray]
