"""How many patients a curve holds, where no table and no caption says it: read off the size of its own drops.

At each step S falls by the factor 1 - d/n with d and n whole, so a drop that is measured to a fraction of one patient
tells n, and all drops together tell N: under a wrong N they fit no whole deaths. For every N of a grid the pair
(n at risk, S) is followed along the curve by a Kalman filter per hypothesis on d; what is not known beside it (how
many deaths share a drop, how fast patients are censored, how far levels are off) is summed over. Against all these
stands the hypothesis that N is too large for one patient to be seen, under which drops are of any size; where it
explains the curve as well, the figure does not tell N.

Rao-Blackwellised filtering as in Doucet et al. 2000 (Proc. 16th UAI, 176-183), with a bounded number of hypotheses
kept in place of sampled ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray, SurvivalCurve
from .normal import log_chance_below

SMALLEST, LARGEST = 4, 20_000
# One patient must be a drop of this many standard errors at the start for N to be looked for.
RESOLVED = 8.0
# And of this many for N to be relied on: levels on whole pixels fit whole deaths of three pixels each by themselves.
RELIED_ON = 12.0
# N is tried one by one up to a hundred, then in steps of one in a hundred: the filter bridges them.
STEP = 0.01
# Mean deaths beyond the first at a drop, and what each is believed before the curve is seen.
EXTRA_DEATHS = ((0.02, 0.35), (0.15, 0.3), (0.7, 0.2), (3.0, 0.1), (15.0, 0.05))
# Patients censored over the whole curve per patient at risk, each believed alike.
CENSORED = (0.02, 0.5, 1.5)
# Patients censored for each mark read, and what each is believed before the curve is seen: marks hide one another and
# the smallest are not found. The rest is believed of marks that tell nothing.
PER_MARK = ((1.0, 0.45), (1.15, 0.25), (1.5, 0.1), (2.2, 0.1))
# Errors of levels as shares of those stated: tracing states what nine levels in ten keep, most are ten times better.
ERROR_SHARES = (0.7, 1.5, 4.0)
# Errors above 0 within which a level is 0: nobody is left.
NOTHING_LEFT = 2.0
# Share of levels that are off by much, and by how many errors.
OFF, OFF_BY = 0.06, 8.0
# Share of drops that are none: 188 of the 3,063 sure ones of known figures in pixels.
NO_DROP = 0.06
# Chance that many are censored between two drops at once (a visit, a data cut), and which share of those left.
CLUMP, CLUMP_SHARE = 0.02, 0.15
# Log weight below the best at which a hypothesis is dropped, and hypotheses kept for one N and one set of the rest.
NEGLIGIBLE, KEPT = 10.0, 3
# Log weight by which whole deaths must explain the curve better than drops of any size, in all and per drop, and the
# drops that takes. Of 246 arms of known figures, their tables hidden, 87 are told so, all to
# within 10%.
TOLD, TOLD_EACH = 8.0, 0.4
LEAST_DROPS = 6
# Drops that it takes for a guess.
DROPS_FOR_A_GUESS = 2
# Drops that tell as much as one whose error is its own: with 2.5 the 90% interval holds N in nine cases of ten.
WITNESSES = 2.5
# Share of N by which the scale of a plot, read to a fraction of a pixel, moves all drops together.
LEAST_DOUBT = 0.03
# Widest 90% interval, as a ratio, that still tells N.
WIDEST = 1.35
# Times the least error of a curve's levels up to which one is known well, and the share of levels that must be.
WELL_KNOWN, LEAST_SURE = 3.0, 0.25
# S below which one mark, which may be none, does not call for more patients: it would stand for a fifth of a cohort.
LEAST_SURVIVAL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class CohortSize:
    """What a curve's drops say of N. n: the most probable. low, high: 90% interval. told: whether to rely on it."""

    n: int
    low: int
    high: int
    told: bool


@dataclass(slots=True, eq=False)
class _Hypotheses:
    """cell: (k,) which N and which set of the rest; n, s: means; nn, ns, ss: covariance; weight: log weights."""

    cell: IntArray
    n: FloatArray
    s: FloatArray
    nn: FloatArray
    ns: FloatArray
    ss: FloatArray
    weight: FloatArray

    def picked(self, which: np.ndarray) -> _Hypotheses:
        return _Hypotheses(*(getattr(self, name)[which] for name in _Hypotheses.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Drops:
    """(k,) each: S after the drop, its stated error, share of the curve's length and marks since the drop before."""

    level: FloatArray
    error: FloatArray
    gap: FloatArray
    marks: FloatArray


def infer_cohort(curve: SurvivalCurve, marks: FloatArray | None = None) -> CohortSize | None:
    """The number of patients that explains a curve's drops best; None where there are too few drops to ask.

    curve: from S = 1 on; it is not asked where it states no errors of its levels. marks: (m,) times of censoring
    marks, None where the figure draws none.
    """
    drops = _drops_of(curve, marks)
    if len(drops.level) < DROPS_FOR_A_GUESS or not np.all(drops.error > 0):
        return None
    size = _grid(min(1 / (RESOLVED * float(drops.error.min())), LARGEST))
    if len(size) < 2:
        return None
    weight = _weigh_sizes(size, drops, marks is not None)
    if not np.isfinite(weight).any():
        return None
    # Levels are off together (a stroke snapped, a scale bent), so that drops tell less than as many witnesses.
    tempered = weight / WITNESSES
    share = np.cumsum(np.exp(tempered - np.logaddexp.reduce(tempered)))
    low, high = (int(size[min(int(np.searchsorted(share, q)), len(size) - 1)]) for q in (0.05, 0.95))
    best = int(size[np.argmax(weight)])
    low, high = min(low, round(best * (1 - LEAST_DOUBT))), max(high, round(best * (1 + LEAST_DOUBT)))
    explained = float(np.logaddexp.reduce(weight)) - _any_size(drops)
    enough = len(drops.level) >= LEAST_DROPS
    resolved = enough and high < size[-1] and best * RELIED_ON * float(drops.error.min()) <= 1
    told = resolved and explained > max(TOLD, TOLD_EACH * len(drops.level)) and high <= WIDEST * low
    told = told and needed_by_marks(curve, marks) <= WIDEST * best
    return CohortSize(best, low, high, bool(told))


def needed_by_marks(curve: SurvivalCurve, marks: FloatArray | None) -> int:
    """The fewest patients among whom somebody is left for every mark; 0 without marks.

    Everybody dies, is censored or is left: N(t) = S(t) (N - sum of 1 / S(m) over the marks m before t), for each who
    is censored at m stands for 1 / S(m) of those who started. Marks hide one another, so there may be more.
    """
    if marks is None or not len(marks):
        return 0
    before = np.searchsorted(curve.time, marks, side="left") - 1
    return int(np.sum(1 / np.maximum(curve.survival[np.maximum(before, 0)], LEAST_SURVIVAL)))


def _drops_of(curve: SurvivalCurve, marks: FloatArray | None) -> _Drops:
    at = _sure_levels(curve)
    edges = np.r_[curve.time[0], curve.time[at]]
    seen = np.zeros(0) if marks is None else marks
    level, own = curve.survival[at], curve.survival_error[at]
    error = np.maximum(own, np.r_[curve.survival_error[0], own[:-1]])
    return _Drops(
        np.where(level <= NOTHING_LEFT * error, 0.0, level),
        error,
        np.diff(edges) / max(float(curve.time[-1] - curve.time[0]), 1e-12),
        np.diff(np.searchsorted(np.sort(seen), edges)).astype(float),
    )


def _sure_levels(curve: SurvivalCurve) -> IntArray:
    """Rows of a curve at which it falls to a level known as well as its best.

    The others are corners of risers, dashes of them, levels under other ink: a drop past one of them is two drops in
    one, which tells less but nothing wrong. All are taken where too few are known well.
    """
    at = np.flatnonzero(np.diff(curve.survival) < 0) + 1
    error = curve.survival_error[at]
    sure = error <= WELL_KNOWN * error.min(initial=np.inf)
    return at[sure] if sure.sum() >= max(LEAST_DROPS, LEAST_SURE * len(at)) else at


def _grid(largest: float) -> IntArray:
    size = [SMALLEST]
    while size[-1] < largest:
        size.append(max(size[-1] + 1, int(size[-1] * (1 + STEP))))
    return np.array(size)


def _any_size(drops: _Drops) -> float:
    """Log weight of the curve where its drops are of any size: exponential about their mean."""
    falls = -np.diff(np.r_[1.0, drops.level])
    return float(-len(falls) * (1 + np.log(falls.mean())))


def _weigh_sizes(size: IntArray, drops: _Drops, marked: bool) -> FloatArray:
    """(sizes,) log weight of each N, the rest summed over."""
    extra, extra_weight = (np.array(v) for v in zip(*EXTRA_DEATHS, strict=True))
    # Each row one way of censoring: patients per mark, hazard over the curve's length, and what it is believed.
    counted = [(per_mark, 0.0, belief) for per_mark, belief in PER_MARK] if marked else []
    rest = (1 - sum(belief for _, _, belief in counted)) / len(CENSORED)
    ways = np.array([(0.0, hazard, rest) for hazard in CENSORED] + counted)
    shape = (len(size), len(extra), len(ways), len(ERROR_SHARES))
    spacing = np.gradient(size.astype(float))
    prior = np.log(spacing / size)[:, None, None, None] + np.log(extra_weight)[None, :, None, None]
    cells = np.arange(np.prod(shape))
    n_cell, extra_cell, way_cell, share_cell = np.unravel_index(cells, shape)
    none = np.zeros(len(cells))
    bridged = np.maximum(spacing**2 - 1, 0)[n_cell] / 12
    prior = prior + np.log(ways[:, 2])[None, None, :, None]
    prior = np.broadcast_to(prior, shape).ravel() - np.log(len(ERROR_SHARES))
    now = _Hypotheses(cells, size[n_cell].astype(float), none + 1, bridged, none, none, prior)
    error_share = np.array(ERROR_SHARES)[share_cell]
    for level, error, gap, marks in zip(drops.level, drops.error, drops.gap, drops.marks, strict=True):
        now = _after_gap(now, ways[way_cell[now.cell]], gap, marks)
        mean_extra = extra[extra_cell[now.cell]] * now.n / size[n_cell[now.cell]]
        now = _strongest(_after_drop(now, level, error * error_share[now.cell], mean_extra))
    left_over = _log_chance_left(now, float(drops.level[-1]))
    weight = np.full(len(size), -np.inf)
    np.logaddexp.at(weight, n_cell[now.cell], now.weight + left_over)
    return weight


def _after_gap(now: _Hypotheses, ways: FloatArray, gap: float, marks: float) -> _Hypotheses:
    """Those censored since the drop before taken from n: as the marks or the hazard say, or a clump of them.

    How many is known the worse the fewer marks say it.
    """
    per_mark, hazard, _ = ways.T
    counted, spread = per_mark * marks, hazard * now.n * gap
    uncounted = np.where(per_mark > 0, 0.01, spread + 0.5 * spread**2 + 0.02 * now.n * gap)
    usual = _censored(now, counted + spread, uncounted + np.maximum(per_mark - 1, 0) * marks + 0.1 * counted)
    clump = CLUMP_SHARE * now.n
    clumped = _censored(now, counted + clump, clump**2)
    usual.weight = usual.weight + np.log1p(-CLUMP)
    clumped.weight = clumped.weight + np.log(CLUMP)
    both = _Hypotheses(
        *(np.concatenate([getattr(usual, name), getattr(clumped, name)]) for name in _Hypotheses.__slots__)
    )
    return both.picked(both.weight > both.weight.max(initial=-np.inf) - NEGLIGIBLE)


def _censored(now: _Hypotheses, number: FloatArray, var: FloatArray) -> _Hypotheses:
    """The hypotheses with a number of patients, known to a variance, taken from n."""
    left = now.n - np.minimum(number, np.maximum(now.n - 1, 0))
    return _Hypotheses(now.cell, left, now.s, now.nn + var, now.ns, now.ss, now.weight)


def _after_drop(now: _Hypotheses, level: float, error: FloatArray, mean_extra: FloatArray) -> _Hypotheses:
    """Every hypothesis with each number of deaths that comes near the level, the level taken in."""
    row, died, log_prior = _deaths_tried(now, level, mean_extra)
    n = np.maximum(now.n[row], np.maximum(died, 1))
    stays, slope = 1 - died / n, now.s[row] * died / n**2
    nn, ns, ss, error = now.nn[row], now.ns[row], now.ss[row], error[row]
    s_var = stays**2 * ss + 2 * stays * slope * ns + slope**2 * nn
    miss = level - now.s[row] * stays
    near_var, far_var = s_var + error**2, s_var + (OFF_BY * error) ** 2
    near, far = _log_normal(miss, near_var) + np.log1p(-OFF), _log_normal(miss, far_var) + np.log(OFF)
    var = np.where(far > near, far_var, near_var)
    sn = stays * ns + slope * nn
    gain_n, gain_s = sn / var, s_var / var
    after = _Hypotheses(
        now.cell[row],
        n - died + gain_n * miss,
        np.clip(now.s[row] * stays + gain_s * miss, 1e-9, 1.0),
        np.maximum(nn - gain_n * sn, 1e-6),
        sn * (1 - gain_s),
        s_var * (1 - gain_s),
        now.weight[row] + log_prior + np.logaddexp(near, far),
    )
    least_left = 0.3 if level > 0 else -np.inf
    return after.picked((after.n > least_left) & (after.weight > after.weight.max(initial=-np.inf) - NEGLIGIBLE))


def _deaths_tried(now: _Hypotheses, level: float, mean_extra: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Rows, deaths and their log weight: the whole numbers about the one that meets the level, and no death at all."""
    wanted = np.floor(now.n * (1 - level / now.s))
    died = np.stack([wanted - 1, wanted, wanted + 1, wanted + 2, np.zeros(len(wanted))])
    possible = (died >= 1) & (died <= np.maximum(np.round(now.n), 1))
    possible[-1] = level > 0
    row = np.nonzero(possible)[1]
    died = died[possible]
    more = np.log(mean_extra / (1 + mean_extra))[row]
    geometric = np.log1p(-NO_DROP) - np.log1p(mean_extra)[row] + (died - 1) * more
    return row, died, np.where(died == 0, np.log(NO_DROP), geometric)


def _log_normal(miss: FloatArray, var: FloatArray) -> FloatArray:
    return -0.5 * miss**2 / var - 0.5 * np.log(2 * np.pi * var)


def _strongest(found: _Hypotheses) -> _Hypotheses:
    """At most KEPT hypotheses of one cell, the strongest."""
    order = np.lexsort((-found.weight, found.cell))
    cell = found.cell[order]
    first = np.r_[True, cell[1:] != cell[:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(cell)), 0))
    return found.picked(order[np.arange(len(cell)) - start < KEPT])


def _log_chance_left(now: _Hypotheses, level: float) -> FloatArray:
    """Log weight of the number left at the end: nobody where S is 0, somebody elsewhere."""
    spread = np.sqrt(now.nn + 0.1)
    return -0.5 * (now.n / spread) ** 2 if level <= 0 else log_chance_below((now.n - 0.5) / spread)
