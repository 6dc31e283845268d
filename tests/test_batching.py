"""Stage 3: `sample_batch`, `shuffled_batches`.

The samples are tagged, x = 0, 1, 2, … and y = 1000, 1001, 1002, …, so that a batch shows which
samples it holds, whatever the random order. What can only be seen in many calls is asked of calls
with fixed seeds, with bounds that right code exceeds once in 10⁹ runs (`tests/judge/batches.py`,
`tests/judge/statistics.py`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judge import batches as the
from tests.judge.batches import tagged
from tests.judge.boundary import Subject
from tests.judge.showing import column
from tests.judged.values import Seed
from tests.strategies import Options, batchings, fewer, first, seeds

# one sample comes again, another one twice with the same y, and x is not sorted
REPEATED: Options = {"x": column([2.5, -1, 2.5, 0.5, 2.5]), "y": column([30, 40, 10, 20, 30])}


def test_a_batch_has_as_many_samples_as_asked_for(sample_batch: Subject) -> None:
    for n, batch_size in ((1, 1), (2, 1), (3, 2), (3, 3), (5, 4), (200, 150)):
        the.must_hold_one_batch(sample_batch(**tagged(n), batch_size=batch_size, rng=Seed(0)))


@fewer
@given(n=st.integers(1, 12), data=st.data(), seed=seeds)
def test_a_batch_has_distinct_samples_and_keeps_pairs(
    sample_batch: Subject, n: int, data: st.DataObject, seed: int
) -> None:
    batch_size = data.draw(st.integers(1, n), label="batch_size")
    batches = sample_batch(**tagged(n), batch_size=batch_size, rng=Seed(seed), times=2)
    for batch in batches.value:
        the.must_hold_one_batch(batches, batch)


@first({"n": 3, "batch_size": 0}, {"n": 3, "batch_size": -1}, {"n": 3, "batch_size": 4})
@fewer
@given(n=st.integers(1, 12), batch_size=st.integers(-5, 18))
def test_a_batch_size_below_1_or_above_n_is_refused(
    sample_batch: Subject, n: int, batch_size: int
) -> None:
    if not 1 <= batch_size <= n:
        sample_batch.must_raise(ValueError, **tagged(n), batch_size=batch_size, rng=Seed(0))


@first({"n": 6, "seed": 0}, {"n": 200, "seed": 0})
@fewer
@given(n=st.integers(6, 9), seed=seeds)
def test_equal_generators_give_equal_batches(sample_batch: Subject, n: int, seed: int) -> None:
    # 10 calls, so that other draws are not equal by chance: once in 20¹⁰ = 10¹³ runs
    calls: Options = {
        **tagged(n),
        "batch_size": n // 2,
        "rng": Seed(seed),
        "times": 10,
        "watch": True,
    }
    first, again = (sample_batch(**calls, global_seed=turn) for turn in (1, 2))
    again.must_equal(first, "equal generators")


def test_a_batch_keeps_repeated_and_unsorted_samples(sample_batch: Subject) -> None:
    the.must_keep_the_pairs(sample_batch(**REPEATED, batch_size=5, rng=Seed(0), times=4))


def test_a_batch_is_new_at_every_call(sample_batch: Subject) -> None:
    # one of 20 sets: equal ones come 9 times running once in 3·10¹⁰ runs
    the.must_be_new_each_time(sample_batch, n=6, batch_size=3, times=9)


@pytest.mark.parametrize(("n", "batch_size", "times"), [(4, 2, 500), (5, 1, 750), (5, 3, 750)])
def test_every_set_is_equally_likely(
    sample_batch: Subject, n: int, batch_size: int, times: int
) -> None:
    the.must_be_evenly_likely(sample_batch, n, batch_size, times)


def test_a_batch_may_hold_any_sample(sample_batch: Subject) -> None:
    the.must_mix_many_samples(sample_batch)


def test_an_epoch_has_every_sample_once(shuffled_batches: Subject) -> None:
    # 5 samples in batches of 2: batches of 2, 2 and 1; 4 in batches of 2: 2 and 2
    sizes = ((1, 1), (2, 1), (2, 2), (3, 2), (4, 2), (5, 2), (3, 5), (7, 5), (200, 32))
    for n, batch_size in sizes:
        the.must_hold_one_epoch(shuffled_batches(**tagged(n), batch_size=batch_size, rng=Seed(0)))


@fewer
@given(sizes=batchings, seed=seeds)
def test_every_epoch_has_every_sample_once(
    shuffled_batches: Subject, sizes: tuple[int, int], seed: int
) -> None:
    n, batch_size = sizes
    epochs = shuffled_batches(**tagged(n), batch_size=batch_size, rng=Seed(seed), times=2)
    for epoch in epochs.value:
        the.must_hold_one_epoch(epochs, epoch)


@first({"n": 3, "batch_size": 0}, {"n": 3, "batch_size": -1})
@fewer
@given(n=st.integers(1, 12), batch_size=st.integers(-3, 0))
def test_a_batch_size_below_1_is_refused(
    shuffled_batches: Subject, n: int, batch_size: int
) -> None:
    shuffled_batches.must_raise(ValueError, **tagged(n), batch_size=batch_size, rng=Seed(0))


@first({"n": 3, "n_y": 2, "batch_size": 2}, {"n": 3, "n_y": 4, "batch_size": 2})
@fewer
@given(n=st.integers(2, 12), n_y=st.integers(1, 13), batch_size=st.integers(1, 14))
def test_x_and_y_of_different_lengths_are_refused(
    shuffled_batches: Subject, n: int, n_y: int, batch_size: int
) -> None:
    if n != n_y:
        x, y = tagged(n)["x"], tagged(n_y)["y"]
        shuffled_batches.must_raise(ValueError, x=x, y=y, batch_size=batch_size, rng=Seed(0))


@first({"n": 6, "batch_size": 3, "seed": 0}, {"n": 200, "batch_size": 30, "seed": 0})
@fewer
@given(n=st.integers(6, 9), batch_size=st.integers(1, 4), seed=seeds)
def test_equal_generators_give_equal_epochs(
    shuffled_batches: Subject, n: int, batch_size: int, seed: int
) -> None:
    # 10 calls, so that other draws are not equal by chance: once in 15¹⁰ = 6·10¹¹ runs
    calls: Options = {
        **tagged(n),
        "batch_size": batch_size,
        "rng": Seed(seed),
        "times": 10,
        "watch": True,
    }
    first, again = (shuffled_batches(**calls, global_seed=turn) for turn in (1, 2))
    again.must_equal(first, "equal generators")


def test_an_epoch_keeps_repeated_and_unsorted_samples(shuffled_batches: Subject) -> None:
    the.must_keep_the_pairs(shuffled_batches(**REPEATED, batch_size=3, rng=Seed(0), times=4))


def test_the_order_is_new_at_every_call(shuffled_batches: Subject) -> None:
    # one of 90 ways to split the samples: equal ones come 7 times running once in 5·10¹¹ runs
    the.must_be_new_each_time(shuffled_batches, n=6, batch_size=2, times=7)


@pytest.mark.parametrize(
    ("n", "batch_size", "times"), [(4, 2, 500), (5, 2, 750), (5, 4, 750), (4, 1, 1500)]
)
def test_every_order_is_equally_likely(
    shuffled_batches: Subject, n: int, batch_size: int, times: int
) -> None:
    the.must_be_evenly_likely(shuffled_batches, n, batch_size, times)


def test_every_sample_may_come_in_every_batch(shuffled_batches: Subject) -> None:
    the.must_mix_many_samples(shuffled_batches)


def test_no_order_is_left_in_an_epoch(shuffled_batches: Subject) -> None:
    the.must_break_every_order(shuffled_batches)
