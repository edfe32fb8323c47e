"""How an SVG element is painted: presentation attributes, style sheets and inline style, lengths and colours."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree
from svgelements import Color, Matrix

from ..records import Rgb
from .strokes import Pen

INHERITED = frozenset(
    [
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-opacity",
        "fill-opacity",
        "font-size",
        "text-anchor",
        "visibility",
        "color",
        "font-family",
        "letter-spacing",
        "dominant-baseline",
        "marker-start",
        "marker-mid",
        "marker-end",
    ]
)
OWN = frozenset(["opacity", "display", "clip-path"])
UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "q": 96 / 101.6,
}
LENGTH = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-z%]*)\s*$", re.IGNORECASE)
# The size in a font shorthand ("bold 10px sans-serif").
FONT_SIZE = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:px|pt|pc|mm|cm|in|em|rem|%)")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COMPOUND = re.compile(r"^([a-zA-Z][\w-]*|\*)?((?:[.#][\w-]+)*)$")
# The tint given to gradients and patterns, whose own colours are not looked up.
PATTERN_TINT: Rgb = (128, 128, 128)
# Rules of a style sheet beyond this number are not read (drawing programs write a few dozen).
MOST_RULES = 3000

Style = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector of a style sheet: its compounds from the outermost, with what it declares."""

    compounds: tuple[tuple[str, frozenset[str]], ...]
    declared: tuple[tuple[str, str], ...]
    weight: tuple[int, int, int]

    def fits(self, element: etree._Element) -> bool:
        """Whether the selector picks the element; each earlier compound must fit some ancestor in turn."""
        if not _fits(self.compounds[-1], element):
            return False
        wanted = list(self.compounds[:-1])
        for ancestor in element.iterancestors():
            if wanted and _fits(wanted[-1], ancestor):
                wanted.pop()
        return not wanted


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace, empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _fits(compound: tuple[str, frozenset[str]], element: etree._Element) -> bool:
    tag, marks = compound
    if tag not in ("", "*", local_name(element)):
        return False
    own = {"." + name for name in element.get("class", "").split()} | {"#" + element.get("id", "")}
    return marks <= own


def style_rules(sheets: Iterable[str]) -> list[Rule]:
    """The rules of style sheets, weakest first; at-rules and selectors of other kinds are left out."""
    rules: list[Rule] = []
    for sheet in sheets:
        for selectors, body in RULE.findall(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
            declared = tuple(declarations(body).items())
            rules.extend(rule for part in selectors.split(",") if (rule := _rule(part, declared)))
    return sorted(rules[:MOST_RULES], key=lambda rule: rule.weight)


def _rule(selector: str, declared: tuple[tuple[str, str], ...]) -> Rule | None:
    compounds = []
    for part in selector.replace(">", " ").split():
        found = COMPOUND.match(part)
        if not found:
            return None
        compounds.append((found[1] or "", frozenset(re.findall(r"[.#][\w-]+", found[2]))))
    if not compounds:
        return None
    marks = [mark for _, group in compounds for mark in group]
    weight = (
        sum(mark[0] == "#" for mark in marks),
        sum(mark[0] == "." for mark in marks),
        sum(tag not in ("", "*") for tag, _ in compounds),
    )
    return Rule(tuple(compounds), declared, weight)


def declarations(text: str) -> Style:
    """Property and value pairs of a style attribute or rule body."""
    pairs = (part.split(":", 1) for part in text.split(";") if ":" in part)
    return {name.strip().lower(): value.replace("!important", "").strip() for name, value in pairs}


def element_style(element: etree._Element, parent: Mapping[str, str], rules: Iterable[Rule]) -> Style:
    """The element's own style over what it inherits from its parent's."""
    style = {name: value for name, value in parent.items() if name in INHERITED}
    own = {str(name): str(value).strip() for name, value in element.attrib.items()}
    for rule in rules:
        if rule.fits(element):
            own.update(rule.declared)
    own.update(declarations(element.get("style", "")))
    short = FONT_SIZE.search(own.get("font", ""))
    if short:
        own["font-size"] = short[0]
    if "marker" in own:
        style.update(dict.fromkeys(("marker-start", "marker-mid", "marker-end"), own["marker"]))
    style.update((n, v) for n, v in own.items() if (n in INHERITED or n in OWN) and v != "inherit")
    return style


def length(text: str | None, default: float = 0.0, whole: float = 0.0, em: float = 16.0) -> float:
    """A CSS length in user units; per cent of `whole`, em of `em`; the default for what is no length."""
    found = LENGTH.match(text or "")
    if not found:
        return default
    value, unit = float(found[1]), found[2].lower()
    factor = {"%": whole / 100, "em": em, "rem": 16.0, "ex": em / 2}.get(unit, UNITS.get(unit, 1.0))
    return value * factor if math.isfinite(value) else default


@functools.lru_cache(maxsize=4096)
def color_of(text: str) -> tuple[Rgb, float] | None:
    """A CSS colour as RGB with its alpha, None for none."""
    if text in ("none", "transparent", ""):
        return None
    if text.startswith("url("):
        return PATTERN_TINT, 1.0
    try:
        color = Color(text)
        return (int(color.red), int(color.green), int(color.blue)), float(color.opacity)
    except (ValueError, TypeError, AttributeError):
        return (0, 0, 0), 1.0


def pen_of(style: Mapping[str, str], matrix: Matrix, opacity: float) -> Pen | None:
    """How a shape of this style is painted under the matrix; None when it paints nothing."""
    if style.get("visibility") in ("hidden", "collapse"):
        return None
    line = _paint(style, "stroke", "none")
    area = _paint(style, "fill", "black")
    width = length(style.get("stroke-width"), 1.0)
    if line and width <= 0:
        line = None
    if line is None and area is None:
        return None
    scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    return Pen(
        color=line[0] if line else None,
        fill=area[0] if area else None,
        width=width * scale,
        dash=_dash(style, scale) if line else (),
        opacity=opacity * max(found[1] for found in (line, area) if found),
    )


def _paint(style: Mapping[str, str], name: str, default: str) -> tuple[Rgb, float] | None:
    text = style.get(name, default)
    if text.lower() == "currentcolor":
        text = style.get("color", "black")
    found = color_of(text)
    alpha = min(max(length(style.get(f"{name}-opacity"), 1.0, whole=1.0), 0.0), 1.0)
    if found is None or found[1] * alpha <= 0:
        return None
    return found[0], found[1] * alpha


def _dash(style: Mapping[str, str], scale: float) -> tuple[float, ...]:
    text = style.get("stroke-dasharray", "none")
    lengths = [abs(length(part)) for part in re.split(r"[\s,]+", text) if part] if text != "none" else []
    lengths = lengths * 2 if len(lengths) % 2 else lengths
    return tuple(v * scale for v in lengths[:32]) if sum(lengths) > 0 else ()
