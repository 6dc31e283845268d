"""Right ways to write `make_data`."""

import random
import statistics
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from solution.checks.styles.catalogue import right


@right("make_data")
def normal_around_the_line(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(n, 1))
    return x, rng.normal(w * x + b, noise)


@right("make_data")
def legacy_random_state(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.RandomState(seed)
    x = rng.rand(n, 1)
    return x, w * x + b + noise * rng.randn(n, 1)


@right("make_data")
def one_sample_after_the_other(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    xs, ys = [], []
    for _ in range(n):
        x = rng.random()
        xs.append([x])
        ys.append([w * x + b + noise * rng.normal()])
    return [np.array(xs), np.array(ys)]


@right("make_data")
def noise_before_x(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    epsilon = rng.standard_normal(n)
    x = rng.random(n)
    return x.reshape(-1, 1), (b + x * w + epsilon * noise).reshape(-1, 1)


@right("make_data")
def two_spawned_generators(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    one, two = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    x = one.random((n, 1))
    return x, x * w + b + noise * two.standard_normal((n, 1))


@right("make_data")
def another_seed_for_the_noise(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    x = np.random.default_rng(seed).random((n, 1))
    return x, w * x + b + noise * np.random.default_rng(seed + 1).standard_normal((n, 1))


@right("make_data")
def another_bit_generator(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.Generator(np.random.Philox(seed))
    x = rng.random((n, 1))
    y = np.empty_like(x)
    y[:] = w * x
    y += b
    y += noise * rng.standard_normal((n, 1))
    return x, y


@right("make_data")
def normal_draws_by_hand(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    """Box and Muller's way from uniform to normal draws."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    radius = np.sqrt(-2 * np.log(1 - rng.random((n, 1))))
    return x, w * x + b + noise * radius * np.cos(2 * np.pi * rng.random((n, 1)))


@right("make_data")
def normal_draws_by_their_quantiles(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random(n)
    normal = statistics.NormalDist()
    epsilon = np.array([normal.inv_cdf(1.0 - u or 0.5) for u in rng.random(n)])
    return np.c_[x], np.c_[w * x + b + noise * epsilon]


@right("make_data")
def product_of_matrices(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    columns = np.hstack([x, np.ones((n, 1)), rng.standard_normal((n, 1))])
    return x, columns @ np.array([[w], [b], [noise]])


class Samples(NamedTuple):
    x: Any
    y: Any


@right("make_data")
def named_tuple_of_both(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((1, n)).T
    return Samples(y=w * x + b + noise * rng.standard_normal((n, 1)), x=x)


@right("make_data")
def one_stacked_array(n: int = 1000, **options: Any) -> Any:
    options = {"w": 3.0, "b": 2.0, "noise": 0.1, "seed": 42, **options}
    rng = np.random.default_rng(options["seed"])
    x = rng.random((n, 1))
    line = options["w"] * x + options["b"]
    return np.stack([x, line + options["noise"] * rng.standard_normal(x.shape)])


@right("make_data")
def yielding_both(
    n: int = 1000, *, w: float = 3.0, b: float = 2.0, noise: float = 0.1, seed: int = 42
) -> Iterator[Any]:
    rng = np.random.Generator(np.random.MT19937(random.Random(seed).getrandbits(64)))
    x = rng.random((n, 1))
    yield x
    yield w * x + b + noise * rng.standard_normal((n, 1))
