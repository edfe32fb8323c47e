"""Which figures are drawn: kinds of figure, each repeated with other patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .cohorts import Cohort, simulate_cohort
from .layout import Request
from .presets import styled
from .styles import Style


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of figure: base style with variants, the trial's shape, what else is drawn, what is done to it.

    style: fields of Style that differ from base and variants. suffix: "png", "jpg", "pdf" or "svg".
    """

    base: str
    variants: tuple[str, ...] = ()
    arms: int = 2
    spread: str = "apart"
    mortality: str = "any"
    size: str = "any"
    panels: int = 1
    columns: int = 2
    extras: tuple[str, ...] = ()
    degradations: tuple[str, ...] = ()
    suffix: str = "png"
    style: dict[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """base+variant+...: what the tables of results call it."""
        return "+".join(
            (self.base, *self.variants, *self.extras, *([f"{self.panels}panels"] if self.panels > 1 else []))
        )


def _journal_kinds() -> Iterator[Kind]:
    yield Kind("jama")
    yield Kind("jama", ("grey",), degradations=("jpeg70",), suffix="jpg")
    yield Kind("jama", ("rising",), mortality="low", style={"y_min": 0.6, "y_step": 0.1})
    yield Kind("jama", ("dashed",), arms=3)
    yield Kind("jama", ("band",), style={"legend": "inset"})
    yield Kind("lancet")
    yield Kind("lancet", ("grey",), arms=3)
    yield Kind("lancet", ("rising",), mortality="low", style={"y_min": 0.7, "y_step": 0.1})
    yield Kind("lancet", (), degradations=("jpeg40",), suffix="jpg")
    yield Kind("lancet", ("blues",), arms=2, spread="close")
    yield Kind("nejm")
    yield Kind("nejm", ("direct",), extras=("landmark",))
    yield Kind("nejm", ("no_marks",), mortality="low", size="large", extras=("inset",))
    yield Kind("nejm", ("no_marks", "rising"), mortality="low", size="large", extras=("inset",))
    yield Kind("nejm", ("events",), extras=("median",))
    yield Kind("nejm", (), panels=2, extras=("letters",))


def _program_kinds() -> Iterator[Kind]:
    yield Kind("prism", size="small")
    yield Kind("prism", ("direct",), arms=3, size="small")
    yield Kind("prism", ("circles",), arms=2, size="small", style={"carries": ""})
    yield Kind("prism", ("grey",), arms=4, size="small", degradations=("preview",))
    yield Kind("spss")
    yield Kind("spss", ("new_spss",), arms=3)
    yield Kind("spss", (), arms=4, degradations=("jpeg70",), suffix="jpg")
    yield Kind("spss", ("dashed",), arms=2)
    yield Kind("stata")
    yield Kind("stata", ("band",), arms=2)
    yield Kind("stata", ("dashed",), arms=3, style={"page": "#ffffff", "grid": ""})
    yield Kind("stata", ("rising",), mortality="low", style={"y_min": 0.5})
    yield Kind("sas")
    yield Kind("sas", (), arms=4)
    yield Kind("sas", ("dashed",), arms=2, style={"table": "none"})
    yield Kind("sas", ("band",), arms=2)
    yield Kind("r_base")
    yield Kind("r_base", ("dashed",), arms=3)
    yield Kind("r_base", ("limits",), arms=2)
    yield Kind("r_base", ("thick_thin",), arms=2)
    yield Kind("r_base", ("coloured",), arms=5)
    yield Kind("survminer")
    yield Kind("survminer", ("band",), arms=3, extras=("median",))
    yield Kind("survminer", ("keys",), arms=4)
    yield Kind("survminer", ("brewer", "percent"), arms=3, panels=2)
    yield Kind("ggplot", ("band",))
    yield Kind("ggplot", ("no_table",), arms=6)
    yield Kind("ggplot", ("percent", "rising"), arms=2)


def _hard_kinds() -> Iterator[Kind]:
    yield Kind("black_dashes", arms=2)
    yield Kind("black_dashes", arms=4)
    yield Kind("black_dashes", ("thick_thin",), arms=2, spread="close")
    yield Kind("black_dashes", ("rms_bands",), arms=2)
    yield Kind("black_dashes", (), arms=2, spread="crossing", degradations=("scan",), suffix="jpg")
    yield Kind("markers", arms=2, size="small")
    yield Kind("markers", (), arms=3, size="small")
    yield Kind("markers", ("brewer",), arms=4, size="small")
    yield Kind("survminer", ("no_marks",), style={"broken_tail": True})
    yield Kind("nejm", ("brewer",), style={"label_every": 2, "broken_tail": True})
    yield Kind("dark", arms=2)
    yield Kind("dark", ("grid",), arms=3, style={"grid": "#33414f"})
    yield Kind("nejm", ("direct",), spread="close", size="large", mortality="low")
    yield Kind("nejm", ("truncated",), mortality="low")
    yield Kind("lancet", ("truncated",), arms=3, mortality="low", style={"y_min": 0.6})
    yield Kind("survminer", ("truncated",), mortality="low", style={"y_min": 0.4})
    yield Kind("jama", ("above",), arms=2)
    yield Kind("nejm", ("inside", "coloured"), arms=2, style={"table": "inside"})
    yield Kind("nejm", ("crosses",), arms=3, spread="crossing")
    yield Kind("nejm", ("triangles", "grey"), arms=2)
    yield Kind("ggplot", ("direct", "blues"), arms=4)
    yield Kind("nejm", ("brewer",), arms=7, style={"legend": "right"})
    yield Kind("lancet", (), arms=8, style={"legend": "right", "table": "none"})
    yield Kind("jama", (), arms=1, style={"band": "shaded"})
    yield Kind("r_base", ("limits", "rising"), arms=1)
    yield Kind("nejm", ("box",), panels=3, columns=3, style={"panel_inches": (2.6, 2.1)})
    yield Kind("jama", (), panels=4, extras=("letters",), style={"panel_inches": (3.0, 2.2)})
    yield Kind("survminer", (), panels=6, columns=3, style={"table": "none", "panel_inches": (2.6, 2.0)})
    yield Kind("nejm", (), panels=1, extras=("letters", "bars"))


def _damaged_kinds() -> Iterator[Kind]:
    yield Kind("nejm", (), degradations=("photo",), suffix="jpg")
    yield Kind("survminer", (), degradations=("screen_photo",), suffix="jpg")
    yield Kind("prism", (), degradations=("screen_photo", "jpeg70"), suffix="jpg", size="small")
    yield Kind("lancet", ("grey",), degradations=("photo", "grey"), suffix="jpg")
    yield Kind("jama", (), degradations=("thumbnail",))
    yield Kind("nejm", (), degradations=("thumbnail", "jpeg70"), suffix="jpg")
    yield Kind("survminer", (), degradations=("thumbnail",), style={"table": "none"})
    yield Kind("spss", (), degradations=("preview", "jpeg40"), suffix="jpg")
    yield Kind("nejm", ("grid",), degradations=("jpeg40",), suffix="jpg")
    yield Kind("stata", (), degradations=("jpeg40",), suffix="jpg", arms=3)
    yield Kind("r_base", ("brewer",), degradations=("inverted",))
    yield Kind("lancet", (), degradations=("scan",), suffix="jpg")
    yield Kind("survminer", ("no_table",), degradations=("grey",), arms=2)
    yield Kind("nejm", (), degradations=("preview", "enlarged"))
    yield Kind("nejm", (), arms=3, style={"dpi": 1000})
    yield Kind("jama", ("dashed",), style={"dpi": 800})


def _vector_kinds() -> Iterator[Kind]:
    for suffix in ("pdf", "svg"):
        yield Kind("nejm", suffix=suffix)
        yield Kind("lancet", ("dashed",), arms=3, suffix=suffix)
        yield Kind("survminer", ("band",), suffix=suffix)
        yield Kind("stata", ("rising",), suffix=suffix, panels=2)


KINDS = (*_journal_kinds(), *_program_kinds(), *_hard_kinds(), *_damaged_kinds())
VECTOR_KINDS = tuple(_vector_kinds())


def plan_figure(kind: Kind, rng: np.random.Generator) -> Request:
    """Simulate the kind's trials and lay down what is drawn."""
    cohorts = _simulate(kind, rng)
    style = _fit_style(styled(kind.base, *kind.variants, **kind.style), cohorts)
    return Request(cohorts, style, kind.columns, kind.extras)


def _simulate(kind: Kind, rng: np.random.Generator) -> tuple[Cohort, ...]:
    return tuple(simulate_cohort(rng, kind.arms, kind.spread, kind.mortality, kind.size) for _ in range(kind.panels))


def _fit_style(style: Style, cohorts: tuple[Cohort, ...]) -> Style:
    """A truncated axis starts where the lowest curve still fits, as an author would choose it."""
    if style.y_min == 0:
        return style
    from dataclasses import replace

    lowest = min(float(arm.km.at([c.ticks[-1]])[0]) for c in cohorts for arm in c.arms)
    floor = min(style.y_min, max(0.0, np.floor(10 * (lowest - 0.02)) / 10))
    return replace(style, y_min=float(round(floor, 1)), y_step=0.1 if floor > 0 else 0.2)
