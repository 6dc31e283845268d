"""Laws of `make_data`: the line without noise, the seed, and the distributions."""

import math
from typing import Any

import numpy as np

from tests import oracles
from tests.boundary import Answer, Subject, once
from tests.oracles import ROUNDING
from tests.wording import Array, count, show, show_call


def must_lie_on_the_line(subject: Subject, n: int, w: float, b: float, seed: int) -> None:
    """Without noise, y is w·x + b exactly."""
    answer = subject(n=n, w=w, b=b, noise=0.0, seed=seed)
    must_have_n_rows(answer, n)
    x, y = answer.value
    right = w * x + b
    if not (np.abs(y - right) <= ROUNDING * (np.abs(w * x) + abs(b))).all():
        answer.fail(
            f"without noise y is not w·x + b{line_found(x, y)}", f"y = {show(right)} for this x"
        )


def line_found(x: Array, y: Array) -> str:
    """Say on which other line the points are, if they are on one."""
    if len(x) < 3 or not np.isfinite([x, y]).all() or np.ptp(x) == 0:
        return ""
    slope, intercept = oracles.least_squares(x, y)
    if np.abs(slope * x + intercept - y).max() > 1e-9 * (1 + np.abs(y).max()):
        return ""
    return f": the points lie on the line {slope:.6g}·x + {intercept:.6g}"


def must_have_n_rows(answer: Answer, n: int) -> None:
    for name, array in zip(("x", "y"), answer.value, strict=True):
        if len(array) != n:
            answer.fail(
                f"{name} has {count(len(array), 'row')}, not n = {n}",
                f"arrays of shape ({n}, 1)",
            )


@once
def must_follow_the_seed(subject: Subject) -> None:
    """Demand the same arrays for the same seed, whatever else draws, and others for another."""
    seeds = (1, 1, 2)
    first, again, other = (
        subject(n=3, seed=seed, stir=turn, watch=True) for turn, seed in enumerate(seeds)
    )
    for answer in (first, again, other):
        must_have_n_rows(answer, 3)
    for name, one, two, three in zip(
        ("x", "y"), first.value, again.value, other.value, strict=True
    ):
        if not np.array_equal(one, two):
            again.fail(f"the same seed gives another {name} at the second call", first.got)
        if np.array_equal(one, three):
            other.fail(f"seed=1 and seed=2 give the same {name}", f"another {name} than for seed=1")
    seen: dict[float, int] = {}
    for seed in (0, 1, 42, 100, 1042, 2**32 - 1):
        one = subject(n=1, seed=seed)
        must_have_n_rows(one, 1)
        x = float(one.value[0][0, 0])
        if x in seen:
            one.fail(f"seed={seed} gives the same x as seed={seen[x]}", "another x for each seed")
        seen[x] = seed
    noises = [answer.value[1] - 3.0 * answer.value[0] - 2.0 for answer in (first, other)]
    if np.allclose(noises[0], noises[1], rtol=0, atol=1e-12):
        other.fail("seed=1 and seed=2 give the same noise", f"other noise than {show(noises[0])}")


DEFAULTS: dict[str, Any] = {"n": 1000, "w": 3.0, "b": 2.0, "noise": 0.1, "seed": 42}


@once
def must_have_the_defaults(subject: Subject) -> None:
    full = subject(**DEFAULTS)
    must_have_n_rows(full, 1000)
    must_be_in_the_unit_interval(full, full.value[0])
    for name, value in DEFAULTS.items():
        some = subject(**{k: v for k, v in DEFAULTS.items() if k != name})
        same = all(np.array_equal(a, b) for a, b in zip(full.value, some.value, strict=True))
        if not same:
            some.fail(
                f"{name} is not {value} when it is left out",
                f"the same as {show_call('make_data', DEFAULTS)}",
            )


# 2000 data sets of 4 samples each: small ones, so that a dependence between neighbours, or
# between a sample's x and its noise, is not drowned.
SETS, SAMPLES = 2000, 4


def standard_noise(
    subject: Subject, n: int, sets: int, **values: Any
) -> tuple[Array, Array, Answer]:
    """Return x and ε of many small data sets, each array of shape (sets, n)."""
    w, b, noise = (values.get(k, DEFAULTS[k]) for k in ("w", "b", "noise"))
    key = (n, sets, w, b, noise)
    if key not in subject.memory:  # several laws look at the same data sets
        must_have_n_rows(subject(n=3, **values), 3)  # before large arrays of a wrong shape
        subject.memory[key] = subject(n=n, times=sets, sweep="seed", **values)
    answer = subject.memory[key]
    xs, noises = [], []
    for x, y in answer.value:
        if x.shape != (n, 1) or y.shape != (n, 1):
            must_have_n_rows(subject(n=n, **values), n)  # a single call, if that shows it
            rows = f"x has {count(len(x), 'row')} and y {len(y)}"
            answer.fail(f"{rows}, not n = {n}, at some calls", f"arrays of shape ({n}, 1)", rows)
        xs.append(x[:, 0])
        noises.append((y - w * x - b)[:, 0] / noise)
    return np.array(xs), np.array(noises), answer


def must_be_in_the_unit_interval(answer: Answer, x: Array) -> None:
    if not ((x >= 0) & (x < 1)).all():
        outside = float(x[~((x >= 0) & (x < 1))][0])
        answer.fail(
            "x is not uniform on [0, 1)", "values from 0 to 1", f"a value {outside:.6g} of x"
        )


def must_be_distributed(answer: Answer, name: str, values: Array, below: Array, kind: str) -> None:
    """Compare the values with a distribution; `below` is its distribution function at them.

    The largest difference of the distribution functions of n draws is above d with a
    probability of at most 2·exp(−2nd²) (Dvoretzky–Kiefer–Wolfowitz–Massart).
    """
    steps = np.sort(np.ravel(below))
    n = len(steps)
    ranks = np.arange(n)
    distance = float(max((steps - ranks / n).max(), ((ranks + 1) / n - steps).max()))
    allowed = math.sqrt(math.log(2 / oracles.FALSE_ALARM) / (2 * n))
    if not distance <= allowed:
        found = np.ravel(values)
        answer.fail(
            f"{name} is not {kind}",
            f"a distribution function within {allowed:.3f} of the {kind} one",
            f"{distance:.3f} off it; mean {found.mean():.3f}, from {found.min():.3f} "
            f"to {found.max():.3f} in {n} draws",
        )


# Mean, standard deviation, skewness and kurtosis of n standard normal draws have the standard
# errors (1, 1/√2, √6, √24)/√n. Those of the last two have long tails in a few thousand draws,
# where they may be off by twice as many of them.
MOMENTS = {
    "mean": (0.0, 1.0),
    "standard deviation": (1.0, math.sqrt(0.5)),
    "skewness": (0.0, math.sqrt(6)),
    "kurtosis": (3.0, math.sqrt(24)),
}


def must_have_the_moments_of_the_normal(answer: Answer, noise: Array) -> None:
    """Demand ε of mean 0 and standard deviation 1, without skew and with normal tails."""
    values = np.ravel(noise)
    mean, deviation = float(values.mean()), float(values.std())
    standard = (values - mean) / (deviation or 1.0)
    found = {
        "mean": mean,
        "standard deviation": deviation,
        "skewness": float((standard**3).mean()),
        "kurtosis": float((standard**4).mean()),
    }
    few = len(values) < 100_000
    for name, (right, error) in MOMENTS.items():
        slack = 2 if few and name in ("skewness", "kurtosis") else 1
        allowed = oracles.SIGMAS * slack * error / math.sqrt(len(values))
        if not abs(found[name] - right) <= allowed:
            tails = ""
            if name == "kurtosis":
                kind = "lighter tails" if found[name] < right else "heavier tails"
                uniform = ", about those of a uniform one" if abs(found[name] - 1.8) < 0.1 else ""
                tails = f": {kind} than a normal distribution{uniform}"
            answer.fail(
                f"ε = (y − w·x − b)/noise has the {name} {found[name]:.3g}, not {right:g}{tails}",
                f"{right:g}, give or take {allowed:.2g}, in {len(values)} samples",
                f"{found[name]:.6g}",
            )


@once
def must_be_independent(subject: Subject) -> None:
    """Demand no correlation between samples, nor between x and ε or |ε|.

    Each correlation of N independent pairs has the standard
    error 1/√N; there are fewer than 200. Two generators of one seed make the fine digits of x
    depend on |ε|, hence the fractional parts.
    """
    x, noise, answer = standard_noise(subject, SAMPLES, SETS)
    size = np.abs(noise)
    fine = [((k * x) % 1, f"the fractional part of {k}·x", size, "|ε|") for k in (2, 4, 8, 16)]
    allowed = oracles.SIGMAS / math.sqrt(len(x))
    for one, of, two, with_ in (
        (x, "x", x, "x"),
        (noise, "ε", noise, "ε"),
        (size, "|ε|", size, "|ε|"),
        (x, "x", noise, "ε"),
        (x, "x", size, "|ε|"),
        *fine,
    ):
        for i in range(x.shape[1]):
            for j in range(i + 1 if one is two else 0, x.shape[1]):
                found = correlation(one[:, i], two[:, j])
                if not abs(found) <= allowed:
                    what = f"{of} of sample {i + 1} and {with_} of sample {j + 1}"
                    answer.fail(
                        f"{what} depend on each other: over {len(x)} seeds "
                        f"their correlation is {found:.2f}",
                        f"independent draws: a correlation of 0, give or take {allowed:.2f}",
                        f"{found:.6g}",
                    )


def correlation(one: Array, two: Array) -> float:
    """Return the correlation of two columns, 1 if one of them is constant."""
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return 1.0
    return float(np.corrcoef(one, two)[0, 1])


# Many samples in each set, for everything that shows in large numbers only.
LARGE_SETS, LARGE = 900, 250


@once
def must_draw_x_uniformly(subject: Subject) -> None:
    x, _, answer = standard_noise(subject, LARGE, LARGE_SETS)
    must_be_in_the_unit_interval(answer, x)
    must_be_distributed(answer, "x", x, np.clip(x, 0, 1), "uniform on [0, 1)")


@once
def must_draw_normal_noise(subject: Subject, **values: Any) -> None:
    sets = 10 if values else LARGE_SETS
    _, noise, answer = standard_noise(subject, LARGE, sets, **values)
    must_have_the_moments_of_the_normal(answer, noise)
    noise = noise[:300]  # its distribution function takes longest
    below = oracles.normal_distribution(noise)
    must_be_distributed(answer, "the noise", noise, below, "normal")


@once
def must_not_be_rounded(subject: Subject) -> None:
    """Demand draws with the digits of float64: with w = b = 0 and noise = 1, y is ε itself."""
    answer = subject(n=LARGE, w=0.0, b=0.0, noise=1.0, seed=0)
    must_have_n_rows(answer, LARGE)
    for name, values in zip(("x", "ε"), answer.value, strict=True):
        if np.array_equal(values.astype(np.float32), values):
            answer.fail(
                f"{name} has the precision of float32 only: draw in float64",
                "values of float64",
                f"{name} = {float(values[0, 0])!r}, which fits into float32",
            )
        if np.array_equal(np.round(values, 8), values):
            answer.fail(
                f"{name} is rounded to 8 decimals or fewer",
                "all digits that were drawn",
                f"{name} = {float(values[0, 0])!r}",
            )


EIGHTHS_OF_THE_NORMAL = [-1.1503494, -0.6744898, -0.3186394, 0.0, 0.3186394, 0.6744898, 1.1503494]


@once
def must_not_hang_together(subject: Subject) -> None:
    """Demand that (x, ε) of a sample and of its neighbour fall into each cell equally often.

    With 8 equally likely ranges for each of two values, any dependence that is more than a
    few per cent shows, also one that no correlation sees.
    """
    x, noise, answer = standard_noise(subject, LARGE, LARGE_SETS)
    ranges = (np.clip(x, 0, 1) * 8).astype(int).clip(0, 7)
    normal = np.searchsorted(EIGHTHS_OF_THE_NORMAL, noise)
    for one, two, what in (
        (ranges, normal, "x and ε of a sample"),
        (ranges[:, :-1], ranges[:, 1:], "the x of neighbouring samples"),
        (normal[:, :-1], normal[:, 1:], "the ε of neighbouring samples"),
        (ranges[:, :-1], normal[:, 1:], "x of a sample and ε of the next"),
        (normal[:, :-1], ranges[:, 1:], "ε of a sample and x of the next"),
    ):
        counts = np.bincount((8 * one + two).ravel(), minlength=64)
        even = one.size / 64
        if ((counts - even) ** 2).sum() / even > oracles.largest_chi_square(64):
            cell = int(np.abs(counts - even).argmax())
            answer.fail(
                f"{what} depend on each other: they fall into one of 8 × 8 ranges "
                f"{counts[cell]} times, not about {even:.0f}",
                f"about {even:.0f} times in each",
                f"{counts[cell]} times",
            )


@once
def must_not_repeat(subject: Subject) -> None:
    """Demand no order and no repeats in a large set: 250 float64 draws are all different."""
    x, noise, answer = standard_noise(subject, LARGE, LARGE_SETS)
    index = np.broadcast_to(np.arange(float(LARGE)), x.shape)
    allowed = oracles.SIGMAS / math.sqrt(x.size / 2)
    for name, values in (("x", x), ("ε", noise)):
        different = len(np.unique(values[0]))
        if different < 0.99 * LARGE:
            answer.fail(
                f"{name} takes only {different} different values in {LARGE} samples",
                f"{LARGE} independent draws",
                f"{different} different values of {name}",
            )
        for found, what in (
            (correlation(values.ravel(), index.ravel()), f"{name} depends on the sample's number"),
            (
                correlation(values[:, ::2].ravel(), values[:, 1::2].ravel()),
                f"{name} depends on the sample before",
            ),
        ):
            if not abs(found) <= allowed:
                answer.fail(
                    f"{what}: their correlation is {found:.2f}",
                    f"independent draws: a correlation of 0, give or take {allowed:.2f}",
                    f"{found:.6g}",
                )
    for name, values in (("x", x), ("the fractional part of 8·x", (8 * x) % 1)):
        for other, second in (("ε", noise), ("|ε|", np.abs(noise))):
            found = correlation(values.ravel(), second.ravel())
            if not abs(found) <= allowed:
                answer.fail(
                    f"{name} and {other} of a sample depend on each other: "
                    f"their correlation is {found:.2f}",
                    f"independent draws: a correlation of 0, give or take {allowed:.2f}",
                    f"{found:.6g}",
                )


OTHER_LINES = (
    {"w": -2.0, "b": 1.0, "noise": 0.5},
    {"w": 0.5, "b": -4.0, "noise": 5.0},
)


def must_draw_as_it_should(subject: Subject) -> None:
    """Demand the right distributions of x and ε, and their independence."""
    must_draw_x_uniformly(subject)
    must_draw_normal_noise(subject)
    for values in OTHER_LINES:
        must_draw_normal_noise(subject, **values)
    must_be_independent(subject)
    must_not_repeat(subject)
    must_not_be_rounded(subject)
    must_not_hang_together(subject)


def ladder(subject: Subject) -> None:
    for n, w, b in ((3, 3.0, 2.0), (1, 3.0, 2.0), (4, -1.0, 0.5)):
        must_lie_on_the_line(subject, n, w, b, seed=0)
    must_follow_the_seed(subject)
    must_have_the_defaults(subject)
    must_draw_as_it_should(subject)
