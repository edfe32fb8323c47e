"""The page of warnings has every code that the program can give, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKERS = {"Caution", "_review", "_note", "weigh"}


def codes_of(path: Path) -> set[str]:
    """The words that stand as the first argument of what makes a caution, or in a constant handed to it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    first = [
        call.args[0]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MAKERS and call.args
    ]
    words = {word.value for arg in first for word in ast.walk(arg) if isinstance(word, ast.Constant)}
    names = {name.id for arg in first for name in ast.walk(arg) if isinstance(name, ast.Name) and name.id.isupper()}
    return words | {f"={name}" for name in names}


def constant(name: str) -> str:
    """The value that a constant of some module has."""
    pattern = re.compile(rf'^{name} = "([a-z-]+)"$', re.MULTILINE)
    found = {
        m[1]
        for room in ("digitize", "reconstruct")
        for p in (ROOT / room).glob("*.py")
        for m in pattern.finditer(p.read_text())
    }
    (value,) = found
    return value


def test_the_page_of_warnings_is_complete() -> None:
    rooms = ("digitize", "reconstruct", "report", "study", "batch", "records", "commands")
    given = {code for room in rooms for path in (ROOT / room).glob("**/*.py") for code in codes_of(path)}
    given = {constant(code[1:]) if code.startswith("=") else code for code in given}
    page = (ROOT / "docs" / "warnings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == given
