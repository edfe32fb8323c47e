"""The accuracy and speed tables in one command.

    python benchmarks/run.py                          draw the figures, run on them, write the tables
    python benchmarks/run.py --figures F --name mine  the same on a folder of figures with their truth.json

Writes benchmarks/results/<name>.md: totals; by kind of figure, degradation and number of arms; speed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a file: the folders beside this one are imported from the checkout
    sys.path.insert(0, str(ROOT))

from benchmarks.generator.__main__ import draw_all  # noqa: E402
from benchmarks.measures import Score, score_figure  # noqa: E402
from benchmarks.speed import measure_speed  # noqa: E402
from benchmarks.tables import accuracy_tables, figure_table  # noqa: E402


def find_figures(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Folders that hold a figure of one of the suffixes ("" for all) and its truth or meta file."""
    found = sorted(p.parent for pattern in ("**/truth.json", "**/meta.json") for p in folder.glob(pattern))
    return [d for d in found if not suffixes or any(d.glob(f"figure.{s}") for s in suffixes)]


def score_all(folders: list[Path], jobs: int) -> list[Score]:
    """Scores in the order of folders; progress on stderr."""
    scores = []
    with ThreadPoolExecutor(jobs) as pool:
        for score in pool.map(score_figure, folders):
            scores.append(score)
            worst = max(score.iae, default=float("nan"))
            print(
                f"{score.figure:12s} {score.kind[:42]:42s} {score.outcome:8s} IAE {worst:.4f}",
                f"{score.seconds:5.1f} s {score.why[:60]}",
                file=sys.stderr,
                flush=True,
            )
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, help="a folder of figure folders (default: draw our own)")
    parser.add_argument("--name", default="generated", help="of the table (default: %(default)s)")
    parser.add_argument("--suffix", default="", help="kinds of file by commas: png,jpg (default: all)")
    parser.add_argument("--repeats", type=int, default=1, help="figures drawn of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="figures at a time (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results", help="folder of the tables")
    args = parser.parse_args()
    suffixes = tuple(s for s in args.suffix.split(",") if s)
    with tempfile.TemporaryDirectory() as drawn:
        if args.figures is None:
            draw_all(Path(drawn), args.repeats, args.seed, ())
        folders = find_figures(args.figures or Path(drawn), suffixes)
        if not folders:
            raise SystemExit(f"{args.figures}: no folder below holds a figure with truth.json or meta.json.")
        scores = score_all(folders, args.jobs)
    parts = (
        f"# {args.name}\n",
        accuracy_tables(scores),
        measure_speed(scores, args.jobs),
        figure_table(scores),
    )
    text = "\n".join(parts)
    args.results.mkdir(parents=True, exist_ok=True)
    (args.results / f"{args.name}.md").write_text(text)
    print(text.split("\n## By figure")[0])


if __name__ == "__main__":
    main()
