"""What the results of a wrong descent are equal to, where no known mistake explains them.

Each resemblance is a descent that goes on in another way, or another choice of losses. It is said
only if the results come out the same, on another descent, too, and if what was right before would
have.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np

from tests.judge.descents import Followed
from tests.judge.oracles import (
    Batch,
    Descent,
    Epochs,
    Point,
    Run,
    Slope,
    Step,
    mean_gradient,
    remembering,
    sgd,
)
from tests.judge.verdicts import Finding, Verdict, finding

MOST = 3  # of more guesses, none is worth anything


def resemblances(verdict: Verdict) -> tuple[Finding, ...]:
    """Return what w and b, or the losses, are equal to instead of what they should be."""
    if verdict.evidence is None or verdict.evidence.followed is None:
        return ()
    w, b, losses = verdict.evidence.value[:3]
    followed: Followed = verdict.evidence.followed
    if verdict.code == "losses":
        return of_losses(losses, followed)
    return of_parameters((w, b), followed) if verdict.code in ("descent", "step scaled") else ()


def of_parameters(found: Point, followed: Followed) -> tuple[Finding, ...]:
    """Say what w and b are equal to: what can be seen directly, or else by guesses."""
    run, allowed = followed.run, followed.rounding * followed.run.size

    def fits(point: Point) -> bool:
        return near(found, point, allowed) and not near((run.w, run.b), point, 2 * allowed)

    for code, point in seen_directly(run):
        if fits(point):
            return (code,)
    guesses = [code for code, point in guessed(run) if fits(point)]
    guesses = [code for code in guesses if not any(changes(code, one) for one in followed.before)]
    guesses = [code for code in guesses if is_so_again(code, followed)] if guesses else []
    return tuple(guesses) if 1 <= len(guesses) <= MOST else last_step(found, run, allowed)


def near(one: Sequence[float], other: Sequence[float], allowed: float) -> bool:
    return all(abs(a - b) <= allowed for a, b in zip(one, other, strict=True))


def is_so_again(guess: Finding, followed: Followed) -> bool:
    """Whether a guess says where another descent ends, too: the first one may be a simple case."""
    made = followed.again()
    if made is None:
        return True
    (w, b, _), run = made
    same = (
        point for one, point in guessed(run) if one == guess or one.code == guess.code == "start"
    )
    allowed = followed.rounding * run.size
    return any(near((w, b), point, allowed) for point in same)


def changes(guess: Finding, run: Run) -> bool:
    """Whether a guess would have made a descent wrong that went right."""
    others = (point for code, point in guessed(run) if code == guess)
    return not near(next(others, (run.w, run.b)), (run.w, run.b), 1e-4 * run.size)


def last_step(found: Point, run: Run, allowed: float) -> tuple[Finding, ...]:
    """Say by which factor the last of two steps would be off, if the first one is right."""
    if len(run.path) != 3:  # of more, it need not be the last one that is wrong
        return ()
    if len({*zip(run.xs, run.ys, strict=True)}) == 1:  # whatever is wrong, all steps are parallel
        return ()
    steps = np.subtract(found, run.path[-2])
    due = np.subtract((run.w, run.b), run.path[-2])
    if np.abs(due).min() < 1e3 * allowed or not np.isfinite(steps).all():
        return ()
    one, two = (steps / due).tolist()
    same = abs(one - two) <= 1e-6 + 10 * allowed / np.abs(due).min()
    return (finding("last step", factor=one),) if same and abs(one - 1) >= 1e-4 else ()


# -- w and b ------------------------------------------------------------------------------------


def end(run: Run, epochs: Epochs | None = None, start: Point | None = None, **other: Any) -> Point:
    """Descend once more, with other parts, and return where that ends."""
    descent = replace(Descent(run.xs, run.ys, run.lr), **other)
    again = descent.go(run.epochs if epochs is None else epochs, start or run.start)
    return again.w, again.b


def seen_directly(run: Run) -> Iterator[tuple[Finding, Point]]:
    """Yield other points of the same path."""
    lengths = [len(rows) for batches in run.epochs for rows in batches]
    if lengths[-1] < max(lengths):
        yield finding("before short batch"), run.path[-2]
    for k in range(1, len(lengths)):
        yield finding("after update", update=k, of=len(lengths)), run.path[k]
    yield finding("swapped"), (run.b, run.w)
    for more in range(1, 2 * len(run.epochs) + 1):
        longer = [*itertools.islice(itertools.cycle(run.epochs), len(run.epochs) + more)]
        updates = sum(map(len, longer))
        yield finding("more updates", updates=updates, of=len(lengths)), end(run, epochs=longer)


def guessed(run: Run) -> Iterator[tuple[Finding, Point]]:
    """Yield where other gradients, other updates and other batches would have led."""
    for code, slope in slopes(run):
        yield code, end(run, slope_of=slope)
    for code, step in steps(run):
        yield code, end(run, step=step)
    yield finding("last batch only"), end(run, epochs=[[e[-1]] for e in run.epochs])
    for w, b in ((0.0, 0.0), run.start[::-1]):
        yield finding("start", w=w, b=b), end(run, start=(w, b))


def slopes(run: Run) -> Iterator[tuple[Finding, Slope]]:
    """Yield other gradients of a batch."""
    n, size = len(run.xs), max(len(rows) for rows in run.epochs[0])
    at_start: dict[int, Point] = {}
    yield finding("by batch_size"), lambda d, at, rows: d.gradient(at, rows, size)
    yield finding("summed"), lambda d, at, rows: d.gradient(at, rows, 1)
    yield finding("by n"), lambda d, at, rows: d.gradient(at, rows, n)
    yield finding("all samples"), lambda d, at, rows: d.gradient(at, range(n), n)
    yield (
        finding("epoch's start"),
        lambda d, at, rows: mean_gradient(d, at_start.setdefault(d.epoch, at), rows),
    )
    yield finding("every pair"), every_pair


def every_pair(descent: Descent, at: Point, rows: Batch) -> Point:
    """Pair every x of a batch with every y, as a shape (m,) against (m, 1) does."""
    pairs = [(descent.xs[i], descent.ys[j]) for i in rows for j in rows]
    residuals = [at[0] * x + at[1] - y for x, y in pairs]
    return fmean(2 * r * x for r, (x, _) in zip(residuals, pairs, strict=True)), 2 * fmean(
        residuals
    )


def steps(run: Run) -> Iterator[tuple[Finding, Step]]:
    """Yield other updates."""
    for keep in (0.5, 0.9):
        yield finding("momentum", keep=keep), remembering(keep)
    yield finding("never cleared"), remembering(1.0)
    yield finding("cleared each epoch"), remembering(1.0, each_epoch=True)
    for by in (0.5, 0.9, 0.99):
        yield finding("lr shrinks", by=by), shrinking(by)
    for decay in (1e-5, 1e-4, 1e-3, 1e-2, 0.1):
        yield finding("decay", decay=decay, of="w and b"), decayed(decay, decay)
        yield finding("decay", decay=decay, of="w"), decayed(decay, 0.0)


def shrinking(by: float) -> Step:
    return lambda d, at, slope: sgd(replace(d, lr=d.lr * by**d.epoch), at, slope)


def decayed(of_w: float, of_b: float) -> Step:
    return lambda d, at, slope: sgd(d, at, (slope[0] + of_w * at[0], slope[1] + of_b * at[1]))


# -- losses -------------------------------------------------------------------------------------


def of_losses(found: Sequence[float], followed: Followed) -> tuple[Finding, ...]:
    """Say what the losses are equal to."""
    if rounded := rounding(found, followed):
        return (rounded,)
    run, allowed = followed.run, followed.rounding * followed.run.loss_size
    fits = [
        code
        for code, losses in other_losses(run)
        if near(found, losses, allowed)
        and not near(losses, run.losses, 2 * allowed)
        and not any(changes_losses(code, one) for one in followed.before)
        and are_so_again(code, followed)
    ]
    return tuple(finding("losses are", what=code) for code in fits) if len(fits) <= MOST else ()


def rounding(found: Sequence[float], followed: Followed) -> Finding | None:
    """Say to how many decimals the losses of this descent and of another one are rounded."""
    made = followed.again()
    if made is None:
        return None
    (_, _, again), run = made
    for decimals in range(13):
        if all(
            f == round(f, decimals)
            and abs(f - r) <= 0.5 * 10.0**-decimals + followed.rounding * one.loss_size
            for losses, one in ((found, followed.run), (again, run))
            for f, r in zip(losses, one.losses, strict=True)
        ):
            return finding("rounded", part="loss", decimals=decimals)
    return None


def are_so_again(guess: str, followed: Followed) -> bool:
    """Whether a guess gives the losses of another descent, too."""
    made = followed.again()
    if made is None:
        return True
    (_, _, losses), run = made
    allowed = followed.rounding * run.loss_size
    return near(losses, dict(other_losses(run)).get(guess, run.losses), allowed)


def changes_losses(guess: str, run: Run) -> bool:
    """Whether other losses would have made a descent wrong that went right."""
    losses = dict(other_losses(run)).get(guess, run.losses)
    return not near(losses, run.losses, 1e-4 * run.loss_size)


def other_losses(run: Run) -> Iterator[tuple[str, list[float]]]:
    """Yield what the losses could be instead: one for each epoch."""
    lengths, n = [len(rows) for rows in run.epochs[0]], len(run.xs)
    if len(lengths) > 1:
        yield "last batch", [of[-1] for of in run.batch_losses]
        yield "first batch", [of[0] for of in run.batch_losses]
        yield "sums", [sum(of) for of in run.batch_losses]
        yield "by full batches", [sum(of) / lengths.count(lengths[0]) for of in run.batch_losses]
        yield "last by count", [of[-1] / len(of) for of in run.batch_losses]
        so_far = itertools.accumulate(run.batch_losses, lambda one, two: [*one, *two])
        yield "means so far", [fmean(of) for of in so_far]
        yield "by length", [float(np.dot(of, lengths)) / n for of in run.batch_losses]
    yield "by batch_size", [sum(of) / lengths[0] for of in run.batch_losses]
    yield "by n", [sum(of) / n for of in run.batch_losses]
    yield "half", [loss / 2 for loss in run.losses]
    yield "roots", [math.sqrt(loss) for loss in run.losses]
    descent, before, after = Descent(run.xs, run.ys, run.lr), run.points(0), run.points(1)
    yield (
        "after update",
        [
            fmean(descent.loss_of(at, rows) for at, rows in zip(points, batches, strict=True))
            for points, batches in zip(after, run.epochs, strict=True)
        ],
    )
    yield "all before", [descent.loss_of(points[0], range(n)) for points in before]
    yield "all after", [descent.loss_of(points[-1], range(n)) for points in after]
    yield "totals", list(itertools.accumulate(run.losses))
