"""What the tests of the data share: many data sets, and statistics on them."""

from typing import Any, NamedTuple

import numpy as np

from tests.judge.answers import Answer
from tests.judge.boundary import Subject
from tests.judge.oracles import least_squares
from tests.judge.statistics import (
    EIGHTHS_OF_THE_NORMAL,
    SIGMAS,
    correlation,
    distance_to,
    normal_distribution,
    uneven_cell,
)
from tests.judge.verdicts import Value
from tests.judged.values import Array

DEFAULTS: dict[str, Any] = {"n": 1000, "w": 3.0, "b": 2.0, "noise": 0.1, "seed": 42}


def must_have_rows(answer: Answer, n: int) -> None:
    """Demand n samples."""
    for name, array in zip("xy", answer.value, strict=True):
        if len(array) != n:
            answer.fail("rows", part=name, count=len(array), n=n)


def must_have_other_noise(answer: Answer, than: Answer) -> None:
    """Demand other ε than another seed gave, on the line y = 3x + 2."""
    for one in (than, answer):
        must_have_rows(one, one.values["n"])
    first, second = (one.y - 3.0 * one.x - 2.0 for one in (than, answer))
    if np.allclose(first, second, rtol=0, atol=1e-12):
        seeds = [f"seed={one.values['seed']}" for one in (than, answer)]
        answer.fail("same noise", this=seeds[0], that=seeds[1])


def must_lie_on_the_line(answer: Answer, right: Array) -> None:
    """Demand these y, up to rounding; say on which other line the points are, if on one."""
    x, y = answer.value
    w, b = answer.values["w"], answer.values["b"]
    if not (np.abs(y - right) <= 1e-12 * (np.abs(w * x) + abs(b))).all():
        answer.fail("off the line", **line_of(x, y))


def line_of(x: Array, y: Array) -> dict[str, Value]:
    """Return slope and intercept of the line that all points are on, if there is one."""
    if len(x) < 3 or not np.isfinite([x, y]).all() or np.ptp(x) == 0:
        return {}
    slope, intercept = (round(value, 9) + 0.0 for value in least_squares(x, y))
    if np.abs(slope * x + intercept - y).max() > 1e-7 * (1 + np.abs(y).max()):
        return {}
    return {"slope": slope, "intercept": intercept}


class DataSets(NamedTuple):
    """x and ε of many data sets, arrays of shape (sets, n), and the calls that gave them."""

    x: Array
    noise: Array
    answer: Answer

    def fail(self, *code: Any, **values: Any) -> None:
        """Raise the verdict that they are not what they should be."""
        self.answer.fail(*code, **values)


def data_sets(subject: Subject, n: int, sets: int, **values: Any) -> DataSets:
    """Return data sets of the first seeds, from 0 on."""
    w, b, noise = (values.get(name, DEFAULTS[name]) for name in ("w", "b", "noise"))

    def make() -> Answer:
        must_have_rows(subject(n=3, **values), 3)  # before large arrays of a wrong shape
        return subject(n=n, times=sets, sweep="seed", **values)

    answer: Answer = subject.keep((n, sets, w, b, noise), make)
    for x, y in answer.value:
        if x.shape != (n, 1) or y.shape != (n, 1):
            must_have_rows(subject(n=n, **values), n)  # a single call, if that shows it
            answer.fail("rows at some calls", x=len(x), y=len(y), n=n)
    xs = np.array([x[:, 0] for x, _ in answer.value])
    ys = np.array([y[:, 0] for _, y in answer.value])
    return DataSets(xs, (ys - w * xs - b) / noise, answer)


def data_set(subject: Subject, n: int, w: float, b: float, noise: float, seed: int) -> DataSets:
    """Return one data set."""
    answer = subject(n=n, w=w, b=b, noise=noise, seed=seed)
    must_have_rows(answer, n)
    x, y = answer.x.T, answer.y.T
    return DataSets(x, (y - w * x - b) / noise, answer)


# -- distributions ----------------------------------------------------------------------------


def must_lie_in_the_unit_interval(answer: Answer, x: Array) -> None:
    """Demand 0 ≤ x < 1."""
    outside = x[~((x >= 0) & (x < 1))]
    if len(outside):
        answer.fail("outside", value=float(outside[0]))


def must_be_uniform(sets: DataSets) -> None:
    """Compare x with the uniform distribution on [0, 1)."""
    must_lie_in_the_unit_interval(sets.answer, sets.x)
    must_be_distributed(sets, "x", sets.x, np.clip(sets.x, 0, 1))


def must_be_normal(sets: DataSets) -> None:
    """Compare ε with the standard normal distribution: its moments, then all of it."""
    must_have_the_moments_of_the_normal(sets)
    few = sets.noise[:300]  # sorting all of them takes long
    must_be_distributed(sets, "noise", few, normal_distribution(few))


def must_be_distributed(sets: DataSets, part: str, values: Array, below: Array) -> None:
    distance, allowed = distance_to(below)
    if not distance <= allowed:
        different = len(np.unique(values))
        if different < values.size / 2:  # what they are distributed like cannot be told then
            sets.fail("repeats", part=part, different=different, draws=values.size)
        shown = {"mean": values.mean(), "least": values.min(), "most": values.max()}
        facts = {name: float(value) for name, value in shown.items()}
        facts |= {"distance": distance, "allowed": allowed, "draws": values.size}
        sets.fail("distribution", part=part, **facts)


# Mean, standard deviation, skewness and kurtosis of n standard normal draws have the standard
# errors (1, 1/√2, √6, √24)/√n. Those of the last two have long tails in a few thousand draws,
# where they may be off by twice as many of them.
MOMENTS = {
    "mean": (0.0, 1.0),
    "standard deviation": (1.0, 0.5**0.5),
    "skewness": (0.0, 6**0.5),
    "kurtosis": (3.0, 24**0.5),
}
FEW_DRAWS = 100_000


def must_have_the_moments_of_the_normal(sets: DataSets) -> None:
    """Demand ε of mean 0 and standard deviation 1, without skew and with normal tails."""
    values = np.ravel(sets.noise)
    mean, deviation = float(values.mean()), float(values.std())
    standard = (values - mean) / (deviation or 1.0)
    found = (mean, deviation, float((standard**3).mean()), float((standard**4).mean()))
    for (name, (right, error)), value in zip(MOMENTS.items(), found, strict=True):
        slack = 2 if values.size < FEW_DRAWS and name in ("skewness", "kurtosis") else 1
        allowed = SIGMAS * slack * error / values.size**0.5
        if not abs(value - right) <= allowed:
            facts = {"found": value, "right": right, "allowed": allowed, "draws": values.size}
            sets.fail("moment", moment=name, **facts)


# -- independence -----------------------------------------------------------------------------


def must_be_uncorrelated(sets: DataSets) -> None:
    """Demand no correlation between samples, nor between x and ε or |ε|.

    Each correlation of N independent pairs has the standard error 1/√N; there are fewer than 200.
    Two generators of one seed make the fine digits of x depend on |ε|, hence the fractional parts.
    """
    x, noise = sets.x, sets.noise
    size = np.abs(noise)
    pairs = [("x", x, "x", x), ("ε", noise, "ε", noise), ("|ε|", size, "|ε|", size)]
    pairs += [("x", x, "ε", noise), ("x", x, "|ε|", size)]
    pairs += [(fraction(k), (k * x) % 1, "|ε|", size) for k in (2, 4, 8, 16)]
    for of, one, with_, two in pairs:
        for i in range(x.shape[1]):
            for j in range(i + 1 if one is two else 0, x.shape[1]):
                found = correlation(one[:, i], two[:, j])
                allowed = SIGMAS / len(x) ** 0.5
                if not abs(found) <= allowed:
                    names = {"of": of, "with_": with_, "i": i + 1, "j": j + 1}
                    sets.fail("correlated", found=found, allowed=allowed, sets=len(x), **names)


def fraction(k: int) -> str:
    """Return the name of what is behind the point in a multiple of x."""
    return f"{k}·x mod 1"


def must_fill_all_ranges_alike(sets: DataSets) -> None:
    """Demand that (x, ε) of a sample and of its neighbour fall into each cell equally often.

    With 8 equally likely ranges for each of two values, any dependence that is more than a few
    per cent shows, also one that no correlation sees.
    """
    ranges = (np.clip(sets.x, 0, 1) * 8).astype(int).clip(0, 7)
    normal = np.searchsorted(EIGHTHS_OF_THE_NORMAL, sets.noise)
    for pair, one, two in (
        ("x and ε", ranges, normal),
        ("x and next x", ranges[:, :-1], ranges[:, 1:]),
        ("ε and next ε", normal[:, :-1], normal[:, 1:]),
        ("x and next ε", ranges[:, :-1], normal[:, 1:]),
        ("ε and next x", normal[:, :-1], ranges[:, 1:]),
    ):
        counts = np.bincount((8 * one + two).ravel(), minlength=64)
        cell = uneven_cell(counts)
        if cell is not None:
            sets.fail("dependent", pair=pair, count=int(counts[cell]), even=float(counts.mean()))


def must_have_no_repeats(sets: DataSets) -> None:
    """Demand different draws in a set: those of float64 are, but for one in 10¹³ pairs."""
    draws = sets.x.shape[1]
    for part, values in (("x", sets.x), ("ε", sets.noise)):
        different = len(np.unique(values[0]))
        if different < 0.99 * draws:
            sets.fail("repeats", part=part, different=different, draws=draws)


def must_have_no_order(sets: DataSets) -> None:
    """Demand draws that depend neither on their number nor on each other, in a large set."""
    x, noise = sets.x, sets.noise
    number = np.broadcast_to(np.arange(float(x.shape[1])), x.shape)
    allowed = SIGMAS / (x.size / 2) ** 0.5
    for part, values in (("x", x), ("ε", noise)):
        found = correlation(values.ravel(), number.ravel())
        if not abs(found) <= allowed:
            sets.fail("depends on number", part=part, found=found, allowed=allowed)
        found = correlation(values[:, ::2].ravel(), values[:, 1::2].ravel())
        if not abs(found) <= allowed:
            sets.fail("depends on neighbour", part=part, found=found, allowed=allowed)
    for of, values in (("x", x), (fraction(8), (8 * x) % 1)):
        for with_, others in (("ε", noise), ("|ε|", np.abs(noise))):
            found = correlation(values.ravel(), others.ravel())
            if not abs(found) <= allowed:
                names = {"of": of, "with_": with_, "i": 0, "j": 0, "sets": len(x)}
                sets.fail("correlated", found=found, allowed=allowed, **names)


def must_not_be_rounded(answer: Answer) -> None:
    """Demand draws with the digits of float64; ε is y, with w = b = 0 and noise = 1."""
    must_have_rows(answer, answer.values["n"])
    for part, values in zip(("x", "ε"), answer.value, strict=True):
        shown: dict[str, Value] = {"part": part, "value": float(values[0, 0])}
        if np.array_equal(values.astype(np.float32), values):
            answer.fail("precision", **shown)
        if np.array_equal(np.round(values, 8), values):
            answer.fail("decimals", **shown)
