"""Stage 3: `sample_batch`, `shuffled_batches`.

The samples are tagged, x = 0, 1, 2, … and y = 1000, 1001, 1002, …, so that a batch shows which
samples it holds, whatever the random order.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.boundary import Subject
from tests.laws import batching as laws
from tests.probes import Seed
from tests.strategies import batchings, fewer, seeds


def test_hand_picked_cases_of_one_batch(sample_batch: Subject) -> None:
    sample_batch.must_pass_its_ladder()


def test_a_batch_of_two_of_three_samples(sample_batch: Subject) -> None:
    answer = sample_batch(**laws.tagged(3), batch_size=2, rng=Seed(0))
    laws.must_be_one_batch(answer, answer.value, 3, 2)


@fewer
@given(n=st.integers(1, 12), data=st.data(), seed=seeds)
def test_a_batch_has_distinct_samples_and_keeps_pairs(
    sample_batch: Subject, n: int, data: st.DataObject, seed: int
) -> None:
    batch_size = data.draw(st.integers(1, n), label="batch_size")
    answer = sample_batch(**laws.tagged(n), batch_size=batch_size, rng=Seed(seed), times=2)
    for batch in answer.value:
        laws.must_be_one_batch(answer, batch, n, batch_size)


@fewer
@given(n=st.integers(1, 12), outside=st.integers(0, 5), above=st.booleans())
def test_a_batch_size_below_1_or_above_n_is_refused(
    sample_batch: Subject, n: int, outside: int, above: bool
) -> None:
    laws.must_refuse(sample_batch, n, n + 1 + outside if above else -outside)


@fewer
@given(n=st.integers(6, 9), seed=seeds)
def test_a_batch_depends_on_rng_alone(sample_batch: Subject, n: int, seed: int) -> None:
    laws.must_draw_from_rng_alone(sample_batch, n, n // 2, seed)


def test_a_batch_is_new_at_every_call(sample_batch: Subject) -> None:
    laws.must_be_new_each_time(sample_batch)


@pytest.mark.parametrize(("n", "batch_size"), [(5, 1), (5, 3)])
def test_every_set_is_equally_likely(sample_batch: Subject, n: int, batch_size: int) -> None:
    laws.must_be_evenly_likely(sample_batch, n, batch_size)


def test_a_batch_may_hold_any_sample(sample_batch: Subject) -> None:
    laws.must_mix_many_samples(sample_batch)


def test_a_batch_keeps_repeated_and_unsorted_samples(sample_batch: Subject) -> None:
    laws.must_keep_any_pairs(sample_batch)


def test_hand_picked_cases_of_an_epoch(shuffled_batches: Subject) -> None:
    shuffled_batches.must_pass_its_ladder()


def test_three_samples_in_batches_of_two(shuffled_batches: Subject) -> None:
    laws.must_give_one_epoch(shuffled_batches, 3, 2)  # a batch of 2, then one of 1


def test_four_samples_in_batches_of_two(shuffled_batches: Subject) -> None:
    laws.must_give_one_epoch(shuffled_batches, 4, 2)  # two batches of 2, and no empty one


@fewer
@given(sizes=batchings, seed=seeds)
def test_every_sample_appears_once_per_epoch(
    shuffled_batches: Subject, sizes: tuple[int, int], seed: int
) -> None:
    n, batch_size = sizes
    values: dict[str, Any] = {**laws.tagged(n), "batch_size": batch_size, "rng": Seed(seed)}
    answer = shuffled_batches(**values, times=2)
    for batches in answer.value:
        laws.must_be_one_epoch(answer, batches, n, batch_size)


@fewer
@given(n=st.integers(1, 12), batch_size=st.integers(-3, 0))
def test_a_batch_size_below_1_is_refused(
    shuffled_batches: Subject, n: int, batch_size: int
) -> None:
    laws.must_refuse(shuffled_batches, n, batch_size)


@fewer
@given(n=st.integers(2, 12), more=st.integers(-1, 1).filter(bool), size=st.integers(1, 14))
def test_x_and_y_of_different_lengths_are_refused(
    shuffled_batches: Subject, n: int, more: int, size: int
) -> None:
    laws.must_refuse(shuffled_batches, n, size, n + more)


@fewer
@given(n=st.integers(6, 9), batch_size=st.integers(1, 4), seed=seeds)
def test_an_epoch_depends_on_rng_alone(
    shuffled_batches: Subject, n: int, batch_size: int, seed: int
) -> None:
    laws.must_draw_from_rng_alone(shuffled_batches, n, batch_size, seed=seed)


def test_the_order_is_new_at_every_call(shuffled_batches: Subject) -> None:
    laws.must_be_new_each_time(shuffled_batches)


@pytest.mark.parametrize(("n", "batch_size"), [(5, 2), (5, 4)])
def test_every_order_is_equally_likely(shuffled_batches: Subject, n: int, batch_size: int) -> None:
    laws.must_be_evenly_likely(shuffled_batches, n, batch_size)


def test_finer_differences_between_orders_show_in_more_calls(shuffled_batches: Subject) -> None:
    laws.must_be_evenly_likely(shuffled_batches, 4, 1, times=1500)


def test_every_sample_may_come_in_every_batch(shuffled_batches: Subject) -> None:
    laws.must_mix_many_samples(shuffled_batches)


def test_no_order_is_left_in_an_epoch(shuffled_batches: Subject) -> None:
    laws.must_break_every_order(shuffled_batches)


def test_an_epoch_keeps_repeated_and_unsorted_samples(shuffled_batches: Subject) -> None:
    laws.must_keep_any_pairs(shuffled_batches)
