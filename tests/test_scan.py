"""The bonus: `update_map`, `compose`, `minibatch_gd_scan`, skipped while they are not written."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.judge import descents as the
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.oracles import (
    descend,
    in_order,
    least_squares,
    mse_gradients,
    reference_data,
)
from tests.judge.showing import column
from tests.judged.values import Array, Dress, Seed
from tests.strategies import (
    Options,
    always_try,
    always_try_hand_picked,
    data_for,
    dresses,
    few_examples,
    fewer_examples,
    full_batches,
    large_descents,
    mini_batches,
    pairs_of_maps,
    rates,
    torch_seeds,
    up_to,
)

Map = tuple[Any, ...]

THREE: Options = {"x": column([1, 2, 4]), "y": column([0, 3, 2]), "lr": 0.05, "epochs": 2}
ALL_IN_ONE: Options = {**THREE, "batch_size": 3, "w": 0.0, "b": 0.0}


def test_map_of_one_sample(update_map: Subject) -> None:
    # x = y = 1: the residual is w + b − 1, and a step of 1/2 takes it off both w and b
    one = update_map(xb=column([1]), yb=column([1]), alpha=0.5)
    one.must_be(ww=0.0, wb=-1.0, w1=1.0, bw=-1.0, bb=0.0, b1=1.0)


@always_try_hand_picked("update_map")
@given(
    samples=st.one_of(st.integers(1, 5), up_to(400)).flatmap(data_for), alpha=rates, dress=dresses
)
def test_map_makes_the_step_from_anywhere(
    update_map: Subject, samples: tuple[Array, Array], alpha: float, dress: Dress
) -> None:
    xb, yb = samples

    def after(w: float, b: float) -> Array:
        dw, db = mse_gradients(xb, yb, w, b)
        return np.array([w - alpha * dw, b - alpha * db])

    update_map(xb=xb, yb=yb, alpha=alpha, dress=dress).must_be(**map_that_leads(after))


def map_that_leads(after: Callable[[float, float], Array]) -> dict[str, Array]:
    """Return the parts of an affine map, from where it leads three points."""
    w1, b1 = after(0.0, 0.0)
    ww, bw = after(1.0, 0.0) - after(0.0, 0.0)
    wb, bb = after(0.0, 1.0) - after(0.0, 0.0)
    return {"ww": ww, "wb": wb, "w1": w1, "bw": bw, "bb": bb, "b1": b1}


def test_shift_then_doubling(compose: Subject) -> None:
    shift, double = (1.0, 0.0, 3.0, 0.0, 1.0, 4.0), (2.0, 0.0, 0.0, 0.0, 2.0, 0.0)
    both = compose(first=shift, second=double)
    both.must_be(ww=2.0, wb=0.0, w1=6.0, bw=0.0, bb=2.0, b1=8.0)


@always_try_hand_picked("compose")
@given(pair=pairs_of_maps, dress=dresses)
def test_composition_does_the_first_map_then_the_second(
    compose: Subject, pair: tuple[Map, Map], dress: Dress
) -> None:
    first, second = pair  # of numbers, or of arrays

    def moved(step: Map, at: Any) -> Array:
        ww, wb, w1, bw, bb, b1 = step
        return np.array([ww * at[0] + wb * at[1] + w1, bw * at[0] + bb * at[1] + b1])

    def after(w: float, b: float) -> Array:
        return moved(second, moved(first, (w, b)))

    compose(first=first, second=second, dress=dress).must_be(**map_that_leads(after))


def test_scan_of_one_update(minibatch_gd_scan: Subject) -> None:
    # residual −2: dw = −8, db = −4; a step of 1/8 leads to w = 1, b = 1/2, after a loss of 4
    run = descent(minibatch_gd_scan, column([2]), column([2]), batch_size=1, lr=0.125, epochs=1)
    the.must_end(run, w=1.0, b=0.5, losses=[4.0])


def test_every_batch_counts_as_one_update(minibatch_gd_scan: Subject) -> None:
    # all samples are (0.5, 3): only the number of updates matters, and what a short batch counts
    for n, batch_size, epochs in the.ALIKE:
        x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
        run = descent(minibatch_gd_scan, x, y, batch_size=batch_size, lr=0.25, epochs=epochs)
        the.must_follow(run, descend(x, y, in_order(n, batch_size, epochs), lr=0.25))


@always_try({"case": {**ALL_IN_ONE, "w": 2.0, "b": -1.0}})
@fewer_examples
@given(case=full_batches())
def test_all_samples_in_one_batch_is_batch_gradient_descent(
    minibatch_gd_scan: Subject, case: Options
) -> None:
    run = descent(minibatch_gd_scan, **case)
    the.must_follow(run, the.unshuffled(run), "one batch")


def test_scan_starts_from_0_unless_told(minibatch_gd_scan: Subject) -> None:
    run = minibatch_gd_scan(**THREE, batch_size=3, rng=Seed(0))
    the.must_follow(run, the.unshuffled(run), "default start")


def test_equal_generators_give_equal_scans(minibatch_gd_scan: Subject) -> None:
    options: Options = {**THREE, "epochs": 12, "batch_size": 1, "seed": 3, "watch": True}
    once, again = (descent(minibatch_gd_scan, **options, global_seed=seed) for seed in (1, 2))
    again.must_equal(once, "equal generators")


def test_every_epoch_is_shuffled_anew(minibatch_gd_scan: Subject) -> None:
    the.must_shuffle_each_epoch(minibatch_gd_scan)


@fewer_examples
@given(case=mini_batches())
def test_every_step_follows_the_formula_on_its_own_batch(
    minibatch_gd_scan: Subject, case: Options
) -> None:
    the.must_descend_on_its_batches(minibatch_gd_scan, **case)


@few_examples
@given(sizes=large_descents(), data=st.data(), seed=torch_seeds)
def test_many_samples_are_used_as_few_are(
    minibatch_gd_scan: Subject, sizes: tuple[int, int, int], data: st.DataObject, seed: int
) -> None:
    n, batch_size, epochs = sizes
    row = data.draw(st.integers(0, n - 1), label="row")
    the.must_use_one_sample_once(minibatch_gd_scan, n, batch_size, min(epochs, 2), row, seed)


def test_scan_shuffles_every_epoch_evenly(minibatch_gd_scan: Subject) -> None:
    # 3 samples one by one: 36 ways through two epochs
    the.must_shuffle_evenly(minibatch_gd_scan, runs=900)


def test_long_scan_converges_to_the_least_squares_line(minibatch_gd_scan: Subject) -> None:
    line = least_squares(*reference_data(100))
    the.must_reach(minibatch_gd_scan, 100, line, within=1e-8, batch_size=100, lr=0.5, epochs=400)
