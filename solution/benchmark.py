"""Measure the ways to run the experiment side by side: `python -m solution.benchmark`.

All on the same data, in one run, each in a process of its own for its peak memory; what takes
long is run for fewer epochs and compared by its time per update. The compiled loop and SGDRegressor
are there with the extra `bench`; SGDRegressor records no losses.
"""

import argparse
import contextlib
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from solution.data import make_data
from solution.descent import minibatch_gd
from solution.scan import minibatch_gd_scan

ENGINES = ("PyTorch loop", "NumPy loop", "compiled loop", "SGDRegressor", "scan")
EPOCHS = {  # what each engine can do in about a second
    "PyTorch loop": {1: 3, 128: 100, 1000: 100},
    "NumPy loop": {1: 20, 128: 1000, 1000: 1000},
    "compiled loop": {1: 1000, 128: 1000, 1000: 1000},
    "SGDRegressor": {1: 1000},
    "scan": {1: 1000, 128: 1000, 1000: 1000},
}
GROWTH = (  # samples, batch size, epochs
    (1000, 1, 100),
    (1000, 1, 1000),
    (1000, 1, 10_000),
    (1000, 1, 100_000),
    (100, 1, 10_000),
    (10_000, 1, 100),
    (1_000_000, 1, 1),
    (1000, 10, 10_000),
    (1000, 128, 10_000),
    (1000, 1000, 10_000),
)


def runner(engine: str, n: int, batch_size: int, epochs: int) -> Callable[[], object]:
    """Return a function that makes one run, all that it needs imported and warmed up.

    Parameters
    ----------
    engine : str
        One of `ENGINES`.
    n, batch_size, epochs : int
        The size of the run.

    Returns
    -------
    callable
        Makes the run.

    Raises
    ------
    ImportError
        If the engine's library is not installed.
    """
    x, y = make_data(n)
    values = {"batch_size": batch_size, "lr": 0.01}
    if engine == "PyTorch loop":
        import torch

        from solution.training import LinearRegression, to_dataset, train

        dataset = to_dataset(x, y)
        train(LinearRegression(), dataset, batch_size=n, lr=0.01, epochs=1)  # warms up
        torch.set_num_threads(1)  # for tensors as small as these, more are slower
        return lambda: train(LinearRegression(), dataset, **values, epochs=epochs)  # type: ignore[arg-type]
    if engine == "SGDRegressor":
        from sklearn.linear_model import SGDRegressor

        model = SGDRegressor(
            penalty=None, learning_rate="constant", eta0=0.02, max_iter=epochs, tol=None
        )  # its loss has the factor ½
        return lambda: model.fit(x, y[:, 0])
    rng = np.random.default_rng(42)
    loop: Callable[..., object] = minibatch_gd if engine == "NumPy loop" else minibatch_gd_scan
    if engine == "compiled loop":
        loop = compiled_loop()
        loop(x, y, **values, epochs=1, rng=rng)  # compiles it
    return lambda: loop(x, y, **values, epochs=epochs, rng=rng)


def compiled_loop() -> Callable[..., tuple[float, float, list[float]]]:
    """Return `minibatch_gd` with the loop over an epoch's updates compiled by Numba.

    Raises
    ------
    ImportError
        If Numba is not installed.
    """
    from numba import njit

    @njit
    def epoch(x, y, order, batch_size, lr, w, b):  # type: ignore[no-untyped-def]
        total, batches = 0.0, 0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            dw = db = loss = 0.0
            for i in rows:
                residual = w * x[i, 0] + b - y[i, 0]
                loss += residual * residual
                dw += 2 * residual * x[i, 0]
                db += 2 * residual
            total += loss / len(rows)
            batches += 1
            w, b = w - lr * dw / len(rows), b - lr * db / len(rows)
        return w, b, total / batches

    def loop(x, y, *, batch_size, lr, epochs, rng, w=0.0, b=0.0):  # type: ignore[no-untyped-def]
        losses = []
        for _ in range(epochs):
            w, b, loss = epoch(x, y, rng.permutation(len(x)), batch_size, lr, w, b)
            losses.append(loss)
        return w, b, losses

    return loop


def measure(engine: str, n: int, batch_size: int, epochs: int, repeats: int) -> str:
    """Return median seconds and peak bytes of memory, as text."""
    try:
        run = runner(engine, n, batch_size, epochs)
    except ImportError as error:
        return f"not installed: {error.name}"
    before = peak_bytes()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return f"{median(times)} {peak_bytes() - before}"


def peak_bytes() -> int:
    """Return the most memory that this process has held, 0 where the system does not tell."""
    with contextlib.suppress(ImportError):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return 0


def in_own_process(engine: str, n: int, batch_size: int, epochs: int, repeats: int) -> list[float]:
    """Measure in a new process; return seconds and bytes, nothing if the engine is missing."""
    numbers = [str(value) for value in (n, batch_size, epochs, repeats)]
    done = subprocess.run(
        [sys.executable, "-m", "solution.benchmark", "--one", engine, *numbers],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    words = done.stdout.split()
    return [] if words[0] == "not" else [float(word) for word in words]


def compare_engines(repeats: int) -> None:
    """Print what an update takes with each engine."""
    print("n = 1000; the ratio is to the scan, per update")
    print(f"{'batch size':>10}  {'engine':<14}{'epochs':>7}{'µs/update':>11}{'ratio':>8}{'MB':>7}")
    for batch_size in (1, 128, 1000):
        rows = []
        for engine in ENGINES:
            epochs = EPOCHS[engine].get(batch_size)
            found = in_own_process(engine, 1000, batch_size, epochs, repeats) if epochs else []
            if epochs and found:
                updates = epochs * math.ceil(1000 / batch_size)
                rows.append((engine, epochs, 1e6 * found[0] / updates, found[1] / 1e6))
        for engine, epochs, micro, mega in rows:
            print(
                f"{batch_size:>10}  {engine:<14}{epochs:>7}{micro:>11.3f}"
                f"{micro / rows[-1][2]:>8.1f}{mega:>7.1f}"
            )


def measure_growth(repeats: int) -> None:
    """Print how the scan grows with samples, batch size and epochs."""
    print("how the scan grows")
    print(
        f"{'n':>10}{'batch size':>12}{'epochs':>9}{'updates':>13}{'seconds':>9}"
        f"{'ns/update':>11}{'MB':>7}"
    )
    for n, batch_size, epochs in GROWTH:
        updates = epochs * math.ceil(n / batch_size)
        few = 1 if updates * batch_size > 3e7 else repeats
        seconds, memory = in_own_process("scan", n, batch_size, epochs, few)
        print(
            f"{n:>10,}{batch_size:>12,}{epochs:>9,}{updates:>13,}{seconds:>9.3f}"
            f"{1e9 * seconds / updates:>11.1f}{memory / 1e6:>7.1f}"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m solution.benchmark", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="of each run; the median counts")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        engine, *numbers = options.one
        print(measure(engine, *(int(number) for number in numbers)))
        return
    compare_engines(options.repeats)
    print()
    measure_growth(options.repeats)


if __name__ == "__main__":
    main()
