"""The scan gives the numbers of the loop."""

import doctest
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solution.scan
from solution import benchmark
from solution.checks.conftest import ROOT
from solution.data import make_data
from solution.descent import minibatch_gd
from solution.scan import Descents, chain, compose, minibatch_gd_scan, scan_runs

# From far below to far above the limit of stability, which is 2 over the largest eigenvalue of
# the Hessian (below 20 for these data): the last one overflows within a few updates.
RATES = [1e-3, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 30.0, 1e5]


def data(n: int, seed: int) -> tuple[solution.scan.Array, solution.scan.Array]:
    rng = np.random.default_rng(seed)
    x = 2 * rng.standard_normal((n, 1))
    return x, 3 * x + 2 + rng.standard_normal((n, 1))


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)  # NaN and inf must agree


@settings(max_examples=150)
@given(
    n=st.integers(1, 40),
    batch_size=st.integers(1, 45),
    epochs=st.integers(1, 40),
    lr=st.sampled_from(RATES),
    start=st.tuples(st.integers(-5, 5), st.integers(-5, 5)),
    seed=st.integers(0, 2**32 - 1),
    chunk=st.sampled_from([1, 7, 100, 2**16]),  # epochs in pieces, pieces of an epoch
)
def test_scan_gives_the_numbers_of_the_loop(
    n: int,
    batch_size: int,
    epochs: int,
    lr: float,
    start: tuple[float, float],
    seed: int,
    chunk: int,
) -> None:
    x, y = data(n, seed)
    w, b = start
    common = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "w": w, "b": b}
    rngs = [np.random.default_rng(seed) for _ in range(2)]
    with np.errstate(all="ignore"):
        *ends, losses = minibatch_gd(x, y, rng=rngs[0], **common)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solution.scan, "CHUNK", chunk)
        *scanned, of_scan = minibatch_gd_scan(x, y, rng=rngs[1], **common)  # type: ignore[arg-type]
    close(scanned, ends)
    close(of_scan, losses)
    assert rngs[0].random() == rngs[1].random()  # the scan draws what the loop draws


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("batch_size", [1, 3, 128, 1000])
@pytest.mark.parametrize("lr", [0.01, 0.78, 0.8, 2.0])
def test_long_runs_agree_with_the_loop_near_the_limit_of_stability(
    batch_size: int, lr: float
) -> None:
    x, y = make_data(1000)
    common = {"batch_size": batch_size, "lr": lr, "epochs": 5 if batch_size < 9 else 100}
    with np.errstate(all="ignore"):
        *ends, losses = minibatch_gd(x, y, rng=np.random.default_rng(1), **common)  # type: ignore[arg-type]
    *scanned, of_scan = minibatch_gd_scan(x, y, rng=np.random.default_rng(1), **common)  # type: ignore[arg-type]
    close(scanned, ends)
    close(of_scan, losses)


def test_many_runs_are_the_single_runs() -> None:
    x, y = data(30, 0)
    rates = np.array([[0.001], [0.05], [5.0]])
    starts = np.array([[1.0], [0.0], [-2.0]])
    rngs = [np.random.default_rng(seed) for seed in range(4)]
    runs = scan_runs(x, y, Descents(7, 6, rngs, rates, w=starts))
    assert runs.w.shape == runs.b.shape == (3, 4)
    assert runs.losses.shape == (6, 3, 4)
    for i in range(3):
        for j in range(4):
            single = minibatch_gd_scan(
                x,
                y,
                batch_size=7,
                lr=float(rates[i, 0]),
                epochs=6,
                rng=np.random.default_rng(j),
                w=float(starts[i, 0]),
            )
            close(runs.w[i, j], single[0])
            close(runs.b[i, j], single[1])
            close(runs.losses[:, i, j], single[2])


def test_w_and_b_at_any_update() -> None:
    x, y = data(10, 3)
    every = list(range(13))  # 3 epochs of 4 batches, the start and the end included
    runs = scan_runs(x, y, Descents(3, 3, [np.random.default_rng(5)], 0.05), at=every)
    assert runs.path.shape == (13, 2, 1)
    assert runs.path[0, :, 0].tolist() == [0.0, 0.0]
    for epochs in (1, 2, 3):
        w, b, _ = minibatch_gd(
            x, y, batch_size=3, lr=0.05, epochs=epochs, rng=np.random.default_rng(5)
        )
        close(runs.path[4 * epochs, :, 0], [w, b])
    rng = np.random.default_rng(5)
    rows = rng.permutation(10)[:3]  # the first batch
    w, b, _ = minibatch_gd(
        x[rows], y[rows], batch_size=3, lr=0.05, epochs=1, rng=np.random.default_rng(0)
    )
    close(runs.path[1, :, 0], [w, b])


@given(seed=st.integers(0, 2**32 - 1))
def test_composition_is_associative_and_acts_one_after_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two, three = (tuple(rng.standard_normal((6, 1))) for _ in range(3))
    left, right = compose(compose(one, two), three), compose(one, compose(two, three))
    close(np.array(left), np.array(right))
    at = rng.standard_normal((2, 1))
    stacked: Any = tuple(np.stack(part) for part in zip(one, two, three, strict=True))
    ws, bs = chain(stacked, *at)
    close(solution.scan.apply(left, *at), (ws[-1], bs[-1]))


def test_arguments_that_cannot_be_are_refused() -> None:
    x, y = data(4, 0)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        minibatch_gd_scan(x, y, batch_size=0, lr=0.1, epochs=1, rng=rng)
    with pytest.raises(ValueError, match="same length"):
        minibatch_gd_scan(x, y[1:], batch_size=1, lr=0.1, epochs=1, rng=rng)
    with pytest.raises(ValueError, match="a generator for each run"):
        Descents(batch_size=1, epochs=1, rngs=[], lr=0.1)


def test_memory_does_not_grow_with_the_length_of_the_run() -> None:
    """One million and ten million updates need the same memory, but for a loss for each epoch."""
    pytest.importorskip("resource", reason="this system does not tell how much memory is used")
    code = """
import resource, sys
import numpy as np
from solution.data import make_data
from solution.scan import minibatch_gd_scan
x, y = make_data(1000)
peaks = []
for epochs in (1000, 10_000):
    minibatch_gd_scan(x, y, batch_size=1, lr=0.01, epochs=epochs, rng=np.random.default_rng(0))
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(peaks[1] / peaks[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert float(done.stdout) < 1.05


def test_example_comes_out_as_printed() -> None:
    result = doctest.testmod(solution.scan)
    assert result.attempted
    assert not result.failed


def test_the_compiled_loop_of_the_benchmark_gives_the_numbers_of_the_loop() -> None:
    pytest.importorskip("numba", reason="the extra bench is not installed")
    x, y = make_data(50)
    options: Any = {"batch_size": 7, "lr": 0.05, "epochs": 3, "w": 1.0, "b": -1.0}
    runs = [
        loop(x, y, **options, rng=np.random.default_rng(5))
        for loop in (minibatch_gd, benchmark.compiled_loop())
    ]
    for one, other in zip(*runs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
