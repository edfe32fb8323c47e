"""The log-rank test of two or more arms (R's survdiff)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import Patients
from .events import EventTable, tabulate
from .normal import chi_square_p


def logrank_test(arms: Sequence[Patients]) -> tuple[float, float] | None:
    """(chi-square, p) on k - 1 degrees of freedom; None where no death tells the arms apart."""
    return logrank_of_table(tabulate(arms))


def logrank_of_table(table: EventTable) -> tuple[float, float] | None:
    """Observed minus expected deaths against their hypergeometric variance, summed over the death times."""
    table = table.at_deaths()
    n, d = table.at_risk.sum(0), table.deaths.sum(0)
    share = table.at_risk / n
    excess = (table.deaths - d * share).sum(1)
    spread = d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag((spread * share).sum(1)) - (spread * share) @ share.T
    informative = np.flatnonzero(np.diag(variance) > 0)[:-1]
    if not len(informative):
        return None
    u, v = excess[informative], variance[np.ix_(informative, informative)]
    chi_square = float(u @ np.linalg.solve(v, u))
    return chi_square, chi_square_p(chi_square, len(informative))
