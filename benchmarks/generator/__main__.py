"""Draw the benchmark's figures.

    python -m benchmarks.generator OUT [--repeats 2] [--seed 1] [--only jama,nejm]

writes OUT/km/<number>/ (figure.*, truth.json) and OUT/not_km/<number>/ (figure.png, meta.json), the folders
that the accuracy table runs over. The same seed draws the same figures, to the byte.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Page
from PIL import Image

from .degradations import degrade
from .layout import VECTOR_SUFFIXES, draw_page, rasterise, save_vector
from .not_km import NOT_KM
from .plan import KINDS, VECTOR_KINDS, Kind, plan_figure
from .truth import write_json

JPEG_QUALITY = 85  # what image libraries and journals' web sites use


def write_figure(kind: Kind, number: str, folder: Path, rng: np.random.Generator) -> None:
    """One figure with its truth, in folder."""
    request = plan_figure(kind, rng)
    page, panels = draw_page(request)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"figure.{kind.suffix}"
    size = (
        _write_vector(page, file, panels)
        if kind.suffix in VECTOR_SUFFIXES
        else _write_raster(page, file, panels, kind, rng)
    )
    record = {
        "id": number,
        "file": file.name,
        "width": size[0],
        "height": size[1],
        "dpi": request.style.dpi,
        "renderer": kind.base,
        "style": kind.name,
        "degradation": list(kind.degradations),
        "n_panels": len(panels),
        "panels": panels,
        "tags": [f"arms{kind.arms}", kind.spread, *kind.variants, *kind.extras],
    }
    write_json(record, folder / "truth.json")


def _write_raster(page: Page, file: Path, panels: list[dict], kind: Kind, rng: np.random.Generator) -> tuple[int, int]:
    places = np.array([place["px"] for p in panels for k, place in p["pixel_axes"].items() if k != "note"], float)
    pixels, places = degrade(rasterise(page), places, kind.degradations, rng)
    rest = iter(places.tolist())
    for panel in panels:
        for key, place in panel["pixel_axes"].items():
            if key != "note":
                place["px"] = [round(v, 3) for v in next(rest)]
    options = {"quality": JPEG_QUALITY} if kind.suffix == "jpg" else {"optimize": True}
    Image.fromarray(pixels).save(file, **options)
    return pixels.shape[1], pixels.shape[0]


def _write_vector(page: Page, file: Path, panels: list[dict]) -> tuple[float, float]:
    """Points, 72 per inch, from the top-left corner."""
    save_vector(page, file)
    for panel in panels:
        for key, place in panel["pixel_axes"].items():
            if key != "note":
                place["px"] = [round(v * 72 / page.dpi, 4) for v in place["px"]]
    width, height = page.get_size_inches() * 72
    return float(width), float(height)


def write_other(name: str, number: str, folder: Path, rng: np.random.Generator) -> None:
    """A figure that is no Kaplan-Meier plot."""
    page = Page(figsize=(5, 3.8), dpi=150)
    NOT_KM[name](page.add_subplot(), rng)
    page.tight_layout()
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rasterise(page)).save(folder / "figure.png")
    write_json({"id": number, "files": ["figure.png"], "kind": name}, folder / "meta.json")


def draw_all(out: Path, repeats: int, seed: int, only: tuple[str, ...]) -> None:
    """Every kind, repeats times; each figure's chance depends on the seed, its kind and its repeat alone."""
    kinds = (*KINDS, *VECTOR_KINDS)
    for repeat in range(repeats):
        for index, kind in enumerate(kinds):
            number = f"{repeat * len(kinds) + index + 1:03d}"
            if not only or kind.name.startswith(only):
                rng = np.random.default_rng([seed, repeat, index])
                write_figure(kind, number, out / "km" / number, rng)
        for index, name in enumerate(NOT_KM):
            number = f"{repeat * len(NOT_KM) + index + 1:03d}"
            write_other(name, number, out / "not_km" / number, np.random.default_rng([seed, repeat, 1000 + index]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument("--repeats", type=int, default=2, help="figures of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument(
        "--only", default="", help="kinds by commas: the start of their name, such as jama,prism+direct"
    )
    args = parser.parse_args()
    draw_all(args.out, args.repeats, args.seed, tuple(k for k in args.only.split(",") if k))


if __name__ == "__main__":
    main()
