"""The experiment with the scan of the reference solution, and PyTorch beside it."""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plots import experiment
from plots.experiment import Array, Run
from solution.batching import shuffled_batches
from solution.scan import Descents, minibatch_gd_scan, scan_runs


def scan(x: Array, y: Array, *, batch_size: int, lr: float, epochs: int, seed: int) -> Run:
    """Run one descent as a scan, in the blink of an eye."""
    updates = epochs * math.ceil(len(x) / batch_size)
    early = np.geomspace(1, updates, 1500).astype(int)
    at = np.unique([0, *early, *range(max(0, updates - 1500), updates + 1)])
    started = time.perf_counter()
    descents = Descents(batch_size, epochs, [np.random.default_rng(seed)], lr)
    runs = scan_runs(x, y, descents, at=at)
    seconds = time.perf_counter() - started
    return Run(batch_size, updates, runs.losses[:, 0], at, runs.path[:, :, 0], seconds)


@dataclass(frozen=True)
class Beside:
    """The usual PyTorch loop beside the scan, over the first epochs of each run.

    `difference` is the largest one of w and b, after `epochs` epochs on the same batches;
    `update_seconds` what an update took with a DataLoader, for each batch size.
    """

    epochs: dict[int, int]
    difference: float
    update_seconds: dict[int, float]

    def __str__(self) -> str:
        """Say how far the scan is from the PyTorch loop."""
        few = ", ".join(f"{epochs} of batch size {size}" for size, epochs in self.epochs.items())
        return (
            f"check: after the first epochs ({few}) on the same batches, w and b of the PyTorch "
            f"loop\n(float32) and of the scan (float64) differ by {self.difference:.1g} at most"
        )


def beside_torch(
    x: Array, y: Array, *, batch_sizes: Sequence[int], lr: float, epochs: int, seed: int
) -> Beside:
    """Train the first epochs with the PyTorch loop, and measure it.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n, 1)
        All samples.
    batch_sizes : sequence of int
        Of the runs.
    lr : float
        Learning rate.
    epochs : int
        As many at most.
    seed : int
        Of the shuffles.

    Returns
    -------
    Beside
        Differences and seconds.
    """
    import torch

    from solution.training import to_dataset, train

    # Threads gain nothing at these sizes, and after a fork OpenMP waits forever for those
    # that the parent had started
    torch.set_num_threads(1)
    dataset = to_dataset(x, y)
    few, difference, update_seconds = {}, 0.0, {}
    for size in batch_sizes:
        each = math.ceil(len(x) / size)
        few[size] = min(epochs, max(1, 100 // each))
        model = trained_on(first_batches(x, y, size, few[size], seed), lr)
        rng = np.random.default_rng(seed)
        w, b, _ = minibatch_gd_scan(x, y, batch_size=size, lr=lr, epochs=few[size], rng=rng)
        found = experiment.parameters(model)
        difference = max(difference, abs(found[0] - w), abs(found[1] - b))
        started = time.perf_counter()
        train(model, dataset, batch_size=size, lr=lr, epochs=few[size])
        seconds = time.perf_counter() - started
        update_seconds[size] = seconds / (each * few[size])
    return Beside(few, difference, update_seconds)


def first_batches(
    x: Array, y: Array, batch_size: int, epochs: int, seed: int
) -> Iterator[list[tuple[Array, Array]]]:
    """Yield the batches of each epoch as the scan draws them."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        yield list(shuffled_batches(x, y, batch_size, rng))


def trained_on(epochs: Iterable[Sequence[tuple[Array, Array]]], lr: float) -> Any:
    """Return a model that is trained with stage 5's loop on these batches."""
    import torch

    from solution.training import LinearRegression, train_epoch

    model = experiment.line_at_0(LinearRegression())
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for batches in epochs:
        tensors = [
            tuple(torch.tensor(part, dtype=torch.float32) for part in batch) for batch in batches
        ]
        train_epoch(model, tensors, torch.nn.MSELoss(), optimizer)  # type: ignore[arg-type]
    return model
