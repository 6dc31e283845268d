"""The bonus: `update_map`, `compose`, `minibatch_gd_scan`, skipped while they are not written."""

from hypothesis import given
from hypothesis import strategies as st

from tests import oracles
from tests.boundary import Subject
from tests.laws import descent
from tests.laws import gradients as laws
from tests.strategies import data_for, descents, eighths, fewer, rates, seeds
from tests.wording import Array

maps = st.tuples(*[st.integers(-12, 12).map(lambda k: k / 4)] * 6)


def test_hand_picked_cases_of_the_map(update_map: Subject) -> None:
    update_map.must_pass_its_ladder()


@given(data=st.integers(1, 5).flatmap(data_for), alpha=rates)
def test_map_makes_the_step_from_anywhere(
    update_map: Subject, data: tuple[Array, Array], alpha: float
) -> None:
    laws.must_be_exact(update_map, xb=data[0], yb=data[1], alpha=alpha)


def test_hand_picked_cases_of_the_composition(compose: Subject) -> None:
    compose.must_pass_its_ladder()


@given(first=maps, second=maps)
def test_composition_does_the_first_map_then_the_second(
    compose: Subject, first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    laws.must_be_exact(compose, first=first, second=second)


def test_hand_picked_cases_of_the_scan(minibatch_gd_scan: Subject) -> None:
    minibatch_gd_scan.must_pass_its_ladder()


@fewer
@given(sizes=descents, data=st.data(), lr=rates, w=eighths, b=eighths, seed=seeds)
def test_scan_takes_the_steps_of_the_loop(
    minibatch_gd_scan: Subject,
    sizes: tuple[int, int, int],
    data: st.DataObject,
    lr: float,
    w: float,
    b: float,
    seed: int,
) -> None:
    n, batch_size, epochs = sizes
    x, y = data.draw(data_for(n), label="data")
    descent.must_descend_on_its_batches(
        minibatch_gd_scan, x, y, batch_size=batch_size, lr=lr, epochs=epochs, w=w, b=b, seed=seed
    )


def test_scan_shuffles_every_epoch_evenly(minibatch_gd_scan: Subject) -> None:
    descent.must_shuffle_evenly(minibatch_gd_scan)


def test_long_scan_converges_to_the_least_squares_line(minibatch_gd_scan: Subject) -> None:
    x, y = oracles.reference_data(100)
    line = oracles.least_squares(x, y)
    descent.must_reach(minibatch_gd_scan, 100, 100, 0.5, 400, line, within=1e-8)
