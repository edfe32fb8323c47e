"""A panel's reconstruction, its checks, and its conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .curves import SurvivalCurve
from .estimates import ArmEstimate, Comparison, Patients
from .laws import Status, Verdict
from .reading import Caution, PanelReading
from .tables import PrintedNumber


@dataclass(frozen=True, slots=True)
class Check:
    """One reported number beside the reconstructed one."""

    what: str
    reported: str
    reconstructed: str
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """One panel's patients with what they say; misfit: |at risk rebuilt - printed| summed over each arm's row.

    draws: equally plausible patients, one tuple of arms a draw, empty unless an ensemble was asked for.
    logrank_p: of all arms together. conditioned_on: reported numbers that weighted the draws, barred from the checks.
    effective_draws: the ensemble's effective size after that weighting. unconditioned: the fit without them.
    """

    panel: str
    method: str
    patients: tuple[Patients, ...]
    arms: tuple[ArmEstimate, ...]
    comparisons: tuple[Comparison, ...]
    logrank_p: float | None = None
    misfit: tuple[float, ...] = ()
    checks: tuple[Check, ...] = ()
    cautions: tuple[Caution, ...] = ()
    draws: tuple[tuple[Patients, ...], ...] = ()
    conditioned_on: tuple[PrintedNumber, ...] = ()
    effective_draws: float | None = None
    unconditioned: Reconstruction | None = None


@dataclass(frozen=True, slots=True)
class PanelResult:
    """One panel from reading to conclusion: what `report` writes.

    reading: None where the curves came from a table, not from a figure. status: the reading's own or worse.
    reconstruction: None where it failed; the cautions say why. rebuilt: the Kaplan-Meier curve of the rebuilt
    patients by arm. cautions: the figure's, the reading's and the reconstruction's, in that order.
    """

    panel: str
    status: Status
    reading: PanelReading | None = None
    reconstruction: Reconstruction | None = None
    checks: tuple[Check, ...] = ()
    cautions: tuple[Caution, ...] = ()
    rebuilt: Mapping[str, SurvivalCurve] = field(default_factory=dict)
