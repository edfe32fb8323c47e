"""Log weights of whole numbers of patients: what the priors of the chain's gaps share."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray

# Share of gaps whose censoring is a clump rather than evenly spread, and the least mean of a clump.
CLUMP_SHARE = 0.03
CLUMP_MEAN = 4.0
# Log weight below which a number is not considered, relative to the most probable.
CUT = 13.0


def log_factorial(n: int) -> FloatArray:
    """(n + 1,) log c! for c = 0..n."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])


def cut_off(log_weight: FloatArray) -> FloatArray:
    """Without the far tail; the array may be indexed by c."""
    above = np.flatnonzero(log_weight >= log_weight.max() - CUT)
    return log_weight[: above[-1] + 1]
