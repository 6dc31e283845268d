"""Mistakes in `update_map`, `compose` and `minibatch_gd_scan`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judge import trusted
from tests.judge.mistakes.catalogue import mistake

# -- update_map -------------------------------------------------------------------------------


def means(xb: Any, yb: Any) -> Any:
    """Return the means of x², x, x·y and y."""
    return np.mean(xb * xb), np.mean(xb), np.mean(xb * yb), np.mean(yb)


@mistake("update_map", "the factor 2 is missing: the loss is r², its derivative 2·r")
def map_without_the_factor(xb: Any, yb: Any, alpha: Any) -> Any:
    xx, x, xy, y = means(xb, yb)
    return 1 - alpha * xx, -alpha * x, alpha * xy, -alpha * x, 1 - alpha, alpha * y


@mistake("update_map", "the step goes uphill: w − alpha·dw, and b − alpha·db")
def map_uphill(xb: Any, yb: Any, alpha: Any) -> Any:
    return trusted.update_map(xb, yb, -alpha)


@mistake("update_map", "this is the step alone: what it starts from is missing, w + … and b + …")
def map_of_the_step_alone(xb: Any, yb: Any, alpha: Any) -> Any:
    xx, x, xy, y = means(xb, yb)
    down = -2 * alpha
    return down * xx, down * x, -down * xy, down * x, down, -down * y


@mistake("update_map", "this is the gradient, not the step: 1 − alpha·…, with alpha and the 1")
def map_of_the_gradient(xb: Any, yb: Any, alpha: Any) -> Any:
    xx, x, xy, y = means(xb, yb)
    return 2 * xx, 2 * x, -2 * xy, 2 * x, 2.0, -2 * y


@mistake("update_map", "alpha is left out: each gradient is multiplied by it")
def map_without_alpha(xb: Any, yb: Any, alpha: Any) -> Any:
    return trusted.update_map(xb, yb, 1.0)


@mistake("update_map", "the batch is summed: take means")
def map_of_sums(xb: Any, yb: Any, alpha: Any) -> Any:
    return trusted.update_map(xb, yb, alpha * len(xb))


@mistake("update_map", "only the first sample of the batch is used: take means over all")
def map_of_the_first_sample(xb: Any, yb: Any, alpha: Any) -> Any:
    return trusted.update_map(xb[:1], yb[:1], alpha)


@mistake("update_map", "mean(x)² is in the place of mean(x²): square first, then take the mean")
def map_with_the_mean_squared(xb: Any, yb: Any, alpha: Any) -> Any:
    _, *others = trusted.update_map(xb, yb, alpha)
    return 1 - 2 * alpha * np.mean(xb) ** 2, *others


@mistake("update_map", "mean(x)·mean(y) is in the place of mean(x·y): multiply first")
def map_with_the_product_of_means(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, _, *others = trusted.update_map(xb, yb, alpha)
    return ww, wb, 2 * alpha * np.mean(xb) * np.mean(yb), *others


@mistake(
    "update_map", "the products of means are taken: take the means of the products x·x and x·y"
)
def map_with_products_of_means(xb: Any, yb: Any, alpha: Any) -> Any:
    x, y = np.mean(xb, keepdims=True), np.mean(yb, keepdims=True)
    return trusted.update_map(x, y, alpha)


@mistake("update_map", "ww has x in the place of x²: dw is the mean of 2·r·x, and r has w·x in it")
def map_with_x_for_its_square(xb: Any, yb: Any, alpha: Any) -> Any:
    _, *others = trusted.update_map(xb, yb, alpha)
    return 1 - 2 * alpha * np.mean(xb), *others


@mistake("update_map", "x and y are exchanged")
def map_with_x_and_y_exchanged(xb: Any, yb: Any, alpha: Any) -> Any:
    return trusted.update_map(yb, xb, alpha)


@mistake("update_map", "w1 and b1 are exchanged: dw has the x in it, and so w1 the mean of x·y")
def map_with_offsets_exchanged(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return ww, wb, b1, bw, bb, w1


@mistake(
    "update_map", "w1 and b1 have the wrong sign: the residual has −y, the step one more minus"
)
def map_with_offsets_negated(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return ww, wb, -w1, bw, bb, -b1


@mistake("update_map", "wb and bw have the wrong sign: the step subtracts the gradient")
def map_with_the_mean_added(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return ww, -wb, w1, -bw, bb, b1


@mistake("update_map", "w1 and b1 are left out: y is in no other part")
def map_without_offsets(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, _, bw, bb, _ = trusted.update_map(xb, yb, alpha)
    return ww, wb, 0.0, bw, bb, 0.0


@mistake("update_map", "wb and bw are left out: dw has b in it, and db has w")
def map_without_cross_terms(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, _, w1, _, bb, b1 = trusted.update_map(xb, yb, alpha)
    return ww, 0.0, w1, 0.0, bb, b1


@mistake("update_map", "db is multiplied by x as dw is: the derivative of r by b is 1")
def map_with_x_in_b(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, *_ = trusted.update_map(xb, yb, alpha)
    return ww, wb, w1, ww - 1, 1 + wb, w1


@mistake("update_map", "b's row comes before w's: (ww, wb, w1, bw, bb, b1)")
def map_with_b_first(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return bw, bb, b1, ww, wb, w1


@mistake("update_map", "the two offsets come last: (ww, wb, w1, bw, bb, b1)")
def map_with_offsets_last(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return ww, wb, bw, bb, w1, b1


@mistake("update_map", "two things are returned: return six numbers side by side, not two rows")
def map_of_two_rows(xb: Any, yb: Any, alpha: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.update_map(xb, yb, alpha)
    return (ww, wb, w1), (bw, bb, b1)


@mistake("update_map", "there is a map for each sample: take means over the batch")
def map_of_each_sample(xb: Any, yb: Any, alpha: Any) -> Any:
    down = 2 * alpha * xb
    still = np.full(xb.shape, 1 - 2 * alpha)
    return 1 - down * xb, -down, down * yb, -down, still, 2 * alpha * yb


# -- compose ----------------------------------------------------------------------------------


@mistake("compose", "the maps are in the other order: put the first one's results into the second")
def composed_in_the_other_order(first: Any, second: Any) -> Any:
    return trusted.compose(second, first)


def with_offsets(first: Any, second: Any, w1: Any, b1: Any) -> Any:
    ww, wb, _, bw, bb, _ = trusted.compose(first, second)
    return ww, wb, w1, bw, bb, b1


@mistake("compose", "the first map's w1 and b1 are left out: the second map acts on them, too")
def first_offsets_left_out(first: Any, second: Any) -> Any:
    return with_offsets(first, second, second[2], second[5])


@mistake("compose", "the offsets are only added up: the second map acts on the first one's")
def offsets_only_added(first: Any, second: Any) -> Any:
    return with_offsets(first, second, first[2] + second[2], first[5] + second[5])


@mistake("compose", "the second map's own w1 and b1 are left out: add them")
def second_offsets_left_out(first: Any, second: Any) -> Any:
    _, _, w1, _, _, b1 = trusted.compose(first, second)
    return with_offsets(first, second, w1 - second[2], b1 - second[5])


@mistake(
    "compose", "w1 and b1 are always 0: the second map acts on the first one's, and adds its own"
)
def both_offsets_left_out(first: Any, second: Any) -> Any:
    return with_offsets(first, second, 0.0 * first[2], 0.0 * first[5])


@mistake("compose", "the new w1 misses the first b1, and the new b1 the first w1: each takes both")
def offsets_without_cross_terms(first: Any, second: Any) -> Any:
    to_ww, _, to_w1, _, to_bb, to_b1 = second
    return with_offsets(first, second, to_ww * first[2] + to_w1, to_bb * first[5] + to_b1)


@mistake("compose", "the first map's offsets are carried into w1 alone: into b1, too")
def only_the_offset_of_w(first: Any, second: Any) -> Any:
    return with_offsets(first, second, trusted.compose(first, second)[2], second[5])


@mistake("compose", "the parts are multiplied one by one: each new part takes a row and a column")
def parts_multiplied(first: Any, second: Any) -> Any:
    return tuple(one * two for one, two in zip(first, second, strict=True))


@mistake("compose", "the parts are added up: put the first map's results into the second")
def parts_added(first: Any, second: Any) -> Any:
    return tuple(one + two for one, two in zip(first, second, strict=True))


@mistake(
    "compose", "the cross terms are left out: the new w depends on b by both maps, and so b on w"
)
def composed_without_cross_terms(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = first
    to_ww, to_wb, to_w1, to_bw, to_bb, to_b1 = second
    w_row = to_ww * ww, to_ww * wb + to_wb * bb, to_ww * w1 + to_wb * b1 + to_w1
    return *w_row, to_bw * ww + to_bb * bw, to_bb * bb, to_bw * w1 + to_bb * b1 + to_b1


@mistake("compose", "wb and bw are exchanged in the result (a transposed matrix)")
def composed_and_transposed(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.compose(first, second)
    return ww, bw, w1, wb, bb, b1


@mistake("compose", "the first map is transposed: its wb and bw are exchanged")
def composed_with_the_first_transposed(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = first
    return trusted.compose((ww, bw, w1, wb, bb, b1), second)


@mistake("compose", "the second map is transposed: its wb and bw are exchanged")
def composed_with_the_second_transposed(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = second
    return trusted.compose(first, (ww, bw, w1, wb, bb, b1))


@mistake("compose", "b's row takes w's new row: both take the first map's, so keep it")
def b_takes_the_new_row_of_w(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = first
    to_ww, to_wb, to_w1, to_bw, to_bb, to_b1 = second
    ww, wb, w1 = to_ww * ww + to_wb * bw, to_ww * wb + to_wb * bb, to_ww * w1 + to_wb * b1 + to_w1
    bw, bb, b1 = to_bw * ww + to_bb * bw, to_bw * wb + to_bb * bb, to_bw * w1 + to_bb * b1 + to_b1
    return ww, wb, w1, bw, bb, b1


@mistake("compose", "the second map's b row is its w row (one line copied)")
def w_row_used_twice(first: Any, second: Any) -> Any:
    return trusted.compose(first, (*second[:3], *second[:3]))


@mistake("compose", "the second map is left out")
def only_the_first(first: Any, second: Any) -> Any:
    return tuple(first)


@mistake("compose", "the first map is left out")
def only_the_second(first: Any, second: Any) -> Any:
    return tuple(second)


@mistake("compose", "b's row comes before w's: (ww, wb, w1, bw, bb, b1)")
def composed_with_b_first(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.compose(first, second)
    return bw, bb, b1, ww, wb, w1


@mistake("compose", "the two offsets come last: (ww, wb, w1, bw, bb, b1)")
def composed_with_offsets_last(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.compose(first, second)
    return ww, wb, bw, bb, w1, b1


@mistake("compose", "two things are returned: return six parts side by side, not two rows")
def composed_to_two_rows(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = trusted.compose(first, second)
    return (ww, wb, w1), (bw, bb, b1)


@mistake("compose", "the maps are averaged: of arrays, each part is an array again")
def maps_averaged(first: Any, second: Any) -> Any:
    return tuple(float(np.mean(part)) for part in trusted.compose(first, second))


@mistake(
    "compose", "np.dot sums over the maps: multiply with *, so that each map has its own product"
)
def maps_summed_by_dot(first: Any, second: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = first
    to_ww, to_wb, to_w1, to_bw, to_bb, to_b1 = second
    return (
        np.dot(to_ww, ww) + np.dot(to_wb, bw),
        np.dot(to_ww, wb) + np.dot(to_wb, bb),
        np.dot(to_ww, w1) + np.dot(to_wb, b1) + to_w1,
        np.dot(to_bw, ww) + np.dot(to_bb, bw),
        np.dot(to_bw, wb) + np.dot(to_bb, bb),
        np.dot(to_bw, w1) + np.dot(to_bb, b1) + to_b1,
    )


@mistake("compose", "the parts are made plain numbers, as by float(…): they may be arrays")
def numbers_only(first: Any, second: Any) -> Any:
    return trusted.compose([float(part) for part in first], [float(part) for part in second])


@mistake("compose", "the first map's arrays are changed, as *=, += and out= do: make new ones")
def first_changed_in_place(first: Any, second: Any) -> Any:
    result = trusted.compose(first, second)
    for part, new in zip(first, result, strict=True):
        if isinstance(part, np.ndarray):
            part[...] = new
    return result


# -- minibatch_gd_scan ------------------------------------------------------------------------

Points = list[tuple[Any, Any]]


def shuffled(x: Any, y: Any, batch_size: Any, rng: Any, epochs: Any) -> Any:
    return [trusted.shuffled_batches(x, y, batch_size, rng) for _ in range(epochs)]


def prefixes(maps: Any) -> Any:
    """Return what leads from the start to each update, the last one included."""
    found = [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)]
    for step in maps:
        found.append(trusted.compose(found[-1], step))
    return found


def apply(step: Any, w: Any, b: Any) -> Any:
    ww, wb, w1, bw, bb, b1 = step
    return ww * w + wb * b + w1, bw * w + bb * b + b1


def walked(epochs: Any, w: Any, b: Any) -> Points:
    """Return w and b before the first update and after each, from the maps of each epoch."""
    return [apply(step, w, b) for step in prefixes([step for epoch in epochs for step in epoch])]


def mean_of_each(losses: Any, **_: Any) -> Any:
    return [sum(own) / len(own) for own in losses]


def scan(
    x: Any,
    y: Any,
    *,
    batch_size: Any,
    lr: Any,
    epochs: Any,
    rng: Any,
    w: Any = 0.0,
    b: Any = 0.0,
    batches: Callable[..., Any] = shuffled,
    step: Callable[..., Any] = trusted.update_map,
    path: Callable[..., Points] = walked,
    before: Callable[..., Points] = lambda points, lengths: points[:-1],
    epoch_losses: Callable[..., Any] = mean_of_each,
) -> Any:
    """Descend by maps as it should be, but for the parts that are given.

    `before` picks from w and b, at the start and after each update, those of each loss.
    """
    drawn = batches(x, y, batch_size, rng, epochs)
    points = path([[step(xb, yb, lr) for xb, yb in epoch] for epoch in drawn], w, b)
    lengths = [len(epoch) for epoch in drawn]
    at = iter(before(points, lengths))
    losses = [[trusted.mse_loss(xb, yb, *next(at)) for xb, yb in epoch] for epoch in drawn]
    return *points[-1], epoch_losses(losses, drawn=drawn, x=x, y=y)


def flawed(name: str, sentence: str, **parts: Any) -> None:
    """Add a scan with the given parts to the catalogue."""

    def implementation(x: Any, y: Any, **values: Any) -> Any:
        return scan(x, y, **values, **parts)

    implementation.__name__ = name.replace(" ", "_")
    mistake("minibatch_gd_scan", sentence)(implementation)


# the batches


def cut(x: Any, y: Any, order: Any, batch_size: Any) -> Any:
    starts = range(0, len(order), batch_size)
    return [(x[rows], y[rows]) for rows in (order[start : start + batch_size] for start in starts)]


def filled_up(x: Any, y: Any, batch_size: Any, rng: Any, epochs: Any) -> Any:
    size = -(-len(x) // batch_size) * batch_size
    return [cut(x, y, np.resize(rng.permutation(len(x)), size), batch_size) for _ in range(epochs)]


def padded(x: Any, y: Any, batch_size: Any, rng: Any, epochs: Any) -> Any:
    """Fill the last batch up with samples that are all 0."""
    more = np.zeros((-len(x) % batch_size, 1))
    return [
        cut(
            np.concatenate([x[order], more]),
            np.concatenate([y[order], more]),
            np.arange(len(x) + len(more)),
            batch_size,
        )
        for order in (rng.permutation(len(x)) for _ in range(epochs))
    ]


flawed(
    "one order for all epochs",
    "one order is drawn for all epochs: draw a new one for each",
    batches=lambda *a: [trusted.shuffled_batches(*a[:4])] * a[4],
)
flawed(
    "scan without shuffling",
    "the samples are never shuffled: draw an order for each epoch",
    batches=lambda x, y, size, rng, epochs: [cut(x, y, np.arange(len(x)), size)] * epochs,
)
flawed(
    "scan of full batches",
    "the short last batch is left out: it has a map of its own",
    batches=lambda *a: [[p for p in e if len(p[0]) == a[2]] or e for e in shuffled(*a)],
)
flawed(
    "short batch filled up",
    "the short last batch is filled up with samples of the same epoch: it has a map of its own",
    batches=filled_up,
)
flawed(
    "short batch padded",
    "the short last batch is filled up with zeros, which count in its means: divide by its length",
    batches=padded,
)
flawed(
    "scan of whole epochs",
    "batch_size is not used: every epoch is one batch of all samples",
    batches=lambda x, y, size, rng, epochs: shuffled(x, y, len(x), rng, epochs),
)
flawed(
    "scan with a fixed seed",
    "a generator with a fixed seed is made inside: use rng",
    batches=lambda x, y, size, rng, epochs: shuffled(x, y, size, np.random.default_rng(0), epochs),
)
flawed(
    "scan by the global state",
    "NumPy's global generator is used: use rng",
    batches=lambda x, y, size, rng, epochs: [
        cut(x, y, np.random.permutation(len(x)), size) for _ in range(epochs)
    ],
)
flawed(
    "scan of one epoch",
    "only one epoch is made: all have maps",
    batches=lambda x, y, size, rng, epochs: shuffled(x, y, size, rng, 1),
)

# the maps, one after the other


def each_epoch_from_the_start(epochs: Any, w: Any, b: Any) -> Points:
    ends = [walked([epoch], w, b) for epoch in epochs]
    return [point for points in ends for point in points[:-1]] + [ends[-1][-1]]


def backwards(epochs: Any, w: Any, b: Any) -> Points:
    """Put each map in front of those that came earlier."""
    whole = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    points = [(w, b)]
    for step in (step for epoch in epochs for step in epoch):
        whole = trusted.compose(step, whole)
        points.append(apply(whole, w, b))
    return points


def full_segments(epochs: Any, w: Any, b: Any, length: int = 4) -> Points:
    """Leave out the updates that do not fill a segment."""
    updates = sum(map(len, epochs))
    whole = updates // length * length
    points = walked(epochs, w, b)
    return points[: whole + 1] + [points[whole]] * (updates - whole)


flawed(
    "maps with twice the rate",
    "the maps are made with 2·lr: the 2 of the gradient is in update_map",
    step=lambda xb, yb, lr: trusted.update_map(xb, yb, 2 * lr),
)
flawed(
    "maps without the rate",
    "lr is not used: it is the alpha of update_map",
    step=lambda xb, yb, lr: trusted.update_map(xb, yb, 1.0),
)
flawed(
    "scan backwards",
    "the maps are composed in the other order: compose(whole, next), what came earlier first",
    path=backwards,
)
flawed(
    "segments not chained",
    "every epoch begins at the given w and b: it begins where the one before ended",
    path=each_epoch_from_the_start,
)
flawed(
    "full segments only",
    "the updates that do not fill a segment are left out: apply their maps, too",
    path=full_segments,
)
flawed(
    "scan from 0",
    "the given w and b are not used: the composed maps are applied to them",
    path=lambda epochs, w, b: walked(epochs, 0.0, 0.0),
)


@mistake("minibatch_gd_scan", "w and b before the last update are returned: apply its map, too")
def scan_without_the_last_update(x: Any, y: Any, **values: Any) -> Any:
    ends: Points = []

    def kept(epochs: Any, w: Any, b: Any) -> Points:
        points = walked(epochs, w, b)
        ends.append(points[-2])
        return points

    _, _, losses = scan(x, y, **values, path=kept)
    return *ends[0], losses


# the losses


def at_the_start_of_each_epoch(points: Points, lengths: Any) -> Points:
    starts = [0, *np.cumsum(lengths)]
    return [
        points[start] for start, length in zip(starts, lengths, strict=False) for _ in range(length)
    ]


def by_columns(losses: Any, **_: Any) -> Any:
    flat = np.array([loss for own in losses for loss in own])
    return flat.reshape(-1, len(losses)).mean(axis=0)


flawed(
    "losses after the maps",
    "each batch's loss is taken after its update: the maps before it lead to its w and b",
    before=lambda points, lengths: points[1:],
)
flawed(
    "losses not replayed",
    "all losses of an epoch are taken at the w and b with which it begins: replay its updates",
    before=at_the_start_of_each_epoch,
)
flawed(
    "losses at the end",
    "all losses are taken at the last w and b: each is taken before its own update",
    before=lambda points, lengths: [points[-1]] * len(points),
)
flawed(
    "losses by columns",
    "the losses are put into rows of the wrong length: reshape(epochs, batches).mean(axis=1)",
    epoch_losses=by_columns,
)
flawed(
    "losses summed by the scan",
    "the batch losses are summed: divide by the number of batches",
    epoch_losses=lambda losses, **_: [sum(own) for own in losses],
)
flawed(
    "losses weighted by the scan",
    "the batch losses are weighted by batch length: every batch counts the same",
    epoch_losses=lambda losses, drawn, **_: [
        np.average(own, weights=[len(xb) for xb, _ in epoch])
        for own, epoch in zip(losses, drawn, strict=True)
    ],
)
flawed(
    "last batch's loss of the scan",
    "the epoch's loss is its last batch's: take the mean over all batches",
    epoch_losses=lambda losses, **_: [own[-1] for own in losses],
)
flawed(
    "a loss of each update",
    "there is one loss for each batch: average them, one for each epoch",
    epoch_losses=lambda losses, **_: [loss for own in losses for loss in own],
)
flawed(
    "one loss of the scan",
    "there is one loss for the whole run: one for each epoch",
    epoch_losses=lambda losses, **_: [np.mean([loss for own in losses for loss in own])],
)


@mistake("minibatch_gd_scan", "b is returned before w")
def scan_returns_b_before_w(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = scan(x, y, **values)
    return b, w, losses


@mistake("minibatch_gd_scan", "return three things: w, b, losses")
def scan_without_losses(x: Any, y: Any, **values: Any) -> Any:
    w, b, _ = scan(x, y, **values)
    return w, b
