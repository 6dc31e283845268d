"""Stage 1: `make_data`.

x is uniform on [0, 1), ε standard normal, y = w·x + b + noise·ε. What can only be seen in many
draws is asked of data sets of the seeds 0, 1, 2, …, with bounds that right code exceeds once in 10⁹
runs (`tests/judge/data_sets.py`, `tests/judge/statistics.py`).
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judge import data_sets as the
from tests.judge.boundary import Subject
from tests.judge.showing import show_call
from tests.strategies import eighths, first, seeds


def test_without_noise_every_point_lies_on_the_line(make_data: Subject) -> None:
    data = make_data(n=3, w=3.0, b=2.0, noise=0.0, seed=0)
    the.must_have_rows(data, 3)
    the.must_lie_on_the_line(data, 3.0 * data.x + 2.0)


@first({"n": 1, "w": 3.0, "b": 2.0, "seed": 0}, {"n": 4, "w": -1.0, "b": 0.5, "seed": 0})
@given(n=st.integers(1, 50), w=eighths, b=eighths, seed=seeds)
def test_any_line_can_be_asked_for(
    make_data: Subject, n: int, w: float, b: float, seed: int
) -> None:
    data = make_data(n=n, w=w, b=b, noise=0.0, seed=seed)
    the.must_have_rows(data, n)
    the.must_lie_on_the_line(data, w * data.x + b)


def test_the_same_seed_gives_the_same_data(make_data: Subject) -> None:
    first = make_data(n=3, seed=1, global_seed=0, watch=True)
    make_data(n=3, seed=1, global_seed=1, watch=True).must_equal(first, "seed twice")


def test_another_seed_gives_other_data(make_data: Subject) -> None:
    seeds = (1, 2, 0, 42, 100, 1042, 2**32 - 1)
    sets = {seed: make_data(n=3, seed=seed) for seed in seeds}
    for one, two in itertools.combinations(seeds, 2):
        sets[two].must_differ_from(sets[one], this=f"seed={one}", that=f"seed={two}")
    the.must_have_other_noise(sets[2], than=sets[1])


@pytest.mark.parametrize("name", the.DEFAULTS)
def test_what_is_left_out_is_as_in_the_reference_experiment(make_data: Subject, name: str) -> None:
    # n = 1000, w = 3, b = 2, noise = 0.1, seed = 42
    others = {other: value for other, value in the.DEFAULTS.items() if other != name}
    full = show_call("make_data", the.DEFAULTS)
    wanted = {"name": name, "value": the.DEFAULTS[name], "full": full}
    make_data(**others).must_equal(make_data(**the.DEFAULTS), "default", **wanted)


def test_x_is_uniform_on_0_to_1(make_data: Subject) -> None:
    the.must_be_uniform(the.data_sets(make_data, the.MANY))


def test_noise_is_standard_normal(make_data: Subject) -> None:
    the.must_be_normal(the.data_sets(make_data, the.MANY))


@pytest.mark.parametrize(("w", "b", "noise"), [(-2.0, 1.0, 0.5), (0.5, -4.0, 5.0)])
def test_noise_is_a_standard_deviation(
    make_data: Subject, w: float, b: float, noise: float
) -> None:
    the.must_be_normal(the.data_sets(make_data, (250, 10), w=w, b=b, noise=noise))


def test_samples_are_independent_of_each_other_and_noise_of_x(make_data: Subject) -> None:
    the.must_be_independent(the.data_sets(make_data, the.FEW))


def test_large_sets_have_no_order_and_no_repeats(make_data: Subject) -> None:
    the.must_not_repeat(the.data_sets(make_data, the.MANY))


def test_draws_are_not_rounded(make_data: Subject) -> None:
    the.must_not_be_rounded(make_data(n=250, w=0.0, b=0.0, noise=1.0, seed=0))


def test_no_dependence_is_left_that_a_correlation_does_not_see(make_data: Subject) -> None:
    the.must_not_hang_together(the.data_sets(make_data, the.MANY))
