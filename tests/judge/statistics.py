"""Statistics with fixed seeds: how far right code may be off, and how rarely it is.

The chance that right code fails one check is below `FALSE_ALARM`. A whole run makes about 20 of
them, 300 with the bound `SIGMAS`, and 10 for results that are equal by chance less than once in
10⁹ runs: together they stay below one in ten million.
"""

import functools
import math

import numpy as np

from tests.judged.values import Array

FALSE_ALARM = 1e-9

# A standard normal variable is further out with a probability of 2.6e-12 (two-sided): 300 such
# checks stay below FALSE_ALARM together.
SIGMAS = 7.0

EIGHTHS_OF_THE_NORMAL = [-1.1503494, -0.6744898, -0.3186394, 0.0, 0.3186394, 0.6744898, 1.1503494]


def largest_chi_square(cells: int) -> float:
    """Return what Pearson's statistic of equally likely cells may be.

    The bound of Laurent and Massart for a chi-square variable with `cells` − 1 degrees of
    freedom, which the statistic follows closely when each cell is expected 20 times or more.
    """
    log, degrees = math.log(1 / FALSE_ALARM), cells - 1
    return degrees + 2 * math.sqrt(degrees * log) + 2 * log


def uneven_cell(counts: Array, scale: float = 1.0) -> int | None:
    """Return the cell that is furthest off, if equally likely cells are not (chi-square test).

    Parameters
    ----------
    counts : ndarray of int
        How often each cell came.
    scale : float
        By what the statistic is multiplied, where the cells depend on each other.
    """
    even = counts.mean()
    if ((counts - even) ** 2).sum() / even * scale <= largest_chi_square(counts.size):
        return None
    return int(np.abs(counts - even).argmax())


def distance_to(below: Array) -> tuple[float, float]:
    """Return how far draws are from a distribution, and how far they may be.

    Parameters
    ----------
    below : ndarray
        The distribution function at the draws.

    Returns
    -------
    tuple of two floats
        The largest difference of the distribution functions, and what it may be: of n draws it is
        above d with a probability of at most 2·exp(−2nd²) (Dvoretzky–Kiefer–Wolfowitz–Massart).
    """
    steps = np.sort(np.ravel(below))
    n = len(steps)
    ranks = np.arange(n)
    distance = max((steps - ranks / n).max(), ((ranks + 1) / n - steps).max())
    return float(distance), math.sqrt(math.log(2 / FALSE_ALARM) / (2 * n))


def standard_error(variance: float, count: int) -> float:
    """Return how far the mean of uncorrelated values may be off: `SIGMAS` standard errors."""
    return SIGMAS * math.sqrt(variance / count)


def normal_distribution(values: Array) -> Array:
    """Return the distribution function of the standard normal, to within 3e-6."""
    found: Array = np.interp(values, *normal_table())  # its second derivative is below 0.25
    return found


@functools.cache
def normal_table() -> tuple[Array, Array]:
    grid = np.linspace(-9, 9, 2001)
    return grid, np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in grid.tolist()])


def correlation(one: Array, two: Array) -> float:
    """Return the correlation of two columns, 1 if one of them is constant."""
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return 1.0
    return float(np.corrcoef(one, two)[0, 1])
