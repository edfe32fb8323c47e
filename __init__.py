"""km2ipd: published Kaplan-Meier figures to individual patient data that can be trusted.

From Python:

    import km2ipd
    reading = km2ipd.digitize("figure.png")           # records.Digitization
    results = km2ipd.reconstruct(reading)             # records.PanelResult, one a panel
    results = km2ipd.run("figure.png", out="out")     # both, with every file of the command written
    patients = km2ipd.to_dataframe(results)           # with pandas: panel, arm, time, event
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .records import Digitization, PanelResult

__version__ = "0.1.0"
__all__ = ["__version__", "digitize", "reconstruct", "run", "to_dataframe"]


def _digitize(figure: str | os.PathLike[str], **by_hand: Any) -> Digitization:
    """Everything read off a figure (or off a digitization.json).

    by_hand: page, panel, x_range, y_range, arms, direction, as the options of the command of the same name.
    Raises errors.DigitizeError when the figure cannot be digitised.
    """
    from .study import read_figure

    return read_figure(Path(figure), **by_hand).digitization


def _reconstruct(
    reading: Digitization,
    *,
    method: str | None = None,
    ensemble: int | None = None,
    condition_on: Sequence[str] = (),
    reference: str | None = None,
    totals: str | os.PathLike[str] | None = None,
    reported: str | os.PathLike[str] | None = None,
) -> tuple[PanelResult, ...]:
    """Patients, estimates and checks of every panel of a reading.

    ensemble: how many equally plausible draws each Reconstruction keeps. condition_on: what of the reported numbers
    weights them. reference: the arm that hazard ratios are against. totals: a CSV file of patients and events of
    whole arms. reported: a TOML file of what the paper says.
    """
    from .study import conclude, how_asked

    return conclude(
        reading,
        **how_asked(method, ensemble, condition_on, reference),
        totals=Path(totals) if totals is not None else None,
        reported=Path(reported) if reported is not None else None,
    )


def run(
    figure: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    force: bool = False,
    **options: Any,
) -> tuple[PanelResult, ...]:
    """The whole way from a figure to its results, and to the files of the command where out is given.

    options: those of digitize, with risk_table, cells, totals, reported (paths), method and formats.
    """
    from . import study

    path = Path(figure)
    if out is not None:
        study.require_free_output(path, Path(out), study.RUN_FILES, force=force)
    for name in ("risk_table", "totals", "reported"):
        if options.get(name) is not None:
            options[name] = Path(options[name])
    _, results, files = study.run_figure(path, **options)
    if out is not None:
        study.write_files(Path(out), files, force=force)
    return results


def to_dataframe(what: Digitization | Sequence[PanelResult]) -> pd.DataFrame:
    """A pandas table: the curves of a reading, or the patients of results (the columns of the CSV files).

    Raises errors.UsageError when pandas is not installed.
    """
    from .study import curves_frame, patients_frame

    return curves_frame(what.panels) if hasattr(what, "panels") else patients_frame(what)


_CALLS = {"digitize": _digitize, "reconstruct": _reconstruct}


class _Room(types.ModuleType):
    """A room of the package that can be called as the step of its name: km2ipd.digitize("figure.png")."""

    def __call__(self, *words: Any, **options: Any) -> Any:
        return _CALLS[self.__name__.rpartition(".")[2]](*words, **options)


class _Package(types.ModuleType):
    """The package itself: whichever way a room is first imported, it becomes callable."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLS and type(value) is types.ModuleType:
            value.__class__ = _Room
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _CALLS:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
