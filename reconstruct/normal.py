"""Tails of the normal and chi-square distributions, without the cost of importing scipy.stats (1.9 s) or special."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from ..records import FloatArray

# Below this many standard errors erfc loses digits to underflow and the tail's own series has eight of them.
FAR_BELOW = -20.0


def two_sided_z(level: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for level 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def two_sided_p(z: float) -> float:
    """P(|Z| > |z|)."""
    return math.erfc(abs(z) / math.sqrt(2))


def log_chance_below(z: FloatArray) -> FloatArray:
    """log P(Z < z) of each z, exact to eight digits however far below 0 (A&S 26.2.12 from there on)."""
    near = np.maximum(z, FAR_BELOW)
    out = np.log([0.5 * math.erfc(-v / math.sqrt(2)) for v in near.ravel().tolist()]).reshape(z.shape)
    far = z < FAR_BELOW
    tail = z[far]
    out[far] = -0.5 * tail**2 - np.log(-tail * math.sqrt(2 * math.pi)) + np.log1p(-1 / tail**2 + 3 / tail**4)
    return out


def chance_below(z: FloatArray) -> FloatArray:
    """P(Z < z) of each z to 2e-4, for many at once (Page 1977, Appl Stat 26:75)."""
    return 1 / (1 + np.exp(-np.clip(1.5976 * z + 0.070566 * z**3, -700, 700)))


def chi_square_p(x: float, df: int) -> float:
    """P(X > x) of a chi-square variable with df degrees of freedom (finite sums for whole df, A&S
    26.4.4-5).
    """
    if x <= 0:
        return 1.0
    if df == 1:
        return math.erfc(math.sqrt(x / 2))
    if df % 2 == 0:
        term = total = math.exp(-x / 2)
        for i in range(1, df // 2):
            term *= x / (2 * i)
            total += term
        return total
    term = math.sqrt(2 * x / math.pi) * math.exp(-x / 2)
    total = math.erfc(math.sqrt(x / 2)) + term
    for i in range(3, df, 2):
        term *= x / i
        total += term
    return total
