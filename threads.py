"""How many threads the libraries beneath work with: one, as figures side by side share the cores better than they."""

from __future__ import annotations

import os

# Read by numpy's, OpenCV's and onnxruntime's own thread pools when they are loaded. Pools that share out the small
# pieces of one figure wait more than they work: a tenth of the processor's time, and no figure was done sooner.
SINGLE_THREADED = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    )
}


def keep_to_one_thread() -> None:
    """Ask for one thread, before the libraries are loaded; what the user's environment says goes first."""
    for name, one in SINGLE_THREADED.items():
        os.environ.setdefault(name, one)
