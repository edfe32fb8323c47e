"""Renews README's session and picture: python docs/readme.py (in an environment with km2ipd).

The session is what `make demo` prints; the picture is the overlay that it writes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ("run", "samples/desmoid_pfs/figure.png", "--out", "out/desmoid_pfs", "--force")


def demo_session(folder: Path) -> str:
    """The demo's command with what it prints, its files written below folder."""
    out = folder / "out" / "desmoid_pfs"
    words = [w if w != "out/desmoid_pfs" else str(out) for w in DEMO]
    command = [sys.executable, "-m", "km2ipd", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    shown = (done.stderr + done.stdout).replace(str(out), "out/desmoid_pfs")
    return f"$ km2ipd {' '.join(DEMO)}\n{shown}"


def session_in_readme() -> str:
    """The session that the README shows."""
    found = re.search(r"```text\n(\$ km2ipd run samples.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return found[1] if found else ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        session = demo_session(Path(name))
        overlay = (Path(name) / "out" / "desmoid_pfs" / "overlay.png").read_bytes()
    readme = ROOT / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace(session_in_readme(), session), encoding="utf-8")
    (ROOT / "docs" / "overlay.png").write_bytes(overlay)
