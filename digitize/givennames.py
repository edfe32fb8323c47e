"""Names of arms: given by hand, read, or "Arm 1"; each arm has one of its own."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ..records import Caution

# Names that share this much of their letters are one name, once misread: "lacebo" and "Placebo" share 0.92.
SAME_NAME = 0.8


def own_names(read: Sequence[str], given: tuple[str, ...] | int | None) -> tuple[str, ...]:
    """A name for every arm.

    read: the names read, "" where none was, in the order of the arms. given: names by hand in the same order.
    """
    by_hand = given if isinstance(given, tuple) else ()
    names: list[str] = []
    for place, name in enumerate(read):
        name = (by_hand[place] if place < len(by_hand) else name) or f"Arm {place + 1}"
        while name in names:
            name += "'"
        names.append(name)
    return tuple(names)


def given_name_doubts(read: Sequence[str], given: tuple[str, ...] | int | None) -> tuple[Caution, ...]:
    """A doubt where a name given for one arm is the one read for another, and where arms and names do not match.

    Where none is given, a doubt about names read for two arms: a figure tells its arms apart.
    """
    if not isinstance(given, tuple):
        twice = sorted({name for name in read if name and list(read).count(name) > 1})
        return tuple(Caution("name-twice", f"{name} was read for more than one arm", name, "review") for name in twice)
    doubts = []
    if len(given) != len(read):
        message = f"{len(given)} name(s) given by hand, {len(read)} arm(s) read"
        doubts.append(Caution("names-by-hand", message, "arms", "review"))
    for own, name in zip(read, given, strict=False):
        other = max((r for r in read if r != own), key=lambda r: _alike(r, name), default="")
        if _alike(other, name) > max(SAME_NAME, _alike(own, name)):
            seen = f'"{own}"' if own else "without a name"
            message = f'the arm read as {seen} was named "{name}" by hand, but that is the name read for another arm'
            doubts.append(Caution("names-by-hand", message, name, "review"))
    return tuple(doubts)


def _alike(one: str, other: str) -> float:
    """Share of the letters that two names have in common, 0 to 1."""
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
