"""One spoilt file, one command: what is run and on what."""

from __future__ import annotations

import csv
import gzip
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.generator.kaplan_meier import count_at_risk
from benchmarks.generator.layout import draw_page, rasterise
from samples.gallery import HERE as SAMPLES
from samples.gallery import desmoid_pfs

from .hostile import hostile_files
from .mutators import BYTE_MUTATORS, TEXT_MUTATORS, Mutator
from .pictures import odd_pictures
from .places import PLACES

SMALL_PX = 300  # width of the pictures that are spoilt: large enough to be read, small enough to be quick
WRITING = ("run", "reconstruct", "batch")  # the commands with an output folder
TAKEN_EVERY = 10  # one case in so many finds files of someone else's in its output folder

# what is run; {file} is the spoilt file, {other} stands for a whole file of the originals
COMMANDS = {
    "image": ("run", "{file}"),
    "pdf": ("run", "{file}"),
    "svg": ("run", "{file}"),
    "digitization.json": ("run", "{file}"),
    "curves.csv": ("reconstruct", "{file}", "--risk-table", "{risk.csv}"),
    "risk.csv": ("reconstruct", "{curves.csv}", "--risk-table", "{file}"),
    "marks.csv": ("reconstruct", "{curves.csv}", "--risk-table", "{risk.csv}", "--censor-marks", "{file}"),
    "totals.csv": ("reconstruct", "{curves.csv}", "--risk-table", "{risk.csv}", "--totals", "{file}"),
    "ipd.csv": ("check", "{file}", "--reported", "{reported.toml}"),
    "reported.toml": ("check", "{ipd.csv}", "--reported", "{file}"),
    "study.toml": ("run", "{file}"),
    "points.csv": ("reconstruct", "{file}"),
    "manifest.csv": ("batch", "{file}", "--jobs", "1"),
}
# how many of 5,000 cases each kind gets: pictures cost seconds, tables milliseconds
SHARES = {
    "image": 600, "pdf": 500, "svg": 400, "digitization.json": 800, "curves.csv": 550, "risk.csv": 400,
    "marks.csv": 300, "totals.csv": 250, "ipd.csv": 300, "reported.toml": 400, "study.toml": 100, "points.csv": 300,
    "manifest.csv": 100,
}  # fmt: skip


# Points as other digitizers write them: two data sets side by side, one below the other, decimal commas.
POINTS = {
    "wpd.csv": "Drug,,Placebo,\nX,Y,X,Y\n0,100,0,100\n5.1,90.2,2,90\n9,80,4.4,79.6\n20,70,,\n",
    "engauge.csv": "x,Drug\n0,1\n5,0.9\n9,0.8\n20,0.7\n\nx,Placebo\n0,1\n2,0.9\n4,0.8\n",
    "digitizeit.csv": "x;Drug\n0;1,0\n5,0;0,9\n9,0;0,8\n20,0;0,7\n",
}
# Its figures are refused at a glance: what is spoilt is the manifest, however often a row of it is repeated.
MANIFEST = "name,figure,panel,x_min,x_max,arms,risk_table\none,totals.csv,,,,,\ntwo,marks.csv,1,0,24,A|B,risk.csv\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A spoilt file of a kind, how it came about, the file name that the program sees; taken: its output folder is."""

    kind: str
    mutation: str
    name: str
    data: bytes
    taken: bool = False

    @property
    def command(self) -> tuple[str, ...]:
        return COMMANDS[self.kind]


def make_originals(folder: Path) -> dict[str, list[Path]]:
    """Whole files of every kind, by kind. The pivot comes from a run of the program itself."""
    folder.mkdir(parents=True, exist_ok=True)
    request = desmoid_pfs()
    page, _ = draw_page(request)
    picture = Image.fromarray(rasterise(page))
    picture = picture.resize((SMALL_PX, round(picture.height * SMALL_PX / picture.width)), Image.Resampling.LANCZOS)
    files: dict[str, list[Path]] = {"image": []}
    for suffix in ("png", "jpg", "gif", "tif", "webp", "bmp"):
        files["image"].append(folder / f"figure.{suffix}")
        picture.save(files["image"][-1])
    for suffix in ("pdf", "svg"):
        files[suffix] = [Path(shutil.copy(SAMPLES / "desmoid_pfs" / f"figure.{suffix}", folder))]
    files["pdf"].append(folder / "scan.pdf")
    picture.save(files["pdf"][-1], creationDate=None, modDate=None)
    files["svg"].append(folder / "figure.svgz")
    files["svg"][-1].write_bytes(gzip.compress(files["svg"][0].read_bytes(), mtime=0))
    files["ipd.csv"] = [Path(shutil.copy(SAMPLES / "desmoid_pfs" / "patients.csv", folder / "ipd.csv"))]
    files["reported.toml"] = [Path(shutil.copy(SAMPLES / "desmoid_pfs" / "reported.toml", folder))]
    for name, rows in _tables().items():
        files[name] = [folder / name]
        with files[name][0].open("w", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
    for name, text in POINTS.items():
        (folder / name).write_text(text)
    files["points.csv"] = [folder / name for name in POINTS]
    files.update(_made_by_the_program(folder))
    files["manifest.csv"] = [folder / "manifest.csv"]
    files["manifest.csv"][0].write_text(MANIFEST)
    return files


def _made_by_the_program(folder: Path) -> dict[str, list[Path]]:
    figure = str(folder / "figure.png")
    run = [sys.executable, "-m", "km2ipd"]
    subprocess.run([*run, "run", figure, "--out", str(folder / "out"), "--quiet"], check=True)
    subprocess.run([*run, "init", figure, "--out", str(folder / "study.toml"), "--quiet"], check=True)
    pivot = shutil.copy(folder / "out" / "digitization.json", folder)
    return {"digitization.json": [Path(pivot)], "study.toml": [folder / "study.toml"]}


def _tables() -> dict[str, list[tuple]]:
    """Rows of the tables that `reconstruct` takes, of the founding sample."""
    cohort = desmoid_pfs().cohorts[0]
    tables: dict[str, list[tuple]] = {
        "curves.csv": [("panel", "arm", "time", "survival")],
        "risk.csv": [("panel", "arm", "time", "at_risk")],
        "marks.csv": [("panel", "arm", "time")],
        "totals.csv": [("panel", "arm", "n", "events")],
    }
    for arm in cohort.arms:
        km = arm.km
        tables["curves.csv"] += [(1, arm.label, t, round(s, 6)) for t, s in zip(km.time, km.survival, strict=True)]
        counts = count_at_risk(arm.time, cohort.ticks)
        tables["risk.csv"] += [(1, arm.label, t, n) for t, n in zip(cohort.ticks, counts, strict=True)]
        tables["marks.csv"] += [(1, arm.label, t) for t in arm.time[arm.event == 0]]
        tables["totals.csv"].append((1, arm.label, len(arm.time), int(arm.event.sum())))
    return tables


def spoilt_files(originals: dict[str, list[Path]], count: int, seed: int) -> Iterator[Case]:
    """count mutated files and the hostile ones; each depends on the seed and its own number alone."""
    total = sum(SHARES.values())
    for row, (kind, share) in enumerate(SHARES.items()):
        for index in range(max(1, round(count * share / total))):
            rng = np.random.default_rng([seed, row, index])
            file = originals[kind][index % len(originals[kind])]
            mutator = _choose_mutator(kind, file, rng)
            taken = index % TAKEN_EVERY == TAKEN_EVERY - 1 and COMMANDS[kind][0] in WRITING
            yield Case(kind, mutator.__name__, file.name, mutator(file.read_bytes(), rng), taken)
    for name, data in hostile_files():
        yield Case(_kind_of(name), f"hostile {name}", name, data)
    for name, data in odd_pictures(originals["image"][0]):
        yield Case("image", f"odd {name}", name, data)
    yield from (Case("place", f"place {name}", name, b"") for name in PLACES)


def _choose_mutator(kind: str, file: Path, rng: np.random.Generator) -> Mutator:
    text = kind not in ("image", "pdf") and file.suffix != ".svgz" and rng.random() < 0.75
    choice = TEXT_MUTATORS if text else BYTE_MUTATORS
    return choice[rng.integers(len(choice))]


def _kind_of(name: str) -> str:
    suffix = Path(name).suffix
    by_suffix = {".pdf": "pdf", ".svg": "svg", ".svgz": "svg", ".csv": "curves.csv", ".json": "digitization.json"}
    if suffix == ".toml":
        return "study.toml" if name.startswith(("figure", "parent", "study_")) else "reported.toml"
    return by_suffix.get(suffix, "image")
