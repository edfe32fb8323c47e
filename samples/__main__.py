"""Draw the samples: python -m samples [NAME ...] [--out FOLDER].

For each sample its figure in every kind of file, patients.csv (who is drawn), truth.json (what is drawn, in
the benchmark's format) and reported.toml (what a paper on these patients would print). The patients and the
reported numbers of desmoid_pfs are not written here: the patients come from desmoid_pfs/find_patients.py,
the numbers from the published abstract. The same bytes come out each time.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from PIL import Image

from benchmarks.generator.cohorts import Cohort
from benchmarks.generator.kaplan_meier import cox_hazard_ratio, logrank_p
from benchmarks.generator.layout import draw_page, rasterise, save_vector
from benchmarks.generator.truth import write_json

from .gallery import HERE, SAMPLES, Sample

FOUND_ELSEWHERE = "desmoid_pfs"


def draw_sample(sample: Sample, folder: Path) -> None:
    """All files of one sample."""
    folder.mkdir(parents=True, exist_ok=True)
    request = sample.request()
    for suffix in sample.suffixes:
        page, panels = draw_page(request)
        file = folder / f"figure.{suffix}"
        if suffix == "png":
            pixels = rasterise(page)
            Image.fromarray(pixels).save(file, optimize=True)
            _write_truth(sample, panels, pixels.shape[1], pixels.shape[0], request.style.dpi, folder)
        else:
            save_vector(page, file)
    if sample.name != FOUND_ELSEWHERE:
        _write_patients(request.cohorts, folder / "patients.csv")
        _write_reported(request.cohorts, folder / "reported.toml")


def _write_truth(sample: Sample, panels: list[dict], width: int, height: int, dpi: int, folder: Path) -> None:
    record = {
        "id": sample.name,
        "file": "figure.png",
        "width": width,
        "height": height,
        "dpi": dpi,
        "renderer": "matplotlib",
        "style": sample.name,
        "degradation": [],
        "n_panels": len(panels),
        "panels": panels,
    }
    write_json(record, folder / "truth.json")


def _write_patients(cohorts: tuple[Cohort, ...], path: Path) -> None:
    rows = [
        (panel, arm.label, f"{t:g}", int(e))
        for panel, cohort in zip(_panel_names(cohorts), cohorts, strict=True)
        for arm in cohort.arms
        for t, e in zip(arm.time, arm.event, strict=True)
    ]
    with path.open("w", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([("panel", "arm", "time", "event"), *rows])


def _panel_names(cohorts: tuple[Cohort, ...]) -> list[str]:
    return ["1"] if len(cohorts) == 1 else list("ABCDEFGH"[: len(cohorts)])


def _write_reported(cohorts: tuple[Cohort, ...], path: Path) -> None:
    """What a paper on these simulated patients would print: medians and each arm's HR against the first."""
    lines = ['[source]\ncitation = "Simulated patients: samples/gallery.py"']
    for panel, cohort in zip(_panel_names(cohorts), cohorts, strict=True):
        first = cohort.arms[0]
        lines.append(
            f'\n[[outcome]]\nname = "{cohort.endpoint.lower()}"\npanel = "{panel}"\n'
            f'time_unit = "{cohort.unit}"\nreference = "{first.label}"'
        )
        for arm in cohort.arms:
            median = arm.km.median()
            text = '"not reached"' if median != median else f"{median:.1f}"
            lines.append(f'\n[[outcome.arm]]\nname = "{arm.label}"\nn = {len(arm.time)}\nmedian = {text}')
        for arm in cohort.arms[1:]:
            lines.append(_comparison(cohort, arm.label))
    path.write_text("\n".join(lines) + "\n")


def _comparison(cohort: Cohort, label: str) -> str:
    first = cohort.arms[0]
    arm = next(a for a in cohort.arms if a.label == label)
    pair = (first.time, first.event), (arm.time, arm.event)
    ratio, p = cox_hazard_ratio(*pair), logrank_p(*pair)
    low, high = ratio.limits
    p_text = '"<0.001"' if p < 0.001 else f"{p:.3f}"
    return (
        f'\n[[outcome.comparison]]\narm = "{label}"\nhr = {ratio.value:.2f}\nci = [{low:.2f}, {high:.2f}]\n'
        f'kind = "unadjusted"\nlogrank_p = {p_text}'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="samples to draw (default: all)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write (default: samples)")
    args = parser.parse_args()
    for sample in SAMPLES:
        if not args.names or sample.name in args.names:
            draw_sample(sample, args.out / sample.name)
            print(args.out / sample.name)


if __name__ == "__main__":
    main()
