"""report.html: one self-contained page that a person can read, print and defend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from jinja2 import Environment, PackageLoader, Template

from ..records import Digitization, PanelResult
from .picture import data_uri, overlay_name
from .wording import hazard_ratio_words, interval_words, number_words, p_words, ratio_words


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("km2ipd.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "interval": interval_words,
        "number": number_words,
        "p": p_words,
        "ratio": ratio_words,
    }
    environment.globals["hazard_ratio"] = hazard_ratio_words
    return environment.get_template("page.html.jinja")


def report_html(
    version: str,
    digitization: Digitization,
    results: Sequence[PanelResult],
    files: Mapping[str, bytes],
) -> str:
    """The page: verdict first, then the figure with its overlay, estimates, checks and warnings.

    files: the run's pictures by name, overlays among them.
    """
    images = dict.fromkeys(p.panel.source.image for p in digitization.panels)
    overlays = [data_uri(files[overlay_name(image)]) for image in images]
    return (
        _page().render(version=version, digitization=digitization, results=results, overlays=overlays) + "\n"
    )
