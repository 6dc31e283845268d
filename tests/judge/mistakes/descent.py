"""Mistakes in `minibatch_gd`.

Each entry is a right loop, `run`, with one part of it put wrong.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.judge import trusted
from tests.judge.mistakes.catalogue import mistake, right

gradients, loss = trusted.mse_gradients, trusted.mse_loss


def update(w: Any, b: Any, dw: Any, db: Any, lr: Any, **_: Any) -> Any:
    return w - lr * dw, b - lr * db


def own_batch(xb: Any, yb: Any, w: Any, b: Any, **_: Any) -> Any:
    return gradients(xb, yb, w, b)


def shuffled(x: Any, y: Any, batch_size: Any, rng: Any, epoch: Any) -> Any:
    return trusted.shuffled_batches(x, y, batch_size, rng)


def mean_of_batches(before: Any, **_: Any) -> Any:
    return sum(before) / len(before)


@right("minibatch_gd")
def run(
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
    gradient: Callable[..., Any] = own_batch,
    step: Callable[..., Any] = update,
    epoch_loss: Callable[..., Any] = mean_of_batches,
    restart: bool = False,
    frozen: bool = False,
    each: Callable[..., Any] = lambda w, b: (w, b),
) -> Any:
    """Descend as it should be, but for the parts that are given.

    `step` gets a dict `memory` that lasts for the call; `frozen` takes all gradients of an
    epoch at its first w, b; `each` changes w, b after each update.
    """
    memory: dict[str, Any] = {}
    start, losses, count = (w, b), [], 0
    for epoch in range(epochs):
        if restart:
            w, b = start
        before, after, sizes, at = [], [], [], (w, b)
        for xb, yb in batches(x, y, batch_size, rng, epoch):
            before.append(loss(xb, yb, w, b))
            w0, b0 = at if frozen else (w, b)
            dw, db = gradient(xb, yb, w0, b0, x=x, y=y, batch_size=batch_size)
            w, b = each(
                *step(w, b, dw, db, lr, memory=memory, count=count, epoch=epoch, xb=xb, yb=yb)
            )
            count += 1
            after.append(loss(xb, yb, w, b))
            sizes.append(len(xb))
        facts = {"after": after, "sizes": sizes, "batch_size": batch_size, "at": at}
        losses.append(epoch_loss(before, x=x, y=y, w=w, b=b, **facts))
    return w, b, losses


def flawed(name: str, sentence: str, **parts: Any) -> None:
    """Add a descent with the given parts to the catalogue."""

    def implementation(x: Any, y: Any, **values: Any) -> Any:
        return run(x, y, **values, **parts)

    implementation.__name__ = name.replace(" ", "_")
    mistake("minibatch_gd", sentence)(implementation)


# -- the gradient -----------------------------------------------------------------------------

flawed(
    "short batch divided by batch_size",
    "the short last batch is divided by batch_size, not by its own length",
    gradient=lambda xb, yb, w, b, batch_size, **_: (
        np.array(gradients(xb, yb, w, b)) * len(xb) / batch_size
    ),
)
flawed(
    "gradient of all data",
    "the gradient is taken over all samples: take it over the batch",
    gradient=lambda xb, yb, w, b, x, y, **_: gradients(x, y, w, b),
)
flawed(
    "sum of the gradients",
    "the gradient of a batch is a sum: divide it by the batch's length",
    gradient=lambda xb, yb, w, b, **_: np.array(gradients(xb, yb, w, b)) * len(xb),
)
flawed(
    "gradient divided by n",
    "the gradient of a batch is divided by n: divide it by the batch's own length",
    gradient=lambda xb, yb, w, b, x, **_: np.array(gradients(xb, yb, w, b)) * len(xb) / len(x),
)
flawed(
    "averaged twice",
    "the gradient is divided by the batch's length once more: it is a mean already",
    gradient=lambda xb, yb, w, b, **_: np.array(gradients(xb, yb, w, b)) / len(xb),
)
flawed(
    "divided by batch_size once more",
    "the step is divided by batch_size: the gradient is a mean already",
    gradient=lambda xb, yb, w, b, batch_size, **_: np.array(gradients(xb, yb, w, b)) / batch_size,
)
flawed(
    "first sample of the batch",
    "only the first sample of each batch is used",
    gradient=lambda xb, yb, w, b, **_: gradients(xb[:1], yb[:1], w, b),
)
flawed(
    "frozen within an epoch",
    "all batches of an epoch use its first w, b: use the updated ones",
    frozen=True,
)


def one_update(
    x: Any,
    y: Any,
    *,
    batch_size: Any,
    lr: Any,
    epochs: Any,
    rng: Any,
    w: Any = 0.0,
    b: Any = 0.0,
    which: str = "mean",
) -> Any:
    losses = []
    for _ in range(epochs):
        found = [
            (loss(xb, yb, w, b), *gradients(xb, yb, w, b))
            for xb, yb in trusted.shuffled_batches(x, y, batch_size, rng)
        ]
        losses.append(sum(f[0] for f in found) / len(found))
        if which == "last":
            _, dw, db = found[-1]
        else:
            dw, db = sum(f[1] for f in found), sum(f[2] for f in found)
            if which == "mean":
                dw, db = dw / len(found), db / len(found)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses


@mistake(
    "minibatch_gd",
    "there is one update for each epoch, with its mean gradient: update w, b after each batch",
)
def one_update_per_epoch(x: Any, y: Any, **values: Any) -> Any:
    return one_update(x, y, **values)


@mistake(
    "minibatch_gd",
    "there is one update for each epoch, with its last batch's gradient: "
    "indent the update into the inner loop",
)
def one_update_with_the_last_gradient(x: Any, y: Any, **values: Any) -> Any:
    return one_update(x, y, **values, which="last")


# -- the step ---------------------------------------------------------------------------------

flawed(
    "uphill",
    "the step goes uphill: is a gradient added, or that of y − prediction subtracted?",
    step=lambda w, b, dw, db, lr, **_: (w + lr * dw, b + lr * db),
)
flawed(
    "no step",
    "w and b are never updated: is the step missing, or a generator of batches used up before it?",
    step=lambda w, b, *_, **__: (w, b),
)
flawed(
    "only w moves",
    "b is never updated",
    step=lambda w, b, dw, db, lr, **_: (w - lr * dw, b),
)
flawed(
    "only b moves",
    "w is never updated",
    step=lambda w, b, dw, db, lr, **_: (w, b - lr * db),
)
flawed(
    "gradients swapped",
    "dw and db are swapped",
    step=lambda w, b, dw, db, lr, **_: (w - lr * db, b - lr * dw),
)
flawed(
    "two steps",
    "the step is made twice, or doubled: one step of lr · gradient for each batch",
    step=lambda w, b, dw, db, lr, **_: (w - 2 * lr * dw, b - 2 * lr * db),
)
flawed(
    "half a step",
    "each step is half as long as it should be",
    step=lambda w, b, dw, db, lr, **_: (w - lr * dw / 2, b - lr * db / 2),
)
flawed(
    "learning rate fixed",
    "the learning rate is fixed at 0.01 in the code: use lr",
    step=lambda w, b, dw, db, lr, **_: (w - 0.01 * dw, b - 0.01 * db),
)
flawed(
    "learning rate left out",
    "the learning rate is left out",
    step=lambda w, b, dw, db, lr, **_: (w - dw, b - db),
)
flawed(
    "learning rate decays by epoch",
    "the learning rate shrinks from epoch to epoch, lr/(epoch + 1): it stays the same",
    step=lambda w, b, dw, db, lr, epoch, **_: (
        w - lr / (1 + epoch) * dw,
        b - lr / (1 + epoch) * db,
    ),
)
flawed(
    "learning rate decays by update",
    "the learning rate shrinks from update to update: it stays the same",
    step=lambda w, b, dw, db, lr, count, **_: (
        w - lr / (1 + count) * dw,
        b - lr / (1 + count) * db,
    ),
)
flawed(
    "gradient clipped",
    "the gradient is clipped to −1 … 1: use it as it is",
    step=lambda w, b, dw, db, lr, **_: (
        w - lr * np.clip(dw, -1, 1),
        b - lr * np.clip(db, -1, 1),
    ),
)
flawed(
    "gradient normalised",
    "the gradient is scaled to the length 1: use it as it is",
    step=lambda w, b, dw, db, lr, **_: (
        w - lr * dw / (np.hypot(dw, db) or 1.0),
        b - lr * db / (np.hypot(dw, db) or 1.0),
    ),
)
flawed(
    "sign of the gradient",
    "only the sign of the gradient is used",
    step=lambda w, b, dw, db, lr, **_: (w - lr * np.sign(dw), b - lr * np.sign(db)),
)
flawed(
    "weight decay",
    "w shrinks by weight decay: plain descent has none",
    step=lambda w, b, dw, db, lr, **_: (w - lr * (dw + 0.01 * w), b - lr * db),
)


def one_after_the_other(
    w: Any, b: Any, dw: Any, db: Any, lr: Any, xb: Any, yb: Any, **_: Any
) -> Any:
    w = w - lr * dw
    return w, b - lr * gradients(xb, yb, w, b)[1]


flawed(
    "b follows the new w",
    "db is taken at the new w: take both gradients first, then both steps",
    step=one_after_the_other,
)


def momentum(w: Any, b: Any, dw: Any, db: Any, lr: Any, memory: Any, **_: Any) -> Any:
    v = 0.9 * memory.get("v", 0.0) + np.array([dw, db])
    memory["v"] = v
    return w - lr * v[0], b - lr * v[1]


def averaged_momentum(w: Any, b: Any, dw: Any, db: Any, lr: Any, memory: Any, **_: Any) -> Any:
    v = 0.9 * memory.get("v", 0.0) + 0.1 * np.array([dw, db])
    memory["v"] = v
    return w - lr * v[0], b - lr * v[1]


def accumulated(w: Any, b: Any, dw: Any, db: Any, lr: Any, memory: Any, **_: Any) -> Any:
    v = memory.get("v", 0.0) + np.array([dw, db])
    memory["v"] = v
    return w - lr * v[0], b - lr * v[1]


def adagrad(w: Any, b: Any, dw: Any, db: Any, lr: Any, memory: Any, **_: Any) -> Any:
    g = np.array([dw, db])
    memory["s"] = memory.get("s", 0.0) + g * g
    move = lr * g / (np.sqrt(memory["s"]) + 1e-8)
    return w - move[0], b - move[1]


def adam(w: Any, b: Any, dw: Any, db: Any, lr: Any, memory: Any, count: Any, **_: Any) -> Any:
    g, t = np.array([dw, db]), count + 1
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["s"] = 0.999 * memory.get("s", 0.0) + 0.001 * g * g
    move = lr * memory["m"] / (1 - 0.9**t) / (np.sqrt(memory["s"] / (1 - 0.999**t)) + 1e-8)
    return w - move[0], b - move[1]


flawed("momentum", "this is descent with momentum 0.9: plain descent has none", step=momentum)
flawed(
    "averaged momentum",
    "this is a running mean of the gradients (momentum): use each gradient as it is",
    step=averaged_momentum,
)
flawed(
    "gradients accumulated",
    "the gradients of earlier batches are added up: start each batch from 0",
    step=accumulated,
)
flawed("adagrad", "this is Adagrad, which shrinks the steps: plain descent does not", step=adagrad)
flawed("adam", "this is Adam: plain descent steps by lr times the gradient", step=adam)

# -- the loops --------------------------------------------------------------------------------

flawed(
    "restarted each epoch",
    "w and b are set back at the start of every epoch: set them once, before the loops",
    restart=True,
)


@mistake("minibatch_gd", "the starting w and b are not used: start from the arguments, not from 0")
def starts_from_0(x: Any, y: Any, *, w: Any = 0.0, b: Any = 0.0, **values: Any) -> Any:
    return run(x, y, **values)


@mistake("minibatch_gd", "only one epoch is made: loop over the epochs, and return after the loop")
def one_epoch(x: Any, y: Any, *, epochs: Any, **values: Any) -> Any:
    return run(x, y, epochs=1, **values)


@mistake("minibatch_gd", "one epoch is missing: range(epochs) has them all")
def one_epoch_too_few(x: Any, y: Any, *, epochs: Any, **values: Any) -> Any:
    return run(x, y, epochs=epochs - 1, **values)


@mistake("minibatch_gd", "there is one epoch too many")
def one_epoch_too_many(x: Any, y: Any, *, epochs: Any, **values: Any) -> Any:
    return run(x, y, epochs=epochs + 1, **values)


@mistake("minibatch_gd", "there is a single update: return after both loops, not inside them")
def returns_after_one_update(x: Any, y: Any, *, epochs: Any, **values: Any) -> Any:
    return run(
        x,
        y,
        **values,
        epochs=1,
        batches=lambda *a: shuffled(*a)[:1],
    )


@mistake("minibatch_gd", "a run that diverges is ended early: it goes on, inf and NaN are results")
def ends_early(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values)
    return w, b, [loss for loss in losses if np.isfinite(loss)]


@mistake(
    "minibatch_gd",
    "each epoch has only the last batch of the one before: do the batches overwrite x and y "
    "(for x, y in …)?",
)
def overwrites_the_data(
    x: Any,
    y: Any,
    *,
    batch_size: Any,
    lr: Any,
    epochs: Any,
    rng: Any,
    w: Any = 0.0,
    b: Any = 0.0,
) -> Any:
    losses = []
    for _ in range(epochs):
        own = []
        for x, y in trusted.shuffled_batches(x, y, batch_size, rng):  # noqa: B020
            own.append(loss(x, y, w, b))
            dw, db = gradients(x, y, w, b)
            w, b = update(w, b, dw, db, lr)
        losses.append(sum(own) / len(own))
    return w, b, losses


@mistake("minibatch_gd", "the best w, b are returned: return the last ones")
def returns_the_best(x: Any, y: Any, *, w: Any = 0.0, b: Any = 0.0, **values: Any) -> Any:
    path = [(w, b)]
    _, _, losses = run(
        x,
        y,
        w=w,
        b=b,
        **values,
        each=lambda w, b: path.append((w, b)) or (w, b),  # type: ignore[func-returns-value]
    )
    w, b = min(path, key=lambda p: loss(x, y, *p))
    return w, b, losses


@mistake("minibatch_gd", "the mean of all w, b on the way is returned: return the last ones")
def returns_the_mean(x: Any, y: Any, *, w: Any = 0.0, b: Any = 0.0, **values: Any) -> Any:
    path: list[Any] = []
    _, _, losses = run(
        x,
        y,
        w=w,
        b=b,
        **values,
        each=lambda w, b: path.append((w, b)) or (w, b),  # type: ignore[func-returns-value]
    )
    w, b = np.mean(path, axis=0)
    return w, b, losses


@mistake("minibatch_gd", "b is returned before w")
def returns_b_before_w(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values)
    return b, w, losses


# -- the batches ------------------------------------------------------------------------------


def in_order(x: Any, y: Any, batch_size: Any) -> Any:
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]


flawed(
    "never shuffled",
    "the samples are never shuffled: go over shuffled_batches in every epoch",
    batches=lambda x, y, batch_size, rng, epoch: in_order(x, y, batch_size),
)
flawed(
    "all samples in one batch",
    "batch_size is not used: every epoch is one batch of all samples",
    batches=lambda x, y, batch_size, rng, epoch: [(x, y)],
)
flawed(
    "one sample at a time",
    "batch_size is not used: every batch is a single sample",
    batches=lambda x, y, batch_size, rng, epoch: trusted.shuffled_batches(x, y, 1, rng),
)
flawed(
    "short batch left out",
    "the short last batch is left out",
    batches=lambda *a: [p for p in shuffled(*a) if len(p[0]) == a[2]] or shuffled(*a),
)
flawed(
    "short batch left out even alone",
    "batches shorter than batch_size are left out: use them, too",
    batches=lambda *a: [pair for pair in shuffled(*a) if len(pair[0]) == a[2]],
    epoch_loss=lambda before, **_: sum(before) / max(len(before), 1),
)
flawed(
    "batches shuffled not samples",
    "only the order of the batches is shuffled, each is cut from the data: go over "
    "shuffled_batches in every epoch",
    batches=lambda x, y, batch_size, rng, epoch: [
        in_order(x, y, batch_size)[k] for k in rng.permutation(-(-len(x) // batch_size))
    ],
)
flawed(
    "batches sampled",
    "the batches are drawn by sample_batch, so that samples repeat within an epoch: go over "
    "shuffled_batches",
    batches=lambda x, y, batch_size, rng, epoch: [
        trusted.sample_batch(x, y, min(batch_size, len(x)), rng)
        for _ in range(-(-len(x) // batch_size))
    ],
)
flawed(
    "one sampled batch",
    "each epoch takes a single batch (a return or break, or sample_batch once): go over all of "
    "shuffled_batches",
    batches=lambda x, y, batch_size, rng, epoch: [
        trusted.sample_batch(x, y, min(batch_size, len(x)), rng)
    ],
)
flawed(
    "rng seeded anew",
    "every epoch of every run has the same order, whatever rng is: is a generator with a fixed "
    "seed made in each epoch? Use rng",
    batches=lambda x, y, batch_size, rng, epoch: trusted.shuffled_batches(
        x, y, batch_size, np.random.default_rng(0)
    ),
)
flawed(
    "seeded by the epoch",
    "every run has the same orders, whatever rng is: is a generator with a fixed seed made inside? "
    "Use rng",
    batches=lambda x, y, batch_size, rng, epoch: trusted.shuffled_batches(
        x, y, batch_size, np.random.default_rng(epoch)
    ),
)


@mistake(
    "minibatch_gd",
    "the batches are made once, before the epochs: call shuffled_batches in every epoch",
)
def shuffled_once(x: Any, y: Any, *, batch_size: Any, rng: Any, **values: Any) -> Any:
    batches = trusted.shuffled_batches(x, y, batch_size, rng)
    return run(x, y, batch_size=batch_size, rng=rng, **values, batches=lambda *_: batches)


@mistake("minibatch_gd", "NumPy's global generator is used: use rng")
def descends_by_the_global_state(x: Any, y: Any, *, rng: Any, **values: Any) -> Any:
    seed = np.random.randint(2**31)
    return run(x, y, rng=np.random.default_rng(seed), **values)


@mistake(
    "minibatch_gd",
    "the generator shuffled_batches() gives is used up after the first epoch: "
    "call it in every epoch",
)
def generator_used_up(x: Any, y: Any, *, batch_size: Any, rng: Any, **values: Any) -> Any:
    batches = iter(trusted.shuffled_batches(x, y, batch_size, rng))
    return run(
        x,
        y,
        batch_size=batch_size,
        rng=rng,
        **values,
        batches=lambda *_: batches,
        epoch_loss=lambda before, **_: np.mean(before) if before else float("nan"),
    )


# -- the losses -------------------------------------------------------------------------------

flawed(
    "last batch's loss",
    "the epoch's loss is its last batch's: take the mean over all batches",
    epoch_loss=lambda before, **_: before[-1],
)
flawed(
    "first batch's loss",
    "the epoch's loss is its first batch's: take the mean over all batches",
    epoch_loss=lambda before, **_: before[0],
)
flawed(
    "sum of the losses",
    "the batch losses are summed: divide by the number of batches",
    epoch_loss=lambda before, **_: sum(before),
)
flawed(
    "losses divided by n",
    "the sum of the batch losses is divided by n: divide by the number of batches",
    epoch_loss=lambda before, x, **_: sum(before) / len(x),
)
flawed(
    "losses divided by n // batch_size",
    "the sum of the batch losses is divided by n // batch_size, which leaves out a short batch: "
    "divide by the number of batches",
    epoch_loss=lambda before, sizes, x, batch_size, **_: sum(before) / (len(x) // batch_size),
)
flawed(
    "losses divided by batch_size",
    "the sum of the batch losses is divided by batch_size: divide by the number of batches",
    epoch_loss=lambda before, batch_size, **_: sum(before) / batch_size,
)
flawed(
    "last loss divided",
    "the epoch's loss is its last batch's, divided by the number of batches: an = where += is "
    "needed?",
    epoch_loss=lambda before, **_: before[-1] / len(before),
)
flawed(
    "weighted losses",
    "the batch losses are weighted by batch length: every batch counts the same",
    epoch_loss=lambda before, sizes, **_: np.average(before, weights=sizes),
)
flawed(
    "losses after the updates",
    "each batch's loss is taken after its update: take it before",
    epoch_loss=lambda before, after, **_: sum(after) / len(after),
)
flawed(
    "last loss after the update",
    "the epoch's loss is its last batch's, after the update: take the mean over all, before",
    epoch_loss=lambda before, after, **_: after[-1],
)
flawed(
    "loss of all data after the epoch",
    "the epoch's loss is that of all data at its end: take the mean of the batch losses",
    epoch_loss=lambda before, x, y, w, b, **_: loss(x, y, w, b),
)
flawed(
    "loss of all data before the epoch",
    "the epoch's loss is that of all data at its start: take the mean of the batch losses",
    epoch_loss=lambda before, x, y, at, **_: loss(x, y, *at),
)
flawed(
    "halved losses",
    "the losses are halved",
    epoch_loss=lambda before, **_: sum(before) / len(before) / 2,
)
flawed(
    "roots of the losses",
    "a square root is taken of the losses",
    epoch_loss=lambda before, **_: np.sqrt(sum(before) / len(before)),
)
flawed(
    "smallest batch loss",
    "the epoch's loss is its smallest batch loss: take the mean",
    epoch_loss=lambda before, **_: min(before),
)


@mistake("minibatch_gd", "there is one loss for each batch: average them, one for each epoch")
def a_loss_per_batch(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values, epoch_loss=lambda before, **_: before)
    return w, b, [value for before in losses for value in before]


@mistake("minibatch_gd", "only the last loss is returned: return one for each epoch")
def last_loss_only(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values)
    return w, b, losses[-1]


@mistake(
    "minibatch_gd",
    "the losses are means over all epochs so far: begin each epoch with an empty list",
)
def mean_so_far(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values, epoch_loss=lambda before, **_: before)
    so_far = itertools.accumulate(losses, lambda one, two: [*one, *two])
    return w, b, [sum(of) / len(of) for of in so_far]


@mistake("minibatch_gd", "the losses are a running total: start each epoch's sum from 0")
def running_total(x: Any, y: Any, **values: Any) -> Any:
    w, b, losses = run(x, y, **values)
    return w, b, list(np.cumsum(losses))


@mistake("minibatch_gd", "the loss before the first epoch is in the list, too: one for each epoch")
def one_loss_too_many(x: Any, y: Any, *, w: Any = 0.0, b: Any = 0.0, **values: Any) -> Any:
    first = loss(x, y, w, b)
    w, b, losses = run(x, y, w=w, b=b, **values)
    return w, b, [first, *losses]


@mistake("minibatch_gd", "return three things: w, b, losses")
def losses_missing(x: Any, y: Any, **values: Any) -> Any:
    w, b, _ = run(x, y, **values)
    return w, b
