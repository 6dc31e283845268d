"""Stage 1: `make_data`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import oracles
from tests.boundary import Subject
from tests.laws import data as laws
from tests.strategies import eighths, seeds

# 2000 data sets of 4 samples each: small ones, so that a dependence between neighbours, or
# between a sample's x and its noise, is not drowned.
SETS, SAMPLES = 2000, 4


def test_without_noise_every_point_lies_on_the_line(make_data: Subject) -> None:
    laws.must_lie_on_the_line(make_data, n=1, w=3.0, b=2.0, seed=0)
    laws.must_lie_on_the_line(make_data, n=3, w=3.0, b=2.0, seed=0)


@given(n=st.integers(1, 50), w=eighths, b=eighths, seed=seeds)
def test_any_slope_and_intercept_can_be_asked_for(
    make_data: Subject, n: int, w: float, b: float, seed: int
) -> None:
    laws.must_lie_on_the_line(make_data, n, w, b, seed)


def test_the_same_seed_gives_the_same_data_and_another_seed_gives_others(
    make_data: Subject,
) -> None:
    laws.must_follow_the_seed(make_data)


def test_defaults_are_those_of_the_reference_experiment(make_data: Subject) -> None:
    laws.must_have_the_defaults(make_data)


def test_x_is_uniform_on_0_to_1(make_data: Subject) -> None:
    x, _, answer = laws.standard_noise(make_data, SAMPLES, SETS)
    laws.must_be_in_the_unit_interval(answer, x)
    laws.must_be_distributed(answer, "x", x, np.clip(x, 0, 1), "uniform on [0, 1)")


def test_noise_is_standard_normal(make_data: Subject) -> None:
    _, noise, answer = laws.standard_noise(make_data, SAMPLES, SETS)
    laws.must_have_the_moments_of_the_normal(answer, noise)
    laws.must_be_distributed(
        answer, "the noise", noise, oracles.normal_distribution(noise), "normal"
    )


@given(noise=st.sampled_from([0.5, 2.0, 0.01]))
def test_noise_is_a_standard_deviation(make_data: Subject, noise: float) -> None:
    _, epsilon, answer = laws.standard_noise(make_data, 500, 10, noise=noise)
    laws.must_have_the_moments_of_the_normal(answer, epsilon)


def test_samples_are_independent_of_each_other_and_noise_of_x(make_data: Subject) -> None:
    x, noise, answer = laws.standard_noise(make_data, SAMPLES, SETS)
    laws.must_be_independent(answer, x, noise)
