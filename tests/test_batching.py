"""Stage 3: `sample_batch`, `shuffled_batches`.

The samples are tagged, x = 0, 1, 2, … and y = 1000, 1001, 1002, …, so that a batch shows which
samples it holds, whatever the random order; the order inside a batch is free. What can only be seen
in many calls with one generator has bounds that one in 10⁹ right implementations exceeds
(`tests/judge/batches.py`, `tests/judge/statistics.py`). `global_seed` seeds Python's and NumPy's
global generators before the calls; with `watch`, these must be left as they are.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judge import batches as the
from tests.judge.batches import tagged
from tests.judge.boundary import Subject
from tests.judge.showing import column
from tests.judged.values import Dress, Seed
from tests.strategies import (
    Options,
    all_sizes,
    always_try,
    batchings,
    dresses,
    few_examples,
    fewer_examples,
    generators,
    not_in_range,
    two_examples,
    up_to,
)

# (2.5, 30) comes twice, (2.5, 10) has the same x and another y, and x is not sorted
REPEATED: Options = {"x": column([2.5, -1, 2.5, 0.5, 2.5]), "y": column([30, 40, 10, 20, 30])}


def test_a_batch_has_as_many_samples_as_asked_for(sample_batch: Subject) -> None:
    for n, batch_size in ((1, 1), (2, 1), (3, 2), (3, 3), (5, 4), (200, 150)):
        the.must_hold_one_batch(sample_batch(**tagged(n), batch_size=batch_size, rng=Seed(0)))


@fewer_examples
@given(n=st.one_of(st.integers(1, 12), up_to(400)), data=st.data(), rng=generators, dress=dresses)
def test_a_batch_has_distinct_samples_and_keeps_pairs(
    sample_batch: Subject, n: int, data: st.DataObject, rng: Seed, dress: Dress
) -> None:
    batch_size = data.draw(st.integers(1, n), label="batch_size")
    batches = sample_batch(**tagged(n), batch_size=batch_size, rng=rng, times=2, dress=dress)
    for batch in batches.value:
        the.must_hold_one_batch(batches, batch)


@always_try({"sizes": (3, 0)}, {"sizes": (3, -1)}, {"sizes": (3, 4)})
@fewer_examples
@given(sizes=up_to(400).flatmap(not_in_range))
def test_a_batch_size_below_1_or_above_n_is_refused(
    sample_batch: Subject, sizes: tuple[int, int]
) -> None:
    n, batch_size = sizes
    sample_batch.must_raise(ValueError, **tagged(n), batch_size=batch_size, rng=Seed(0))


@always_try({"n": 6, "rng": Seed(0)}, {"n": 200, "rng": Seed(0)})
@few_examples
@given(n=up_to(400, least=6), rng=generators)
def test_equal_generators_give_equal_batches(sample_batch: Subject, n: int, rng: Seed) -> None:
    # 10 calls with one generator: other draws are equal once in 20¹⁰ = 10¹³ cases
    calls: Options = {**tagged(n), "batch_size": n // 2, "rng": rng, "times": 10, "watch": True}
    once, again = (sample_batch(**calls, global_seed=seed) for seed in (1, 2))
    again.must_equal(once, "equal generators")


def test_a_batch_keeps_repeated_and_unsorted_samples(sample_batch: Subject) -> None:
    # 4 batches of all 5 samples: each the same pairs, as often as they are there
    the.must_keep_the_pairs(sample_batch(**REPEATED, batch_size=5, rng=Seed(0), times=4))


def test_calls_do_not_all_give_the_same_batch(sample_batch: Subject) -> None:
    # one of 20 sets: 9 equal ones come once in 3·10¹⁰ cases
    the.must_not_all_be_equal(sample_batch, n=6, batch_size=3, times=9)


@two_examples
@given(sizes=all_sizes(400, least=2), part=st.integers(1, 9), rng=generators)
def test_a_batch_of_any_size_is_random(
    sample_batch: Subject, sizes: list[float], part: int, rng: Seed
) -> None:
    # calls do not all give the same set, and the mean row is in the middle, not among the first
    for n in map(round, sizes):
        the.must_be_random(sample_batch, n, batch_size=max(1, n * part // 10), rng=rng)


@pytest.mark.parametrize(("n", "batch_size", "times"), [(4, 2, 500), (5, 1, 750), (5, 3, 750)])
def test_every_set_is_equally_likely(
    sample_batch: Subject, n: int, batch_size: int, times: int
) -> None:
    the.must_be_evenly_likely(sample_batch, n, batch_size, times)


def test_every_one_of_many_samples_is_equally_likely(sample_batch: Subject) -> None:
    # also: calls are independent, neighbours come together as rarely as others, rows average out
    the.must_mix(sample_batch, n=200, batch_size=100, calls=300)


def test_an_epoch_has_every_sample_once(shuffled_batches: Subject) -> None:
    # 5 samples in batches of 2: batches of 2, 2 and 1; 4 in batches of 2: 2 and 2
    sizes = ((1, 1), (2, 1), (2, 2), (3, 2), (4, 2), (5, 2), (3, 5), (7, 5), (200, 32))
    for n, batch_size in sizes:
        the.must_hold_one_epoch(shuffled_batches(**tagged(n), batch_size=batch_size, rng=Seed(0)))


@fewer_examples
@given(sizes=batchings, rng=generators, dress=dresses)
def test_every_epoch_has_every_sample_once(
    shuffled_batches: Subject, sizes: tuple[int, int], rng: Seed, dress: Dress
) -> None:
    n, batch_size = sizes
    epochs = shuffled_batches(**tagged(n), batch_size=batch_size, rng=rng, times=2, dress=dress)
    for epoch in epochs.value:
        the.must_hold_one_epoch(epochs, epoch)


@always_try({"n": 3, "batch_size": 0}, {"n": 3, "batch_size": -1})
@few_examples
@given(n=up_to(400), batch_size=st.integers(-3, 0))
def test_a_batch_size_below_1_is_refused(
    shuffled_batches: Subject, n: int, batch_size: int
) -> None:
    # at the latest when the first batch is asked for
    shuffled_batches.must_raise(ValueError, **tagged(n), batch_size=batch_size, rng=Seed(0))


@always_try({"sizes": (3, 2), "batch_size": 2}, {"sizes": (3, 4), "batch_size": 2})
@few_examples
@given(sizes=st.sets(up_to(400), min_size=2, max_size=2).map(tuple), batch_size=up_to(500))
def test_x_and_y_of_different_lengths_are_refused(
    shuffled_batches: Subject, sizes: tuple[int, int], batch_size: int
) -> None:
    x, y = tagged(sizes[0])["x"], tagged(sizes[1])["y"]
    shuffled_batches.must_raise(ValueError, x=x, y=y, batch_size=batch_size, rng=Seed(0))


@always_try({"n": 6, "parts": 2, "rng": Seed(0)}, {"n": 200, "parts": 7, "rng": Seed(0)})
@few_examples
@given(n=up_to(400, least=6), parts=st.integers(2, 5), rng=generators)
def test_equal_generators_give_equal_epochs(
    shuffled_batches: Subject, n: int, parts: int, rng: Seed
) -> None:
    # 10 calls with one generator: other draws are equal once in 15¹⁰ = 6·10¹¹ cases
    calls: Options = {
        **tagged(n),
        "batch_size": -(-n // parts),
        "rng": rng,
        "times": 10,
        "watch": True,
    }
    once, again = (shuffled_batches(**calls, global_seed=seed) for seed in (1, 2))
    again.must_equal(once, "equal generators")


def test_an_epoch_keeps_repeated_and_unsorted_samples(shuffled_batches: Subject) -> None:
    # 4 epochs of batches of 3 and 2: each the same pairs, as often as they are there
    the.must_keep_the_pairs(shuffled_batches(**REPEATED, batch_size=3, rng=Seed(0), times=4))


def test_calls_do_not_all_give_the_same_epoch(shuffled_batches: Subject) -> None:
    # one of 90 ways to split the samples: 7 equal ones come once in 5·10¹¹ cases
    the.must_not_all_be_equal(shuffled_batches, n=6, batch_size=2, times=7)


@two_examples
@given(sizes=all_sizes(400, least=2), parts=st.integers(2, 20), rng=generators)
def test_an_epoch_of_any_size_is_random(
    shuffled_batches: Subject, sizes: list[float], parts: int, rng: Seed
) -> None:
    # calls do not all give the same batches, and the mean row of the first is in the middle
    for n in map(round, sizes):
        the.must_be_random(shuffled_batches, n, batch_size=max(1, n // parts), rng=rng)


@pytest.mark.parametrize(("n", "batch_size", "times"), [(5, 2, 750), (5, 4, 500), (4, 1, 750)])
def test_every_way_to_split_the_samples_is_equally_likely(
    shuffled_batches: Subject, n: int, batch_size: int, times: int
) -> None:
    the.must_be_evenly_likely(shuffled_batches, n, batch_size, times)


def test_every_one_of_many_samples_comes_in_every_batch_alike(shuffled_batches: Subject) -> None:
    # also: calls are independent, neighbours come together as rarely as others, rows average out
    the.must_mix(shuffled_batches, n=200, batch_size=20, calls=300)


def test_neighbours_come_in_either_order(shuffled_batches: Subject) -> None:
    # in the new order as in the data's, half of all neighbours ascend
    the.must_break_every_order(shuffled_batches, n=200, calls=5)
