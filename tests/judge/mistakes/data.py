"""Mistakes in `make_data`."""

import functools
from typing import Any

import numpy as np

from tests.judge.mistakes.catalogue import mistake, right


def draw(n: int, seed: Any) -> tuple[Any, Any]:
    """Draw x and ε as they should be."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 1)), rng.standard_normal((n, 1))


@right("make_data")
def as_it_should_be(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + noise * epsilon


@functools.cache  # many seeds share it, and to make a generator takes long
def one_sample(seed: int) -> tuple[Any, Any]:
    return draw(1, seed)


@mistake("make_data", "one ε is drawn for all samples: draw n of them, rng.standard_normal((n, 1))")
def one_noise_for_all(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    return x, w * x + b + noise * rng.standard_normal()


@mistake("make_data", "the noise is uniform on [0, 1): ε is standard normal")
def uniform_noise(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    return x, w * x + b + noise * rng.random((n, 1))


@mistake("make_data", "the noise is uniform on [−1, 1): ε is standard normal")
def symmetric_uniform_noise(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    return x, w * x + b + noise * rng.uniform(-1, 1, (n, 1))


@mistake("make_data", "ε is not multiplied by noise")
def noise_not_scaled(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + epsilon


@mistake("make_data", "the standard deviation is fixed at 0.1 in the code: use noise")
def noise_fixed(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + 0.1 * epsilon


@mistake("make_data", "noise is used as a variance: it is the standard deviation")
def noise_as_variance(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + np.sqrt(noise) * epsilon


@mistake(
    "make_data", "noise is squared: it is the standard deviation, so ε is multiplied by it once"
)
def noise_squared(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + noise**2 * epsilon


@mistake("make_data", "no noise is added to y")
def no_noise(n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42) -> Any:
    x, _ = draw(n, seed)
    return x, w * x + b


@mistake("make_data", "b is left out of y")
def bias_left_out(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + noise * epsilon


@mistake("make_data", "w and b are swapped")
def line_swapped(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, b * x + w + noise * epsilon


@mistake("make_data", "the line 3x + 2 is fixed in the code: use w and b")
def line_fixed(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, 3.0 * x + 2.0 + noise * epsilon


@mistake("make_data", "b is multiplied by x, too: w·(x + b) is not w·x + b")
def bias_in_the_product(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * (x + b) + noise * epsilon


@mistake("make_data", "the noise is added to x inside the product: it is added to y")
def noise_on_x(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * (x + noise * epsilon) + b


@mistake("make_data", "the noise is added to the slope, (w + noise·ε)·x: it is added to y")
def noise_on_the_slope(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, (w + noise * epsilon) * x + b


@mistake("make_data", "noise is the mean of what is added, not its standard deviation")
def noise_as_a_mean(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + (noise + epsilon)


@mistake("make_data", "the noise is multiplied by the line: it is added to it")
def noise_multiplied(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, (w * x + b) * (1 + noise * epsilon)


@mistake("make_data", "x of shape (n, 1) plus noise of shape (n,) or (1, n) broadcasts to (n, n)")
def noise_broadcast(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + noise * epsilon.ravel()


@mistake("make_data", "x is flat, shape (n,): make x and y (n, 1)")
def flat_arrays(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x.ravel(), (w * x + b + noise * epsilon).ravel()


@mistake("make_data", "x is a row, shape (1, n): make x and y (n, 1)")
def row_arrays(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x.T, (w * x + b + noise * epsilon).T


@mistake("make_data", "the arrays are float32: make them float64, NumPy's default")
def single_precision(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x.astype(np.float32), (w * x + b + noise * epsilon).astype(np.float32)


@mistake("make_data", "y is returned before x")
def y_first(n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42) -> Any:
    x, epsilon = draw(n, seed)
    return w * x + b + noise * epsilon, x


@mistake(
    "make_data",
    "each sample has a generator of its own, of the next seed (seed + i), so that seeds share "
    "samples: make one for all",
)
def a_generator_for_each_sample(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    samples = [one_sample(seed + i) for i in range(n)]
    x, epsilon = (np.array([one[k][0] for one in samples]) for k in (0, 1))
    return x, w * x + b + noise * epsilon


@mistake("make_data", "every seed gives the same data: make the generator from the argument seed")
def seed_fixed(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, 42)
    return x, w * x + b + noise * epsilon


@mistake("make_data", "every call gives other data: make the generator from seed, and in each call")
def seed_ignored(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, None)
    return x, w * x + b + noise * epsilon


@mistake("make_data", "only x follows the seed: draw ε from the same generator")
def noise_ignores_the_seed(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, _ = draw(n, seed)
    _, epsilon = draw(n, 0)
    return x, w * x + b + noise * epsilon


@mistake(
    "make_data",
    "NumPy's global generator is seeded: make one of your own, np.random.default_rng(seed)",
)
def seeds_the_global_state(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    np.random.seed(seed)
    x = np.random.rand(n, 1)
    return x, w * x + b + noise * np.random.randn(n, 1)


@mistake(
    "make_data",
    "x and ε come from two generators of the same seed, and depend on each other: use one for both",
)
def same_seed_twice(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x = np.random.default_rng(seed).random((n, 1))
    epsilon = np.random.default_rng(seed).standard_normal((n, 1))
    return x, w * x + b + noise * epsilon


@mistake("make_data", "x is evenly spaced (linspace): draw it at random")
def evenly_spaced(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    _, epsilon = draw(n, seed)
    x = np.linspace(0, 1, n, endpoint=False).reshape(n, 1)
    return x, w * x + b + noise * epsilon


@mistake("make_data", "x is sorted: leave it in the order in which it was drawn")
def sorted_x(n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42) -> Any:
    x, epsilon = draw(n, seed)
    x = np.sort(x, axis=0)
    return x, w * x + b + noise * epsilon


@mistake("make_data", "x is normal: draw it uniformly on [0, 1), rng.random")
def normal_x(n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 1))
    return x, w * x + b + noise * rng.standard_normal((n, 1))


@mistake("make_data", "x is uniform on [−1, 1): draw it on [0, 1)")
def x_from_minus_1(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    x = 2 * x - 1
    return x, w * x + b + noise * epsilon


@mistake("make_data", "x is uniform on [0, 2): draw it on [0, 1)")
def x_up_to_2(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return 2 * x, w * 2 * x + b + noise * epsilon


@mistake("make_data", "x is uniform on [0, 10): draw it on [0, 1)")
def x_up_to_10(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return 10 * x, w * 10 * x + b + noise * epsilon


@mistake("make_data", "x consists of whole numbers (integers): draw floats on [0, 1)")
def integer_x(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, (n, 1)).astype(float)
    return x, w * x + b + noise * rng.standard_normal((n, 1))


@mistake("make_data", "one x is drawn for all samples: draw n of them")
def one_x_for_all(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = np.full((n, 1), rng.random())
    return x, w * x + b + noise * rng.standard_normal((n, 1))


@mistake("make_data", "the number of samples is fixed at 1000: use n")
def n_fixed(n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42) -> Any:
    x, epsilon = draw(1000, seed)
    return x, w * x + b + noise * epsilon


@mistake("make_data", "the noise is never negative (an absolute value): ε is standard normal")
def absolute_noise(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + noise * np.abs(epsilon)


@mistake("make_data", "the noise has a mean that is not 0: ε has the mean 0, nothing is added")
def noise_with_a_mean(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    x, epsilon = draw(n, seed)
    return x, w * x + b + noise * (1 + epsilon)
