"""What the package is made of: the wheel's files, and who may import whom."""

from __future__ import annotations

import ast
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import km2ipd
import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("records", "digitize", "reconstruct", "report", "study", "batch", "commands")
ROOT_MODULES = ("__init__.py", "__main__.py", "cli.py", "errors.py", "threads.py")
DATA_FILES = (
    "__init__.pyi",
    "py.typed",
    "batch/index.html.jinja",
    "batch/study.schema.json",
    "report/conditioned.html.jinja",
    "report/estimates.html.jinja",
    "report/km.svg.jinja",
    "report/page.css",
    "report/page.html.jinja",
)
# Who each part may import, besides itself.
MAY_IMPORT = {
    "errors": set(),
    "threads": set(),
    "records": {"errors"},
    "digitize": {"records", "errors"},
    "reconstruct": {"records", "errors"},
    "report": {"records", "errors"},
    "study": {"", "records", "errors", "digitize", "reconstruct", "report"},
    "batch": {"", "records", "errors", "study", "threads"},
    "commands": {"", "records", "errors", "study", "batch"},
    "cli": {"", "errors", "commands", "threads"},
    "__main__": {"cli"},
    "__init__": {"records", "errors", "study"},
}


def sources() -> list[Path]:
    """Every Python file of the package, relative to the root."""
    rooms = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in (*(ROOT / name for name in ROOT_MODULES), *rooms)]


def imported_parts(path: Path) -> set[str]:
    """The parts of km2ipd that a file imports, "" for the package itself (its version)."""
    parts = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            here = ["km2ipd", *path.parent.parts]
            base = here[: len(here) - node.level + 1]
            target = [*base, *(node.module or "").split(".")] if node.module else base
            names = [[*target, alias.name] if len(target) == 1 else target for alias in node.names]
            parts |= {".".join(name[1:2]) for name in names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not any(m.split(".")[0] == "km2ipd" for m in modules), f"{path}: import relatively"
    return parts


@pytest.mark.parametrize("path", sources(), ids=str)
def test_each_part_imports_only_what_lies_before_it_in_the_flow(path: Path) -> None:
    part = path.parts[0].removesuffix(".py")
    imported = {"" if name == "__version__" else name for name in imported_parts(path)}
    assert imported - {part} <= MAY_IMPORT[part]


def test_reconstruct_knows_no_pixels() -> None:
    for path in (p for p in sources() if p.parts[0] == "reconstruct"):
        assert "cv2" not in (ROOT / path).read_text(encoding="utf-8"), path


def test_no_other_python_file_lies_at_the_root() -> None:
    assert sorted(p.name for p in ROOT.glob("*.py")) == sorted(ROOT_MODULES)


@pytest.mark.parametrize("folder", ["tests", "samples", "docs", "benchmarks"])
def test_folders_beside_the_package_are_no_packages(folder: str) -> None:
    assert not list((ROOT / folder).rglob("__init__.py"))


def test_wheel_holds_exactly_the_package(tmp_path: Path) -> None:
    pytest.importorskip("wheel")
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache", "out")
    shutil.copytree(ROOT, source, ignore=ignored)
    command = [sys.executable, "-m", "pip", "wheel", str(source), "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*command, "-w", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("km2ipd-*.whl"))) as wheel:
        names = {n for n in wheel.namelist() if ".dist-info/" not in n}
    assert names == {f"km2ipd/{path.as_posix()}" for path in (*sources(), *map(Path, DATA_FILES))}


# ---------------------------------------------------------------- the guide


def test_every_commands_help_stands_in_the_guide_as_it_is() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "commands.py"))["commands_page"]()
    shipped = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert shipped.split() == page.split(), "run: python docs/commands.py"


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_of_the_guide_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", text):
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}
            assert anchor in slugs, f"{page}: #{anchor}"


def test_the_changelog_and_the_citation_name_this_version() -> None:
    assert f"## {km2ipd.__version__}" in (ROOT / "CHANGELOG.md").read_text()
    assert f"version: {km2ipd.__version__}" in (ROOT / "CITATION.cff").read_text()


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    page = runpy.run_path(str(ROOT / "docs" / "readme.py"))
    shown, printed = page["session_in_readme"](), page["demo_session"](tmp_path)
    ratios = [float(re.search(r"Sorafenib vs Placebo: HR ([\d.]+)", text)[1]) for text in (shown, printed)]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.01), "run: python docs/readme.py"
    assert [w for w in shown.split() if w.isalpha()] == [w for w in printed.split() if w.isalpha()]
