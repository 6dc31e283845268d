"""Which batches did a descent use? Told from the last b that it gives.

With x = 0 for all samples a descent from b = 0 is linear in y: each update is
b ← (1 − 2·lr)·b + 2·lr·mean(y of the batch). With y = 1 for sample i and 0 for the others, the
last b therefore tells in which batches sample i was, and with which weight, whatever code
made it. Equal generators give equal batches, so that one run for each sample finds them all.

Where the losses are right, too, a single run on samples of different y is enough: each epoch's loss
tells how it was split.
"""

import functools
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tests.judge.oracles import all_epochs, sizes
from tests.judge.verdicts import Finding, finding
from tests.judged.values import Array

PROBE_LR = 0.15
MOST_ALIKE = 100  # ways whose losses so far are alike


def trace(lengths: Sequence[int], place: int) -> float:
    """Return the b that a sample in the batch at one place leaves, of batches of these lengths."""
    keep = 1 - 2 * PROBE_LR
    return 2 * PROBE_LR / lengths[place] * keep ** (len(lengths) - 1 - place)


def traces(n: int, batch_size: int, epochs: int) -> list[tuple[float, tuple[int, ...]]]:
    """Return, for each choice of one batch in each epoch, the b that a sample there leaves."""
    lengths = sizes(n, batch_size) * epochs
    each = len(lengths) // epochs
    return sorted(
        (sum(trace(lengths, epoch * each + place) for epoch, place in enumerate(places)), places)
        for places in itertools.product(range(each), repeat=epochs)
    )


def other_use(
    effects: Sequence[float], n: int, batch_size: int, tolerance: float
) -> Finding | None:
    """Say in which other way the samples of one epoch were used, if in one that is known."""
    right = sizes(n, batch_size)
    for lengths in (right[::-1], [len(part) for part in np.array_split(np.arange(n), len(right))]):
        places = [
            [k for k in range(len(lengths)) if abs(trace(lengths, k) - effect) <= tolerance]
            for effect in effects
        ]
        used = sorted(k for found in places for k in found)
        if (
            lengths != right
            and all(places)
            and used == sorted(k for k, length in enumerate(lengths) for _ in range(length))
        ):
            return finding("other sizes", sizes=lengths, right=right)
    for lengths in (right, [min(batch_size, n)] * len(right)):
        uses = [number_of_uses(effect, lengths, tolerance) for effect in effects]
        if None not in uses:
            never, often = uses.count(0), sum(use is not None and use > 1 for use in uses)
            if never or often:
                return finding("uneven use", n=n, often=often, never=never)
    return None


def number_of_uses(effect: float, lengths: Sequence[int], tolerance: float) -> int | None:
    """Return in how many batches a sample was that has this effect, None if that is unclear."""
    for uses in range(4):
        for places in itertools.combinations_with_replacement(range(len(lengths)), uses):
            if abs(sum(trace(lengths, place) for place in places) - effect) <= tolerance:
                return uses
    return None


def find_batches(
    effects: Sequence[float], n: int, batch_size: int, epochs: int, tolerance: float
) -> list[list[list[int]]] | None:
    """Find out which samples were in which batch.

    Parameters
    ----------
    effects : list of n floats
        What each sample alone contributes to b: the last b of a descent with x = 0, from b = 0
        and with learning rate `PROBE_LR`, on a y that is 1 for this sample and 0 for the
        others, always with an equal generator.
    n, batch_size, epochs : int
        The sizes of that descent.
    tolerance : float
        By how much its b may be off, rounding.

    Returns
    -------
    list of epochs of batches of rows, or None
        None if no way to use each sample once in each epoch explains the effects.
    """
    known = traces(n, batch_size, epochs)
    lengths = sizes(n, batch_size)
    batches: list[list[list[int]]] = [[[] for _ in lengths] for _ in range(epochs)]
    for row, effect in enumerate(effects):
        matches = [places for b, places in known if abs(b - effect) <= tolerance]
        if len(matches) != 1:
            return None
        for epoch, place in enumerate(matches[0]):
            batches[epoch][place].append(row)
    if any([len(batch) for batch in epoch] != lengths for epoch in batches):
        return None
    return batches


class Ways(NamedTuple):
    """Every way to split samples into an epoch's batches, and what b meets in them."""

    ways: list[list[tuple[int, ...]]]
    means: Array  # of y: a row for each batch, a column for each way
    squares: Array


@functools.cache
def ways_to_split(n: int, batch_size: int) -> Ways:
    """Return the ways for the samples of `different_samples`."""
    y, ways = different_samples(n)[:, 0], [*all_epochs(n, batch_size)]
    batches = range(len(sizes(n, batch_size)))
    means, squares = (
        np.array([[values[[*way[k]]].mean() for way in ways] for k in batches])
        for values in (y, y * y)
    )
    return Ways(ways, means, squares)


def different_samples(n: int) -> Array:
    """Return n values of y: of up to eight, no two sets of as many add up to the same."""
    found: Array = np.sqrt(np.arange(1.0, n + 1)).reshape(n, 1)
    return found


def batches_of_losses(
    b: float, losses: Sequence[float], n: int, batch_size: int, tolerance: float
) -> list[list[tuple[int, ...]]] | None:
    """Find out which samples were in which batch, of a single run.

    Parameters
    ----------
    b : float
        The last b of a descent with x = 0 and y from `different_samples`, from b = 0 and with
        learning rate `PROBE_LR`.
    losses : sequence of float
        Its losses, one for each epoch.
    n, batch_size : int
        The sizes of that descent.
    tolerance : float
        By how much its b and its losses may be off, rounding.

    Returns
    -------
    list of epochs of batches of rows, or None
        None if no way explains all of them, or more than one does.
    """
    ways, means, squares = ways_to_split(n, batch_size)
    found: list[tuple[float, list[list[tuple[int, ...]]]]] = [(0.0, [])]
    for loss in losses:
        going_on = []
        for start, before in found:
            at, total = np.full(len(ways), start), np.zeros(len(ways))
            for mean, square in zip(means, squares, strict=True):
                total += at * at - 2 * at * mean + square
                at += 2 * PROBE_LR * (mean - at)
            alike = np.flatnonzero(np.abs(total / len(means) - loss) <= tolerance)
            going_on += [(float(at[k]), [*before, ways[k]]) for k in alike]
        if len(going_on) > MOST_ALIKE:
            return None
        found = going_on
    fitting = [before for end, before in found if abs(end - b) <= tolerance]
    return fitting[0] if len(fitting) == 1 else None
