"""What else the results of a descent are equal to, when they are not what they should be.

Each likeness is a descent that goes on in another way; the headline says so ("as if …") only
if w and b come out the same.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tests.oracles import Run

Point = tuple[float, float]
Gradient = Callable[[float, float, Sequence[int], int], Point]  # w, b, rows, epoch
Update = Callable[[Point, Point, int, int], Point]  # (w, b), gradient, epoch, update


def parameters_like(found: Point, run: Run, allowed: float, passed: Sequence[Run]) -> str:
    """Say what w and b are equal to, "" if that is nothing known.

    Parameters
    ----------
    found : tuple of two floats
        The wrong w and b.
    run : Run
        What is right.
    allowed : float
        The error of rounding.
    passed : list of Run
        What came out right before: a guess that would not have is none.
    """
    guesses = []
    for saying, point in likenesses(run):
        same = all(abs(a - b) <= allowed for a, b in zip(found, point, strict=True))
        if same and max(abs(run.w - point[0]), abs(run.b - point[1])) > 2 * allowed:
            if not saying.startswith("as if"):
                return f": they are {saying}"
            guesses.append(saying)
    guesses = [saying for saying in guesses if not any(changes(saying, one) for one in passed)]
    if 1 <= len(guesses) <= 3:  # of more, none is shown
        return ": " + ", or ".join(guesses)
    return precision_of(found, (run.w, run.b)) or last_step(found, run, allowed)


def changes(saying: str, run: Run) -> bool:
    """Whether a likeness would have made another run wrong."""
    others = (point for name, point in likenesses(run) if name == saying)
    point = next(others, (run.w, run.b))
    return max(abs(run.w - point[0]), abs(run.b - point[1])) > 1e-4 * run.size


def precision_of(found: Sequence[float], right: Sequence[float]) -> str:
    """Say whether numbers, close to the right ones, are rounded to fewer digits than these."""
    for digits in range(2, 13):
        if all(round(a, digits) == a for a in found):
            near = all(abs(a - b) < 10.0**-digits for a, b in zip(found, right, strict=True))
            return f": they are rounded to {digits} decimals" if near else ""
    if all(
        float(np.float32(a)) == a and abs(a - b) < 1e-5 * abs(b)
        for a, b in zip(found, right, strict=True)
    ):
        return ": they have the precision of float32 only"
    return ""


def last_step(found: Point, run: Run, allowed: float) -> str:
    """Say by which factor the last step would be off, if the steps before it are right."""
    if len(run.path) != 3:  # of more, it need not be the last one that is wrong
        return ""
    before = run.path[-2]
    steps = [f - p for f, p in zip(found, before, strict=True)]
    due = [r - p for r, p in zip((run.w, run.b), before, strict=True)]
    if min(map(abs, due)) < 1e3 * allowed or not all(map(math.isfinite, steps)):
        return ""
    one, two = (s / d for s, d in zip(steps, due, strict=True))
    if abs(one - 1) < 1e-4 or abs(one - two) > 1e-6 + 10 * allowed / min(map(abs, due)):
        return ""
    return f": as if the last step were {one:.6g} times what it should be"


def likenesses(run: Run) -> Iterator[tuple[str, Point]]:
    """Yield what w and b could be instead, what can be seen directly first."""
    lengths = [len(rows) for batches in run.epochs for rows in batches]
    total, size = len(lengths), max(lengths)
    yield "as they were at the start", run.path[0]
    if lengths[-1] < size:
        yield "those before the update of the short last batch", run.path[-2]
    for k in range(1, total):
        yield f"those after update {k} of {total}", run.path[k]
    yield "swapped: w is b, and b is w", (run.b, run.w)
    yield from other_gradients(run, size)
    yield from other_updates(run)
    yield from other_batches(run, size)


def residual_means(run: Run, rows: Sequence[int], w: float, b: float, share: float) -> Point:
    residuals = [w * run.xs[i] + b - run.ys[i] for i in rows]
    dw = sum(2 * r * run.xs[i] for r, i in zip(residuals, rows, strict=True))
    return dw / share, sum(2 * r for r in residuals) / share


def again(
    run: Run,
    gradient: Gradient | None = None,
    update: Update | None = None,
    epochs: Sequence[Sequence[Sequence[int]]] | None = None,
    start: Point | None = None,
) -> Point:
    """Descend once more, with other parts."""
    at = start or run.path[0]
    count = 0
    for epoch, batches in enumerate(run.epochs if epochs is None else epochs):
        for rows in batches:
            slope = (
                gradient(*at, rows, epoch)
                if gradient
                else residual_means(run, rows, *at, len(rows))
            )
            at = update(at, slope, epoch, count) if update else step(at, slope, run.lr)
            count += 1
            if not (math.isfinite(at[0]) and math.isfinite(at[1])):
                return at
    return at


def step(at: Point, slope: Point, lr: float) -> Point:
    return at[0] - lr * slope[0], at[1] - lr * slope[1]


def other_gradients(run: Run, size: int) -> Iterator[tuple[str, Point]]:
    n = len(run.xs)

    def divided(share: Callable[[Sequence[int]], float]) -> Point:
        return again(run, lambda w, b, rows, _: residual_means(run, rows, w, b, share(rows)))

    def changed(change: Callable[[Point], Point]) -> Point:
        return again(run, lambda w, b, rows, _: change(residual_means(run, rows, w, b, len(rows))))

    yield "as if a short batch's gradient were divided by batch_size", divided(lambda _: size)
    yield "as if the gradients were summed over the batch, not averaged", divided(lambda _: 1)
    yield "as if the gradients were divided by all n samples", divided(lambda _: n)
    frozen: dict[int, Point] = {}

    def at_epoch_start(w: float, b: float, rows: Sequence[int], epoch: int) -> Point:
        return residual_means(run, rows, *frozen.setdefault(epoch, (w, b)), len(rows))

    yield (
        "as if every gradient of an epoch were taken at the w and b that it began with",
        again(run, at_epoch_start),
    )
    yield (
        "as if every gradient were taken at the w and b of the start",
        again(run, lambda _w, _b, rows, _e: residual_means(run, rows, *run.path[0], len(rows))),
    )
    yield (
        "as if every batch's gradient were that of all samples",
        again(run, lambda w, b, _r, _e: residual_means(run, range(n), w, b, n)),
    )
    yield "as if dw and db were swapped", changed(lambda g: (g[1], g[0]))
    yield "as if b's step used dw", changed(lambda g: (g[0], g[0]))
    yield "as if w's step used db", changed(lambda g: (g[1], g[1]))
    yield (
        "as if the gradients were those of the absolute error",
        again(run, lambda w, b, rows, _: absolute_error(run, w, b, rows)),
    )
    yield (
        "as if x and y were swapped",
        again(run, lambda w, b, rows, _: swapped_data(run, w, b, rows)),
    )
    yield (
        "as if every x were paired with every y of its batch (a shape (m,) against (m, 1))",
        again(run, lambda w, b, rows, _: broadcast(run, w, b, rows)),
    )
    for most in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 1000.0):
        yield (
            f"as if each gradient were clipped to the norm {most:g}",
            changed(lambda g: clipped(g, most)),  # noqa: B023, called at once
        )
        yield (
            f"as if each gradient were clipped to ±{most:g}",
            changed(lambda g: (cut(g[0], most), cut(g[1], most))),  # noqa: B023
        )


def absolute_error(run: Run, w: float, b: float, rows: Sequence[int]) -> Point:
    signs = [math.copysign(1.0, w * run.xs[i] + b - run.ys[i]) for i in rows]
    dw = sum(s * run.xs[i] for s, i in zip(signs, rows, strict=True)) / len(rows)
    return dw, sum(signs) / len(rows)


def swapped_data(run: Run, w: float, b: float, rows: Sequence[int]) -> Point:
    residuals = [w * run.ys[i] + b - run.xs[i] for i in rows]
    dw = sum(2 * r * run.ys[i] for r, i in zip(residuals, rows, strict=True)) / len(rows)
    return dw, sum(2 * r for r in residuals) / len(rows)


def broadcast(run: Run, w: float, b: float, rows: Sequence[int]) -> Point:
    pairs = [(run.xs[i], run.ys[j]) for i in rows for j in rows]
    dw = sum(2 * (w * x + b - y) * x for x, y in pairs) / len(pairs)
    return dw, sum(2 * (w * x + b - y) for x, y in pairs) / len(pairs)


def clipped(slope: Point, most: float) -> Point:
    norm = math.hypot(*slope)
    return slope if norm <= most else (slope[0] * most / norm, slope[1] * most / norm)


def cut(value: float, most: float) -> float:
    return max(-most, min(most, value))


def other_updates(run: Run) -> Iterator[tuple[str, Point]]:
    lr = run.lr
    updates = len(run.path) - 1
    batches = len(run.epochs[0])
    size = max(len(rows) for rows in run.epochs[0])
    for many, what in (
        (size, "batch_size"),
        (len(run.epochs), "the number of epochs"),
        (batches, "the number of batches in an epoch"),
        (updates, "the number of updates"),
    ):
        yield (
            f"as if lr were divided by {what}",
            again(run, update=lambda at, g, *_: step(at, g, lr / many)),  # noqa: B023
        )
    factors = {lr * factor for factor in (0.1, 0.5, 2.0, 10.0)}
    for other in sorted((factors | {0.001, 0.01, 0.05, 0.1, 0.5, 1.0}) - {lr}):
        yield (
            f"as if lr were {other:g}, not {lr:g}",
            again(run, update=lambda at, g, *_: step(at, g, other)),  # noqa: B023, called at once
        )
    yield "as if b's step were taken at the new w", again(run, update=one_after_the_other(run, 0))
    yield "as if w's step were taken at the new b", again(run, update=one_after_the_other(run, 1))
    sign = math.copysign
    yield (
        f"as if each of w and b moved by lr = {lr:g}, whatever the size of its gradient",
        again(run, update=lambda at, g, *_: step(at, (sign(1, g[0]), sign(1, g[1])), lr)),
    )
    for keep in (0.1, 0.5, 0.8, 0.9, 0.95, 0.99):
        yield (
            f"as if {keep:g} of the step before were added to each step (momentum)",
            again(run, update=momentum(lr, keep)),
        )
        yield (
            f"as if {keep:g} of the step before were added, looking ahead (Nesterov)",
            again(run, update=momentum(lr, keep, ahead=True)),
        )
    for shrink in (0.1, 0.5, 0.9, 0.95, 0.99, 0.999):
        yield (
            f"as if the learning rate shrank by the factor {shrink:g} after each epoch",
            again(run, update=lambda at, g, e, _: step(at, g, lr * shrink**e)),  # noqa: B023
        )
        yield (
            f"as if the learning rate shrank by the factor {shrink:g} after each update",
            again(run, update=lambda at, g, _, t: step(at, g, lr * shrink**t)),  # noqa: B023
        )
    yield (
        "as if the learning rate were lr/1, lr/2, lr/3, … from epoch to epoch",
        again(run, update=lambda at, g, e, _: step(at, g, lr / (e + 1))),
    )
    yield (
        "as if the learning rate were lr/1, lr/2, lr/3, … from update to update",
        again(run, update=lambda at, g, _, t: step(at, g, lr / (t + 1))),
    )
    for decay, of_b in itertools.product((1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1), (1.0, 0.0)):
        what = "w and b" if of_b else "w"
        yield (
            f"as if {decay:g} times {what} were added to each gradient (weight decay)",
            again(run, update=weight_decay(lr, decay, of_b * decay)),
        )
    yield (
        "as if the gradients of all earlier updates were still in each one (never cleared)",
        again(run, update=accumulated(lr)),
    )
    yield (
        "as if each epoch's earlier gradients were still in each one (cleared once an epoch)",
        again(run, update=accumulated(lr, each_epoch=True)),
    )


def one_after_the_other(run: Run, first: int) -> Update:
    """Return an update that moves one parameter, and the other along its gradient from there."""
    rows_of_update = [rows for batches in run.epochs for rows in batches]

    def update(at: Point, slope: Point, _: int, count: int) -> Point:
        moved = list(at)
        moved[first] -= run.lr * slope[first]
        rows = rows_of_update[count]
        there = residual_means(run, rows, moved[0], moved[1], len(rows))
        moved[1 - first] -= run.lr * there[1 - first]
        return moved[0], moved[1]

    return update


def momentum(lr: float, keep: float, ahead: bool = False) -> Update:
    speed = [0.0, 0.0]

    def update(at: Point, slope: Point, *_: int) -> Point:
        speed[:] = [keep * s + g for s, g in zip(speed, slope, strict=True)]
        push = [g + keep * s if ahead else s for s, g in zip(speed, slope, strict=True)]
        return step(at, (push[0], push[1]), lr)

    return update


def weight_decay(lr: float, of_w: float, of_b: float) -> Update:
    return lambda at, g, *_: step(at, (g[0] + of_w * at[0], g[1] + of_b * at[1]), lr)


def accumulated(lr: float, each_epoch: bool = False) -> Update:
    total, of = [0.0, 0.0], [0]

    def update(at: Point, slope: Point, epoch: int, _: int) -> Point:
        if each_epoch and epoch != of[0]:
            total[:], of[0] = [0.0, 0.0], epoch
        total[:] = [t + g for t, g in zip(total, slope, strict=True)]
        return step(at, (total[0], total[1]), lr)

    return update


def other_batches(run: Run, size: int) -> Iterator[tuple[str, Point]]:
    epochs = run.epochs
    short_left_out = [[rows for rows in batches if len(rows) == size] for batches in epochs]
    n, start = len(run.xs), run.path[0]
    yield "as if short batches were left out", again(run, epochs=short_left_out)
    for more in range(1, 2 * len(epochs) + 1):
        longer = [epochs[i % len(epochs)] for i in range(len(epochs) + more)]
        count = sum(map(len, longer))
        yield f"those after {count} updates, not {len(run.path) - 1}", again(run, epochs=longer)
    yield "as if every epoch began at the first w and b again", again(run, epochs=epochs[-1:])
    for k, name in ((0, "first"), (-1, "last")):
        yield (
            f"as if each epoch had its {name} batch only",
            again(run, epochs=[[batches[k]] for batches in epochs]),
        )
    yield (
        "as if every second batch were left out",
        again(run, epochs=[batches[::2] for batches in epochs]),
    )
    yield (
        "as if each epoch were one update with all samples",
        again(run, epochs=[[range(n)] for _ in epochs]),
    )
    yield (
        "as if each sample were a batch of its own",
        again(run, epochs=[[[i] for rows in batches for i in rows] for batches in epochs]),
    )
    swapped, ones = (start[1], start[0]), ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    for other in ((0.0, 0.0), swapped, (start[0], 0.0), (0.0, start[1]), *ones):
        yield f"as if it started at w = {other[0]:g}, b = {other[1]:g}", again(run, start=other)
    if n <= 3 and len(epochs) <= 2:
        shuffled = [run.with_ys(list(ys)) for ys in itertools.permutations(run.ys)]
        for of_epoch in itertools.product(shuffled, repeat=len(epochs)):

            def unpaired(w: float, b: float, rows: Sequence[int], epoch: int) -> Point:
                return residual_means(of_epoch[epoch], rows, w, b, len(rows))  # noqa: B023

            yield "as if x and y were no longer paired", again(run, unpaired)


def losses_like(found: Sequence[float], run: Run, allowed: float) -> str:
    """Say what the losses are equal to, "" if that is nothing known."""
    for saying, losses in other_losses(run):
        same = all(abs(a - b) <= allowed for a, b in zip(found, losses, strict=True))
        if same and any(abs(a - b) > 2 * allowed for a, b in zip(losses, run.losses, strict=True)):
            return f": they are {saying}"
    return precision_of(found, run.losses)


def other_losses(run: Run) -> Iterator[tuple[str, list[float]]]:
    """Yield what the losses could be instead: one for each epoch."""
    sizes = [[len(rows) for rows in batches] for batches in run.epochs]
    n, size = len(run.xs), max(map(max, sizes))
    parts = run.batch_losses
    several = len(parts[0]) > 1
    if several:
        yield "those of the epoch's last batch", [batch[-1] for batch in parts]
        yield "those of the epoch's first batch", [batch[0] for batch in parts]
        yield "the sums of the batch losses, not their means", [sum(batch) for batch in parts]
        yield "the largest of the batch losses", [max(batch) for batch in parts]
        yield "the smallest of the batch losses", [min(batch) for batch in parts]
        yield "the medians of the batch losses", [statistics.median(batch) for batch in parts]
        yield (
            "means in which each batch counts by its length",
            [
                sum(loss * s for loss, s in zip(batch, of, strict=True)) / n
                for batch, of in zip(parts, sizes, strict=True)
            ],
        )
        yield (
            "means in which a short batch's loss is divided by batch_size",
            [
                sum(loss * s / size for loss, s in zip(batch, of, strict=True)) / len(batch)
                for batch, of in zip(parts, sizes, strict=True)
            ],
        )
        yield (
            "the sums of the batch losses, divided by the number of full batches",
            [sum(batch) / max(1, n // size) for batch in parts],
        )
        yield (
            "the sums of the batch losses, divided by n / batch_size",
            [sum(batch) * size / n for batch in parts],
        )
    yield "half of what they should be", [loss / 2 for loss in run.losses]
    yield "twice what they should be", [2 * loss for loss in run.losses]
    yield "the square roots of what they should be", [math.sqrt(loss) for loss in run.losses]
    yield f"divided by n = {n}", [loss / n for loss in run.losses]
    yield f"divided by batch_size = {size}", [loss / size for loss in run.losses]
    yield "what they should be times batch_size", [loss * size for loss in run.losses]
    yield "those of the next epoch: taken after its updates", [*run.losses[1:], math.nan]
    after = [
        mean(run.loss_of(rows, *point) for rows, point in zip(batches, points, strict=True))
        for batches, points in zip(run.epochs, run.path_by_epoch(1), strict=True)
    ]
    yield "those of each batch after its update, not before", after
    starts = [points[0] for points in run.path_by_epoch(0)]
    ends = [points[-1] for points in run.path_by_epoch(1)]
    everything = range(n)
    yield (
        "those of all samples before the epoch",
        [run.loss_of(everything, *point) for point in starts],
    )
    yield (
        "those of all samples after the epoch",
        [run.loss_of(everything, *point) for point in ends],
    )
    yield (
        "those of each batch at the w and b that the epoch began with",
        [
            mean(run.loss_of(rows, *point) for rows in batches)
            for batches, point in zip(run.epochs, starts, strict=True)
        ],
    )
    yield (
        "means of the loss of all samples, not of the batch, before each update",
        [
            mean(run.loss_of(everything, *point) for point in points)
            for points in run.path_by_epoch(0)
        ],
    )
    yield (
        "the mean absolute errors",
        [
            mean(
                mean(abs(point[0] * run.xs[i] + point[1] - run.ys[i]) for i in rows)
                for rows, point in zip(batches, points, strict=True)
            )
            for batches, points in zip(run.epochs, run.path_by_epoch(0), strict=True)
        ],
    )
    totals = list(itertools.accumulate(run.losses))
    yield "the sums of all losses so far", totals
    yield "the means of all losses so far", [t / (i + 1) for i, t in enumerate(totals)]
    yield "in reverse order: the last epoch's first", run.losses[::-1]
    yield "all the last epoch's", [run.losses[-1]] * len(run.losses)
    yield "all the first epoch's", [run.losses[0]] * len(run.losses)
    yield "the smallest so far", list(itertools.accumulate(run.losses, min))


def mean(values: Iterator[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
