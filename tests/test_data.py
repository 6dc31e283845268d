"""Stage 1: `make_data`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.boundary import Subject
from tests.laws import data as laws
from tests.strategies import eighths, seeds


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
    laws.must_draw_x_uniformly(make_data)


def test_noise_is_standard_normal(make_data: Subject) -> None:
    laws.must_draw_normal_noise(make_data)


@pytest.mark.parametrize("values", laws.OTHER_LINES)
def test_noise_is_a_standard_deviation(make_data: Subject, values: dict[str, float]) -> None:
    laws.must_draw_normal_noise(make_data, **values)


def test_samples_are_independent_of_each_other_and_noise_of_x(make_data: Subject) -> None:
    laws.must_be_independent(make_data)


def test_large_sets_have_no_order_and_no_repeats(make_data: Subject) -> None:
    laws.must_not_repeat(make_data)


def test_draws_are_not_rounded(make_data: Subject) -> None:
    laws.must_not_be_rounded(make_data)


def test_no_dependence_is_left_that_a_correlation_does_not_see(make_data: Subject) -> None:
    laws.must_not_hang_together(make_data)
