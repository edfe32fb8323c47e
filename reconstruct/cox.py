"""Cox regression of two arms with Efron's ties: score, information and the maximum of the partial likelihood.

x = 1 in the second arm, 0 in the first. With w = exp(beta), at a time with d deaths the j-th of them (j =
0..d-1) meets the risk set S0 = n0 + n1 w less j/d of the deaths' own weight D0 = d0 + d1 w (Efron 1977), so
that the mean of x there is m = (n1 w - (j/d) d1 w) / (S0 - (j/d) D0). Score: sum x - m; information: sum m (1
- m), x being 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, Patients, read_only
from .events import EventTable, tabulate

# Newton steps: from 0 with steps of at most 1, the maximum of a concave function within |beta| < 15 is met
# long before.
MAX_STEPS = 60
MAX_STEP = 1.0
CONVERGED = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class PartialLikelihood:
    """The deaths of two arms one by one: (m,) weights of each risk set and the sum of x over the deaths."""

    time: FloatArray
    n0: FloatArray
    n1: FloatArray
    deaths_in_second: float

    def mean(self, beta: float) -> FloatArray:
        """(m,) mean of x in each death's risk set."""
        weighted = self.n1 * np.exp(beta)
        return weighted / (self.n0 + weighted)

    def score(self, beta: float) -> float:
        """First derivative of the log partial likelihood."""
        return self.deaths_in_second - float(self.mean(beta).sum())

    def information(self, beta: float) -> float:
        """Minus the second derivative."""
        m = self.mean(beta)
        return float((m * (1 - m)).sum())

    def value(self, beta: float) -> float:
        """Log partial likelihood, less its value at beta = 0."""
        return beta * self.deaths_in_second - float(
            np.log((self.n0 + self.n1 * np.exp(beta)) / (self.n0 + self.n1)).sum()
        )

    @property
    def direction(self) -> int:
        """0 where the maximum is finite; +1 or -1 where beta runs off that way; 2 where no death is
        informative.
        """
        both = (self.n0 > 0) & (self.n1 > 0)
        if not both.any():
            return 2
        informative_in_second = self.deaths_in_second - float(np.count_nonzero(self.n0 <= 0))
        if informative_in_second <= 1e-9:
            return -1
        return 1 if informative_in_second >= np.count_nonzero(both) - 1e-9 else 0


def partial_likelihood(table: EventTable) -> PartialLikelihood:
    """The partial likelihood of a table of two arms."""
    table = table.at_deaths()
    d = table.deaths.sum(0).astype(int)
    row = np.repeat(np.arange(len(d)), d)
    before = np.arange(len(row)) - np.repeat(np.cumsum(d) - d, d)
    spent = before / d[row] if len(row) else before
    weights = table.at_risk[:, row] - spent * table.deaths[:, row]
    return PartialLikelihood(
        table.time[row], read_only(weights[0]), read_only(weights[1]), float(table.deaths[1].sum())
    )


def cox_fit(first: Patients, second: Patients) -> tuple[float, float] | None:
    """(log hazard ratio of second against first, its standard error); None where no finite answer exists."""
    return maximum(partial_likelihood(tabulate([first, second])))


def maximum(likelihood: PartialLikelihood) -> tuple[float, float] | None:
    """The maximum of the partial likelihood with the Wald standard error."""
    if likelihood.direction != 0:
        return None
    beta = 0.0
    for _ in range(MAX_STEPS):
        m = likelihood.mean(beta)  # score and information of one mean: each would take its own
        step = (likelihood.deaths_in_second - float(m.sum())) / max(float((m * (1 - m)).sum()), 1e-12)
        beta += min(max(step, -MAX_STEP), MAX_STEP)
        if abs(step) < CONVERGED:
            break
    return beta, float(1 / np.sqrt(likelihood.information(beta)))
