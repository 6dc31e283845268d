"""What the results of a wrong descent are equal to, where no known mistake explains them.

Each resemblance is a descent that goes on in another way, or another choice of losses. It is said
only if the results come out the same, and no more than `MOST` others do.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from tests.judge.descents import Followed
from tests.judge.oracles import Batch, Descent, Epochs, Point, Run, mean_gradient, sgd
from tests.judge.verdicts import Finding, Verdict, finding

MOST = 3  # of more guesses, none is worth anything


def resemblances(verdict: Verdict) -> tuple[Finding, ...]:
    """Return what w and b, or the losses, are equal to instead of what they should be."""
    if verdict.evidence is None or verdict.evidence.followed is None:
        return ()
    w, b, losses = verdict.evidence.value[:3]
    followed: Followed = verdict.evidence.followed
    if verdict.code == "losses":
        return of_losses(losses, followed.run, followed.rounding * followed.run.loss_size)
    return of_parameters((w, b), followed)


def of_parameters(found: Point, followed: Followed) -> tuple[Finding, ...]:
    """Say what w and b are equal to: what can be seen directly, or else by guesses."""
    run, allowed = followed.run, followed.rounding * followed.run.size
    right = run.w, run.b
    for code, point in seen_directly(run):
        if near(found, point, allowed) and not near(right, point, 2 * allowed):
            return (code,)
    guesses = [
        code
        for code, point in guessed(run)
        if near(found, point, allowed) and not near(right, point, 2 * allowed)
    ]
    guesses = [code for code in guesses if not any(changes(code, one) for one in followed.before)]
    if 1 <= len(guesses) <= MOST:
        return tuple(guesses)
    return precision_of(found, right) or last_step(found, run, allowed)


def changes(guess: Finding, run: Run) -> bool:
    """Whether a guess would have made a descent wrong that went right."""
    others = (point for code, point in guessed(run) if code == guess)
    point = next(others, (run.w, run.b))
    return not near(point, (run.w, run.b), 1e-4 * run.size)


def near(one: Sequence[float], other: Sequence[float], allowed: float) -> bool:
    return all(abs(a - b) <= allowed for a, b in zip(one, other, strict=True))


def precision_of(found: Sequence[float], right: Sequence[float]) -> tuple[Finding, ...]:
    """Say whether numbers, close to the right ones, are rounded to fewer digits than these."""
    for digits in range(2, 13):
        if all(round(a, digits) == a for a in found):
            close = near(found, right, 10.0**-digits)
            return (finding("to decimals", decimals=digits),) if close else ()
    singles = all(float(np.float32(a)) == a for a in found)
    if singles and near(found, right, 1e-5 * max(map(abs, right))):
        return (finding("to float32"),)
    return ()


def last_step(found: Point, run: Run, allowed: float) -> tuple[Finding, ...]:
    """Say by which factor the last of two steps would be off, if the first one is right."""
    if len(run.path) != 3:  # of more, it need not be the last one that is wrong
        return ()
    steps = np.subtract(found, run.path[-2])
    due = np.subtract((run.w, run.b), run.path[-2])
    if np.abs(due).min() < 1e3 * allowed or not np.isfinite(steps).all():
        return ()
    one, two = (steps / due).tolist()
    if abs(one - 1) < 1e-4 or abs(one - two) > 1e-6 + 10 * allowed / np.abs(due).min():
        return ()
    return (finding("last step", factor=one),)


# -- what can be seen directly ------------------------------------------------------------------


def seen_directly(run: Run) -> Iterator[tuple[Finding, Point]]:
    """Yield other points of the same path."""
    lengths = [len(rows) for batches in run.epochs for rows in batches]
    total = len(lengths)
    if lengths[-1] < max(lengths):
        yield finding("before short batch"), run.path[-2]
    for k in range(1, total):
        yield finding("after update", update=k, of=total), run.path[k]
    yield finding("swapped"), (run.b, run.w)
    for more in range(1, 2 * len(run.epochs) + 1):
        longer = [*itertools.islice(itertools.cycle(run.epochs), len(run.epochs) + more)]
        updates = sum(map(len, longer))
        yield finding("more updates", updates=updates, of=total), end(run, epochs=longer)


def end(
    run: Run, epochs: Epochs | None = None, start: Point | None = None, **other: object
) -> Point:
    """Descend once more, with other parts, and return where that ends."""
    descent = replace(Descent(run.xs, run.ys, run.lr), **other)  # type: ignore[arg-type]
    again = descent.go(run.epochs if epochs is None else epochs, start or run.start)
    return again.w, again.b


# -- guesses ------------------------------------------------------------------------------------

Slope = Callable[[Descent, Point, Batch], Point]
Step = Callable[[Descent, Point, Point], Point]


def guessed(run: Run) -> Iterator[tuple[Finding, Point]]:
    """Yield where other gradients, other updates and other batches would have led."""
    for code, slope in slopes(run):
        yield code, end(run, slope_of=slope)
    for code, step in steps(run):
        yield code, end(run, step=step)
    for code, epochs in batches(run):
        yield code, end(run, epochs=epochs)
    for w, b in ((0.0, 0.0), run.start[::-1], (1.0, 1.0)):
        yield finding("start", w=w, b=b), end(run, start=(w, b))


def slopes(run: Run) -> Iterator[tuple[Finding, Slope]]:
    """Yield other gradients of a batch."""
    n = len(run.xs)
    size = max(len(rows) for rows in run.epochs[0])
    at_start: dict[int, Point] = {}
    yield finding("by batch_size"), lambda d, at, rows: d.gradient(at, rows, size)
    yield finding("summed"), lambda d, at, rows: d.gradient(at, rows, 1)
    yield finding("by n"), lambda d, at, rows: d.gradient(at, rows, n)
    yield finding("all samples"), lambda d, at, rows: d.gradient(at, range(n), n)
    yield (
        finding("epoch's start"),
        lambda d, at, rows: mean_gradient(d, at_start.setdefault(d.epoch, at), rows),
    )
    yield finding("first start"), lambda d, at, rows: mean_gradient(d, run.start, rows)
    yield finding("every pair"), every_pair
    yield finding("gradients", change="dw, db swapped"), changed(lambda dw, db: (db, dw))
    yield finding("gradients", change="dw for both"), changed(lambda dw, db: (dw, dw))
    yield finding("gradients", change="db for both"), changed(lambda dw, db: (db, db))
    yield (
        finding("gradients", change="signs"),
        changed(lambda dw, db: (math.copysign(1, dw), math.copysign(1, db))),
    )
    for most in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0):
        yield finding("norm", most=most), changed(shortened, most)
        yield finding("clipped", most=most), changed(clipped, most)


def changed(change: Callable[..., Point], *values: float) -> Slope:
    """Return the mean gradient, changed."""
    return lambda d, at, rows: change(*mean_gradient(d, at, rows), *values)


def every_pair(descent: Descent, at: Point, rows: Batch) -> Point:
    """Pair every x of a batch with every y, as a shape (m,) against (m, 1) does."""
    pairs = [(descent.xs[i], descent.ys[j]) for i in rows for j in rows]
    residuals = [at[0] * x + at[1] - y for x, y in pairs]
    dw = sum(2 * r * x for r, (x, _) in zip(residuals, pairs, strict=True))
    return dw / len(pairs), sum(2 * r for r in residuals) / len(pairs)


def shortened(dw: float, db: float, most: float) -> Point:
    norm = math.hypot(dw, db)
    return (dw, db) if norm <= most else (dw * most / norm, db * most / norm)


def clipped(dw: float, db: float, most: float) -> Point:
    return max(-most, min(most, dw)), max(-most, min(most, db))


def steps(run: Run) -> Iterator[tuple[Finding, Step]]:
    """Yield other updates."""
    lr, epochs, per_epoch = run.lr, len(run.epochs), len(run.epochs[0])
    size = max(len(rows) for rows in run.epochs[0])
    counts = {"batch_size": size, "epochs": epochs, "batches": per_epoch}
    for what, count in {**counts, "updates": epochs * per_epoch}.items():
        yield finding("lr by", what=what), at_rate(lr / count)
    for other in sorted({lr / 2, 2 * lr, lr / 10, 10 * lr, 0.001, 0.01, 0.1, 1.0} - {lr}):
        yield finding("other lr", other=other, lr=lr), at_rate(other)
    for keep in (0.1, 0.5, 0.9, 0.99):
        yield finding("momentum", keep=keep), momentum(keep, ahead=False)
        yield finding("nesterov", keep=keep), momentum(keep, ahead=True)
    for by in (0.5, 0.9, 0.95, 0.99):
        yield finding("lr shrinks", by=by, each="epoch"), at_rate(lr, each_epoch=by)
        yield finding("lr shrinks", by=by, each="update"), at_rate(lr, each_update=by)
    yield finding("lr divided", each="epoch"), lambda d, at, g: sgd(d, at, less(g, d.epoch + 1))
    yield finding("lr divided", each="update"), lambda d, at, g: sgd(d, at, less(g, d.update + 1))
    for decay in (1e-5, 1e-4, 1e-3, 1e-2, 0.1):
        yield finding("decay", decay=decay, of="w and b"), decayed(decay, decay)
        yield finding("decay", decay=decay, of="w"), decayed(decay, 0.0)
    yield finding("never cleared"), accumulated(each_epoch=False)
    yield finding("cleared each epoch"), accumulated(each_epoch=True)


def at_rate(lr: float, each_epoch: float = 1.0, each_update: float = 1.0) -> Step:
    """Return steps at another learning rate, which may shrink."""
    return lambda d, at, slope: sgd(
        replace(d, lr=lr * each_epoch**d.epoch * each_update**d.update), at, slope
    )


def less(slope: Point, times: int) -> Point:
    return slope[0] / times, slope[1] / times


def momentum(keep: float, ahead: bool) -> Step:
    speed = [0.0, 0.0]

    def step(descent: Descent, at: Point, slope: Point) -> Point:
        speed[:] = [keep * s + g for s, g in zip(speed, slope, strict=True)]
        push = [g + keep * s if ahead else s for s, g in zip(speed, slope, strict=True)]
        return sgd(descent, at, (push[0], push[1]))

    return step


def decayed(of_w: float, of_b: float) -> Step:
    return lambda d, at, g: sgd(d, at, (g[0] + of_w * at[0], g[1] + of_b * at[1]))


def accumulated(each_epoch: bool) -> Step:
    total, of = [0.0, 0.0], [0]

    def step(descent: Descent, at: Point, slope: Point) -> Point:
        if each_epoch and descent.epoch != of[0]:
            total[:], of[0] = [0.0, 0.0], descent.epoch
        total[:] = [t + g for t, g in zip(total, slope, strict=True)]
        return sgd(descent, at, (total[0], total[1]))

    return step


def batches(run: Run) -> Iterator[tuple[Finding, Epochs]]:
    """Yield other batches of the same samples."""
    epochs, n = run.epochs, len(run.xs)
    size = max(len(rows) for rows in epochs[0])
    yield finding("no short batches"), [[r for r in e if len(r) == size] for e in epochs]
    yield finding("restarted"), epochs[-1:]
    yield finding("one batch an epoch", which="first"), [[e[0]] for e in epochs]
    yield finding("one batch an epoch", which="last"), [[e[-1]] for e in epochs]
    yield finding("one update an epoch"), [[range(n)] for _ in epochs]
    yield finding("one by one"), [[[i] for rows in e for i in rows] for e in epochs]


# -- losses -------------------------------------------------------------------------------------


def of_losses(found: Sequence[float], run: Run, allowed: float) -> tuple[Finding, ...]:
    """Say what the losses are equal to."""
    for code, losses in other_losses(run):
        if near(found, losses, allowed) and not near(losses, run.losses, 2 * allowed):
            return (code,)
    return precision_of(found, run.losses)


def other_losses(run: Run) -> Iterator[tuple[Finding, list[float]]]:
    """Yield what the losses could be instead: one for each epoch."""
    if len(run.epochs[0]) > 1:
        yield from other_means(run)
    n, size = len(run.xs), max(len(rows) for rows in run.epochs[0])
    for factor, what in ((0.5, "half"), (2.0, "twice"), (1 / n, "by n"), (1 / size, "by m")):
        yield finding("losses times", what=what), [loss * factor for loss in run.losses]
    yield finding("losses times", what="times m"), [loss * size for loss in run.losses]
    yield finding("losses times", what="roots"), [math.sqrt(loss) for loss in run.losses]
    yield from taken_elsewhere(run)
    totals = list(itertools.accumulate(run.losses))
    yield finding("losses so far", what="sums"), totals
    yield finding("losses so far", what="means"), [t / (i + 1) for i, t in enumerate(totals)]
    yield finding("losses so far", what="smallest"), list(itertools.accumulate(run.losses, min))
    yield finding("losses of", which="reversed"), run.losses[::-1]
    yield finding("losses of", which="last epoch"), [run.losses[-1]] * len(run.losses)
    yield finding("losses of", which="first epoch"), [run.losses[0]] * len(run.losses)


def other_means(run: Run) -> Iterator[tuple[Finding, list[float]]]:
    """Yield other summaries of an epoch's batch losses."""
    lengths = [len(rows) for rows in run.epochs[0]]
    n, size = len(run.xs), max(lengths)
    ways: dict[str, Callable[[list[float]], float]] = {
        "last batch": lambda losses: losses[-1],
        "first batch": lambda losses: losses[0],
        "sums": sum,
        "largest": max,
        "smallest": min,
        "medians": statistics.median,
        "by length": lambda losses: np.dot(losses, lengths) / n,
        "short by batch_size": lambda losses: np.dot(losses, lengths) / size / len(losses),
        "by full batches": lambda losses: sum(losses) / max(1, n // size),
        "by n / batch_size": lambda losses: sum(losses) * size / n,
    }
    for what, way in ways.items():
        yield finding("losses are", what=what), [float(way(of)) for of in run.batch_losses]


def taken_elsewhere(run: Run) -> Iterator[tuple[Finding, list[float]]]:
    """Yield means of the same losses, taken at other w and b, or of other samples."""
    descent, everything = Descent(run.xs, run.ys, run.lr), range(len(run.xs))
    before, after = run.points(0), run.points(1)

    def means(points: list[list[Point]], rows: Epochs) -> list[float]:
        return [
            statistics.fmean(descent.loss_of(at, r) for at, r in zip(of, batches, strict=True))
            for of, batches in zip(points, rows, strict=True)
        ]

    whole = [[everything for _ in e] for e in run.epochs]
    yield finding("losses taken", when="after update"), means(after, run.epochs)
    yield finding("losses taken", when="next epoch"), [*run.losses[1:], math.nan]
    firsts, lasts = [[p[0]] for p in before], [[p[-1]] for p in after]
    yield finding("losses taken", when="all before"), means(firsts, [[everything]] * len(firsts))
    yield finding("losses taken", when="all after"), means(lasts, [[everything]] * len(lasts))
    still = [[p[0]] * len(p) for p in before]
    yield finding("losses taken", when="epoch's start"), means(still, run.epochs)
    yield finding("losses taken", when="all each"), means(before, whole)
