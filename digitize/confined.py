"""Reading of files that may be hostile, in a child process with limits on its time and memory.

A PDF or SVG can ask for endless work in code that cannot be interrupted from Python, or crash it. The child dies
of it alone, and the user gets one sentence.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable

from ..errors import Km2ipdError, UnreadableFigure
from ..records import Figure

# Of the processor's own time, so that a busy machine refuses nothing: a page of 5,000 strokes takes half a second,
# a scanned thesis of 300 pages 15 s.
SECONDS = 25
# By the clock, for a child that waits instead of working: on a machine shared by ten, SECONDS of work take this long.
CLOCK_SECONDS = 10 * SECONDS
# A plate of 6,000 px with its decoded image takes 300 MB.
MEGABYTES = 900
CHUNK = 1 << 20

Loader = Callable[[], tuple[Figure, ...]]


def confined(load: Loader, name: str) -> tuple[Figure, ...]:
    """What load() returns, run in a child that is ended after SECONDS or MEGABYTES.

    name: of the file, for the error. Raises the error that load raised, or UnreadableFigure when the child had to
    be ended or died. Where processes cannot be forked (Windows) load runs here, without limits.
    """
    if not hasattr(os, "fork"):
        return load()
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forking beside threads; the child calls nothing that needs theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
    if child == 0:
        os.close(reader)
        _work(load, writer)
    os.close(writer)
    answer, in_time = _answer(reader, time.monotonic() + CLOCK_SECONDS)
    os.close(reader)
    worked_too_long = _end(child)
    return _figures(answer, in_time and not worked_too_long, name)


def _work(load: Loader, writer: int) -> None:
    """Run load in the child and send what came of it; never returns."""
    try:
        _limit_memory_and_time()
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 2)
        try:
            result: object = load()
        except Km2ipdError as error:
            result = (type(error), error.seen, error.remedy)
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(result, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _limit_memory_and_time() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, most))
        with open("/proc/self/statm") as handle:
            held = int(handle.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (held + MEGABYTES * 1_000_000,) * 2)


def _answer(reader: int, deadline: float) -> tuple[bytes, bool]:
    """All that the child writes until it closes the pipe, and whether it did so in time."""
    chunks: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return b"", False
        chunk = os.read(reader, CHUNK)
        if not chunk:
            return b"".join(chunks), True
        chunks.append(chunk)


def _end(child: int) -> bool:
    """End the child if it has not ended yet; whether the kernel did because it used up its time."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        finished, status = os.waitpid(child, os.WNOHANG)
        if not finished:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
    return False


def _figures(answer: bytes, in_time: bool, name: str) -> tuple[Figure, ...]:
    if not in_time:
        raise UnreadableFigure(f"{name} was not read within {SECONDS} s", "Save the figure alone and run again.")
    try:
        result = pickle.loads(answer)
    except (EOFError, pickle.UnpicklingError):
        seen = f"{name} is damaged, or needs more than {MEGABYTES} MB to be read"
        raise UnreadableFigure(seen, "Save the figure alone, or as a picture, and run again.") from None
    if result and isinstance(result[0], type):
        kind, seen, remedy = result
        raise kind(seen, remedy)
    for figure in result:
        for array in (figure.pixels, *(a for s in figure.strokes for a in (s.x_px, s.y_px))):
            array.setflags(write=False)
    return result
