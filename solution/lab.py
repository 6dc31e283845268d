"""The lab's fast engine: the scan, some epochs at a time."""

import functools
import math
import time
from collections.abc import Iterator

import numpy as np

from plots.experiment import Array
from plots.lab.settings import Setting
from plots.lab.track import WHOLE, Track, evenly
from solution.descent import minibatch_gd
from solution.scan import Descents, scan_runs

PIECE = 250_000  # updates: a fraction of what is noticed as a delay


def scan(setting: Setting, x: Array, y: Array) -> Iterator[Track]:
    """Run one descent as a scan, and yield how far it has come."""
    update_seconds = seconds_of_loop(setting.batch_size)
    rng = np.random.default_rng(setting.seed)
    whole = np.arange(min(setting.updates, WHOLE) + 1)
    asked = np.union1d(whole, evenly(setting.updates + 1))
    more = math.ceil(PIECE / setting.each)
    w, b, losses, path = setting.w, setting.b, [], []
    for done in range(0, setting.epochs, more):
        epochs = min(more, setting.epochs - done)
        first, last = (setting.each * epoch for epoch in (done, done + epochs))
        here = asked[(asked > first) & (asked <= last)] - first
        descents = Descents(setting.batch_size, epochs, [rng], setting.lr, w, b)
        runs = scan_runs(x, y, descents, at=here)
        w, b = float(runs.w[0]), float(runs.b[0])
        losses.append(runs.losses[:, 0])
        path.append(runs.path[:, :, 0])
        points = np.concatenate([[(setting.w, setting.b)], *path])
        yield Track(setting, np.concatenate(losses), asked[: len(points)], points, update_seconds)


@functools.cache
def seconds_of_loop(batch_size: int) -> float:
    """Measure what an update takes in the loop of stage 4, over some dozens."""
    x, y = np.random.default_rng(0).random((2, batch_size * math.ceil(32 / batch_size), 1))
    epochs = math.ceil(32 / (len(x) / batch_size))
    options = {"batch_size": batch_size, "lr": 0.0, "rng": np.random.default_rng(0)}
    seconds = []
    for _ in range(3):  # the first is slower, and so is one that something comes in between
        started = time.perf_counter()
        minibatch_gd(x, y, epochs=epochs, **options)  # type: ignore[arg-type]
        seconds.append(time.perf_counter() - started)
    return min(seconds) / (epochs * len(x) / batch_size)
