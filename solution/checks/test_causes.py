"""What is said is true of code that is not in the catalogue: no cause, a cause, a headline."""

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from solution.batching import shuffled_batches
from solution.gradients import mse_gradients, mse_loss, sgd_step
from solution.scan import apply, compose, update_map
from tests.judge import diagnosis, wording
from tests.judge.trusted import train_epoch
from tests.judge.verdicts import Verdict

LOOKALIKES: list[tuple[str, Callable[..., Any]]] = []
CAUSED: list[tuple[str, Callable[..., Any], str]] = []
HEADLINED: list[tuple[str, Callable[..., Any], tuple[str, ...]]] = []
KEPT: dict[Any, Any] = {}  # between calls


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    KEPT.clear()


def lookalike(function: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put an implementation into the list."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        LOOKALIKES.append((function, implementation))
        return implementation

    return register


def told(function: str, implementation: Callable[..., Any]) -> Verdict:
    judged = diagnosis.sample(implementation)
    found = judged.first_problem(function)
    assert found is not None, "accepted"
    return diagnosis.diagnosed(judged, found)


def rows_of(x: Any, batch_size: int, rng: Any) -> Any:
    if not 1 <= batch_size <= len(x):
        raise ValueError("batch_size must be from 1 to n")
    return rng.choice(len(x), batch_size, replace=False)


def order_of(x: Any, y: Any, batch_size: int, rng: Any) -> Any:
    if batch_size < 1 or len(x) != len(y):
        raise ValueError("batch_size must be at least 1, and x and y of one length")
    return rng.permutation(len(x))


def pieces(order: Any, size: int) -> list[Any]:
    return [order[i : i + size] for i in range(0, len(order), size)]


def one_epoch(batches: Any, w: Any, b: Any, lr: float) -> tuple[Any, Any, float]:
    losses = []
    for xb, yb in batches:
        losses.append(mse_loss(xb, yb, w, b))
        w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
    return w, b, sum(losses) / len(losses)


def trained(
    model: Any,
    dataset: Any,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    generator: Any,
    drop_last: bool = False,
    weight_decay: float = 0.0,
) -> list[float]:
    import torch
    from torch.utils.data import DataLoader

    options: Any = {"shuffle": True, "generator": generator, "drop_last": drop_last}
    loader = DataLoader(dataset, batch_size=batch_size, **options)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    return [train_epoch(model, loader, torch.nn.MSELoss(), optimizer) for _ in range(epochs)]


@lookalike("sample_batch")
def pairs_with_sorted_rows(x: Any, y: Any, batch_size: int, rng: Any) -> Any:
    rows = rows_of(x, batch_size, rng)
    return x[rows], y[np.sort(rows)]


@lookalike("sample_batch")
def pairs_with_the_first_rows(x: Any, y: Any, batch_size: int, rng: Any) -> Any:
    return x[rows_of(x, batch_size, rng)], y[:batch_size]


@lookalike("sample_batch")
def pairs_with_the_next_row(x: Any, y: Any, batch_size: int, rng: Any) -> Any:
    rows = rows_of(x, batch_size, rng)
    return x[rows], y[(rows + 1) % len(x)]


@lookalike("shuffled_batches")
def pairs_with_the_next_sample(x: Any, y: Any, batch_size: int, rng: Any) -> Iterator[Any]:
    order = order_of(x, y, batch_size, rng)
    for i in range(0, len(x), batch_size):
        rows = order[i : i + batch_size]
        yield x[rows], y[(rows + 1) % len(x)]


@lookalike("shuffled_batches")
def fills_up_with_random_rows(x: Any, y: Any, batch_size: int, rng: Any) -> Iterator[Any]:
    order = order_of(x, y, batch_size, rng)
    for i in range(0, len(x), batch_size):
        rows = order[i : i + batch_size]
        if len(rows) < batch_size <= len(x):
            rows = np.append(rows, rng.integers(0, len(x), batch_size - len(rows)))
        yield x[rows], y[rows]


@lookalike("shuffled_batches")
def keeps_the_first_order(x: Any, y: Any, batch_size: int, rng: Any) -> Iterator[Any]:
    order = KEPT.setdefault(len(x), order_of(x, y, batch_size, rng))
    for i in range(0, len(x), batch_size):
        rows = order[i : i + batch_size]
        yield x[rows], y[rows]


@lookalike("sample_batch")
def leaves_out_what_was_used(x: Any, y: Any, batch_size: int, rng: Any) -> Any:
    rows_of(x, batch_size, rng)
    used = KEPT.setdefault("used", [])
    free = [row for row in range(len(x)) if row not in used]
    if len(free) < batch_size:
        used.clear()
        free = [*range(len(x))]
    rows = rng.choice(free, batch_size, replace=False)
    used.extend(rows.tolist())
    return x[rows], y[rows]


@lookalike("minibatch_gd")
def shuffles_every_second_epoch(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    batches: list[Any] = []
    losses = []
    for epoch in range(epochs):
        if epoch % 2 == 0:
            batches = list(shuffled_batches(x, y, batch_size, rng))
        w, b, loss = one_epoch(batches, w, b, lr)
        losses.append(loss)
    return w, b, losses


@lookalike("mse_gradients")
def gradients_that_are_not_computed_yet(x: Any, y: Any, w: Any, b: Any) -> Any:
    return 0.0, 0.0


@lookalike("mse_loss")
def loss_that_is_not_computed_yet(x: Any, y: Any, w: Any, b: Any) -> Any:
    return 0.0


@lookalike("update_map")
def returns_the_new_w_and_b(xb: Any, yb: Any, alpha: Any) -> Any:
    return 0.0, 2 * alpha * np.mean(yb), alpha


@lookalike("compose")
def refuses_arrays(first: Any, second: Any) -> Any:
    if isinstance(first[0], np.ndarray):
        raise TypeError("one map at a time")
    return compose(first, second)


@lookalike("compose")
def takes_the_last_of_many(first: Any, second: Any) -> Any:
    return tuple(np.ravel(part)[-1] for part in compose(first, second))


@lookalike("compose")
def forgets_an_offset_of_many(first: Any, second: Any) -> Any:
    parts = [*compose(first, second)]
    return [*parts[:5], second[5]] if isinstance(first[0], np.ndarray) else parts


@lookalike("minibatch_gd_scan")
def applies_segments_backwards(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        maps = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            maps.append(update_map(xb, yb, lr))
            losses.append(mse_loss(xb, yb, w, b))
        for step in reversed(maps):
            w, b = apply(step, w, b)
    return w, b, np.reshape(losses, (epochs, -1)).mean(axis=1)


@pytest.mark.parametrize(("function", "implementation"), LOOKALIKES)
def test_no_cause_is_better_than_a_false_one(
    function: str, implementation: Callable[..., Any]
) -> None:
    assert told(function, implementation).likely == ""


# -- the same mistake in other words has the same cause, which is true of it, too -----------------


def caused(function: str, said: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put an implementation into the list of those that have a cause, which says this."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        CAUSED.append((function, implementation, said))
        return implementation

    return register


@caused("mse_loss", "as a row of (m, 1) has")
def sums_rows(x: Any, y: Any, w: Any, b: Any) -> Any:
    return sum((w * x + b - y) ** 2) / len(x)


@caused("mse_gradients", "as a row of (m, 1) has")
def adds_up_rows(x: Any, y: Any, w: Any, b: Any) -> Any:
    dw = db = 0.0
    for one, target in zip(x, y, strict=True):
        dw += 2 * (w * one + b - target) * one
        db += 2 * (w * one + b - target)
    return dw / len(x), db / len(x)


@caused("mse_loss", "the first sample's square alone, divided by m")
def returns_inside_the_loop(x: Any, y: Any, w: Any, b: Any) -> Any:
    total = 0.0
    for one, target in zip(x[:, 0], y[:, 0], strict=True):
        total += (w * one + b - target) ** 2
        return total / len(x)
    return total


@caused("sample_batch", "drawn with replacement")
def sorts_what_it_draws(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows_of(x, batch_size, rng)
    rows = np.sort(rng.choice(len(x), batch_size))
    return x[rows], y[rows]


@caused("shuffled_batches", "a last batch of a single sample is left out")
def goes_up_to_the_last_but_one(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    order = order_of(x, y, batch_size, rng)
    for i in range(0, len(x) - 1, batch_size):
        yield x[order[i : i + batch_size]], y[order[i : i + batch_size]]


@caused("shuffled_batches", "no argument is checked")
def cuts_shuffled_copies(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    rows = rng.permutation(len(x))
    xs, ys = x[rows], y[rows]
    for i in range(0, len(x), batch_size):
        yield xs[i : i + batch_size], ys[i : i + batch_size]


@caused("shuffled_batches", "one pair of arrays is returned")
def returns_the_first_pair(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = order_of(x, y, batch_size, rng)
    for i in range(0, len(x), batch_size):
        return x[order[i : i + batch_size]], y[order[i : i + batch_size]]
    return None


@caused("shuffled_batches", "one sample of each order is left out")
def begins_with_the_second(x: Any, y: Any, batch_size: Any, rng: Any) -> Iterator[Any]:
    order = order_of(x, y, batch_size, rng)[1:]
    for i in range(0, len(order), batch_size):
        yield x[order[i : i + batch_size]], y[order[i : i + batch_size]]


@caused("make_data", "every seed gives the same data")
def seeds_each_sample_itself(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rngs = [np.random.default_rng(42 + i) for i in range(n)]
    x = np.array([[rng.random()] for rng in rngs])
    return x, w * x + b + noise * np.array([[rng.standard_normal()] for rng in rngs])


@caused("make_data", "noise is the mean of what is added")
def passes_the_noise_as_a_mean(
    n: Any = 1000, *, w: Any = 3.0, b: Any = 2.0, noise: Any = 0.1, seed: Any = 42
) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.random((n, 1))
    return x, w * x + b + rng.normal(noise, size=(n, 1))


@caused("minibatch_gd", "whatever rng is")
def seeds_each_epoch_itself(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for epoch in range(epochs):
        batches = shuffled_batches(x, y, batch_size, np.random.default_rng(42 + epoch))
        w, b, loss = one_epoch(batches, w, b, lr)
        losses.append(loss)
    return w, b, losses


@caused("minibatch_gd", "used up")
def walks_twice_over_a_generator(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        batches = iter(shuffled_batches(x, y, batch_size, rng))
        losses.append(np.mean([mse_loss(xb, yb, w, b) for xb, yb in batches]))
        for xb, yb in batches:
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
    return w, b, losses


@caused("minibatch_gd", "(for x, y in …)")
def reuses_the_names(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in shuffled_batches(x, y, batch_size, rng):  # noqa: B020
            total, count = total + mse_loss(x, y, w, b), count + 1
            w, b = sgd_step(w, b, *mse_gradients(x, y, w, b), lr)
        losses.append(total / count)
    return w, b, losses


@caused("minibatch_gd", "a run that diverges is ended early")
def ends_at_inf(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses: list[float] = []
    for _ in range(epochs):
        if abs(w) > 1e300:
            break
        w, b, loss = one_epoch(shuffled_batches(x, y, batch_size, rng), w, b, lr)
        losses.append(loss)
    return w, b, losses


@caused("train_epoch", "the pass's batches before")
def goes_back_through_the_total(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    total: Any = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        total = total + loss_fn(model(xb), yb)
        total.backward(retain_graph=True)
        optimizer.step()
    return total.item() / len(loader)


@caused("train_epoch", "prediction and target are swapped")
def clears_after_the_step(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(yb, model(xb))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.item()
    return total / len(loader)


@caused("train_epoch", "is backward() called twice")
def goes_back_twice(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


@caused("train", "batches shorter than batch_size are left out")
def divides_by_no_batches(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> list[float]:
    options: Any = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "generator": generator}
    return trained(model, dataset, **options, drop_last=True)


@caused("train", "whatever the generator is")
def seeds_the_loader_itself(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> list[float]:
    import torch

    own = torch.Generator().manual_seed(42)
    options: Any = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "generator": own}
    return trained(model, dataset, **options)


@pytest.mark.parametrize(("function", "implementation", "said"), CAUSED)
def test_cause_is_true_of_other_spellings(
    function: str, implementation: Callable[..., Any], said: str
) -> None:
    assert said in told(function, implementation).likely


# -- facts that hold for all cases, in place of the first one's numbers ---------------------------


def headlined(function: str, *said: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put an implementation into the list of those whose headline says this."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        HEADLINED.append((function, implementation, said))
        return implementation

    return register


@headlined("mse_gradients", "something is kept between calls")
def kept_between_calls(x: Any, y: Any, w: Any, b: Any) -> Any:
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    factor = 1 if KEPT["calls"] < 4 else 0.5
    return tuple(factor * part for part in mse_gradients(x, y, w, b))


@headlined("mse_loss", "something is kept between calls")
def grows_from_call_to_call(x: Any, y: Any, w: Any, b: Any) -> Any:
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    return mse_loss(x, y, w, b) + (KEPT["calls"] > 3)


@headlined("mse_loss", "is −m times")
def negated_sum(x: Any, y: Any, w: Any, b: Any) -> Any:
    return -len(x) * mse_loss(x, y, w, b)


@headlined("mse_loss", "is 1.0000001 where it should be 1")
def off_by_little(x: Any, y: Any, w: Any, b: Any) -> Any:
    return mse_loss(x, y, w, b) + (1e-7 if len(x) == 1 else 1.0)


@headlined("mse_gradients", "dw is exactly the negative", "db is exactly half")
def sign_and_factor(x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = mse_gradients(x, y, w, b)
    return -dw, db / 2


@headlined("mse_gradients", "db is 0 where it should be 2, dw is wrong for other arguments")
def multiplied_by_parameters(x: Any, y: Any, w: Any, b: Any) -> Any:
    return 2 * np.mean(w * (w * x + b - y)), 2 * np.mean(b * (w * x + b - y))


@headlined("mse_gradients", "db is 8 where it should be 2, dw is wrong for other arguments")
def summed_and_swapped(x: Any, y: Any, w: Any, b: Any) -> Any:
    return 2 * np.sum(w * x + b - y), 2 * np.sum(x * (w * x + b - y))


@headlined("sgd_step", "b becomes b − (lr + db), not b − lr·db, the step of w is wrong for other")
def rate_squared_and_added(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * lr * dw, b - db - lr


@headlined("mse_loss", "is 4 where it should be 1")
def infinite_elsewhere(x: Any, y: Any, w: Any, b: Any) -> Any:
    return 3 + mse_loss(x, y, w, b) ** 2 if len(x) < 5 else np.inf


@headlined("mse_gradients", "swapped, and exactly half")
def swapped_and_halved(x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = mse_gradients(x, y, w, b)
    return db / 2, dw / 2


@headlined("mse_gradients", "both gradients are not exact")
def differences(x: Any, y: Any, w: Any, b: Any, h: float = 1e-5) -> Any:
    loss = mse_loss(x, y, w, b)
    return (mse_loss(x, y, w + h, b) - loss) / h, (mse_loss(x, y, w, b + h) - loss) / h


def in_lists(first: Any, second: Any) -> Any:
    return [np.asarray(part).tolist() for part in compose(first, second)]


def in_float32(first: Any, second: Any) -> Any:
    parts = compose(first, second)
    return [part.astype(np.float32) if isinstance(part, np.ndarray) else part for part in parts]


def arrays_of_one(first: Any, second: Any) -> Any:
    return [np.atleast_1d(part) for part in compose(first, second)]


def w_row_halved(first: Any, second: Any) -> Any:
    parts = compose(first, second)
    return tuple(part / 2 for part in parts[:3]) + parts[3:]


@pytest.mark.parametrize(
    ("implementation", "headline"),
    [
        (in_lists, "returns for ww a list of 2, not one number or an array of them"),
        (in_float32, "returns for ww an array of dtype float32, not float64"),
        (arrays_of_one, "returns for ww an array of shape (1,), not one number"),
        (w_row_halved, "ww, wb and w1 are exactly half of what they should be"),
    ],
)
def test_headline_about_a_map(implementation: Callable[..., Any], headline: str) -> None:
    assert wording.headline(told("compose", implementation)) == headline


@headlined("sgd_step", "both steps are swapped")
def swapped_steps(w: Any, b: Any, dw: Any, db: Any, lr: Any) -> Any:
    return w - lr * db, b - lr * dw


@headlined("sample_batch", "the first sample never comes")
def never_the_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows_of(x, batch_size, rng)
    first = len(x) > batch_size
    rows = first + rng.choice(len(x) - first, batch_size, replace=False)
    return x[rows], y[rows]


@headlined("sample_batch", "the last sample comes in every batch")
def always_the_last(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rows_of(x, batch_size, rng)
    rows = np.append(rng.permutation(len(x) - 1)[: batch_size - 1], len(x) - 1)
    return x[rows], y[rows]


@headlined("sample_batch", "rng is after them what it was before")
def draws_from_a_copy(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rows = rows_of(x, batch_size, copy.deepcopy(rng))
    return x[rows], y[rows]


@headlined("shuffled_batches", "rng is after them what it was before")
def puts_the_generator_back(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    state = rng.bit_generator.state
    order = order_of(x, y, batch_size, rng)
    rng.bit_generator.state = state
    return [(x[rows], y[rows]) for rows in pieces(order, batch_size)]


@headlined("shuffled_batches", "every call gives the same order, though rng goes on")
def draws_in_vain(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order_of(x, y, batch_size, rng)
    order = np.random.default_rng(0).permutation(len(x))
    return [(x[rows], y[rows]) for rows in pieces(order, batch_size)]


@headlined("shuffled_batches", "the last sample never comes")
def without_the_last(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order_of(x, y, batch_size, rng)
    return shuffled_batches(x[:-1], y[:-1], batch_size, rng)


@headlined("shuffled_batches", "the first sample is always in the first batch")
def from_the_first(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order_of(x, y, batch_size, rng)
    order = np.append(0, 1 + rng.permutation(len(x) - 1))
    return [(x[rows], y[rows]) for rows in pieces(order, batch_size)]


@headlined("shuffled_batches", "the last sample is always in the last batch")
def up_to_the_last(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order_of(x, y, batch_size, rng)
    order = np.append(rng.permutation(len(x) - 1), len(x) - 1)
    return [(x[rows], y[rows]) for rows in pieces(order, batch_size)]


@headlined("shuffled_batches", "the last batch is missing")
def without_the_last_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [*shuffled_batches(x, y, batch_size, rng)][:-1]


@headlined("shuffled_batches", "the last full batch is missing, as is a short one")
def without_the_last_full_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = order_of(x, y, batch_size, rng)
    starts = range(0, len(x) - 2 * batch_size + 1, batch_size)
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in starts]


@headlined("shuffled_batches", "no batch comes")
def counts_down(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = order_of(x, y, batch_size, rng)
    return [(x[order[i:]], y[order[i:]]) for i in range(len(x), 0, batch_size)]


@headlined("shuffled_batches", "the first batch is missing")
def without_the_first_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [*shuffled_batches(x, y, batch_size, rng)][1:]


@headlined("shuffled_batches", "only the first batch comes")
def the_first_batch(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    return [*shuffled_batches(x, y, batch_size, rng)][:1]


@headlined("minibatch_gd", "divided by the number of full batches")
def divides_by_the_full_batches(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        batches = [*shuffled_batches(x, y, batch_size, rng)]
        w, b, loss = one_epoch(batches, w, b, lr)
        losses.append(loss * len(batches) / max(len(x) // batch_size, 1))
    return w, b, losses


def forgets_b_in_the_gradient(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        own = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            own.append(mse_loss(xb, yb, w, b))
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, 0.0), lr)
        losses.append(sum(own) / len(own))
    return w, b, losses


def averaging(counts: Callable[[float], bool]) -> Callable[..., Any]:
    """Return a descent whose epochs average only those losses that count."""

    def minibatch_gd(
        x: Any,
        y: Any,
        *,
        batch_size: int,
        lr: float,
        epochs: int,
        rng: Any,
        w: Any = 0.0,
        b: Any = 0.0,
    ) -> Any:
        losses = []
        for _ in range(epochs):
            own = []
            for xb, yb in shuffled_batches(x, y, batch_size, rng):
                own.append(mse_loss(xb, yb, w, b))
                w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
            losses.append(np.mean([v for v in own if counts(v)] or [np.nan]))
        return w, b, losses

    return minibatch_gd


for counts in (math.isfinite, lambda loss: not math.isnan(loss)):
    headlined("minibatch_gd", "though its last batch's should be inf or NaN")(averaging(counts))


@headlined("minibatch_gd", "with all samples in one batch, the loss is 1/m of what it should be")
def updates_after_the_batches(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        own = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            own.append(mse_loss(xb, yb, w, b))
        w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
        losses.append(sum(own) / batch_size)
    return w, b, losses


@headlined("minibatch_gd", "with all samples in one batch, dw and db are m times what they")
def steps_by_the_length(
    x: Any, y: Any, *, batch_size: int, lr: float, epochs: int, rng: Any, w: Any = 0.0, b: Any = 0.0
) -> Any:
    losses = []
    for _ in range(epochs):
        own = []
        for xb, yb in shuffled_batches(x, y, batch_size, rng):
            own.append(mse_loss(xb, yb, w, b))
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr * len(xb))
        losses.append(own[0])
    return w, b, losses


@headlined("to_dataset", "not a TensorDataset of x and y")
def a_pair_of_tensors(x: Any, y: Any) -> Any:
    import torch

    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


@headlined("to_dataset", "for x a torch.Tensor that requires grad")
def tensors_that_learn(x: Any, y: Any) -> Any:
    import torch
    from torch.utils.data import TensorDataset

    make: Any = torch.tensor
    options = {"dtype": torch.float32, "requires_grad": True}
    return TensorDataset(make(x, **options), make(y, **options))


def model_of_two_inputs() -> Any:
    from torch import nn

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 1)

        def forward(self, x: Any) -> Any:
            return self.linear(x)

    return Model()


def test_what_is_expected_is_not_what_it_is_already() -> None:
    # it raises an exception, and is an nn.Module
    expected = dict(wording.lines(told("LinearRegression", model_of_two_inputs)))["expected"]
    assert "nn.Linear(1, 1)" in expected


@headlined("train_epoch", "never calls the model")
def reads_the_layer(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    return train_epoch(model.linear, loader, loss_fn, optimizer)


@headlined("train_epoch", "on small numbers: the loss is rounded to 6 decimals")
def rounds_to_show(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    return round(train_epoch(model, loader, loss_fn, optimizer), 6)


@headlined("train_epoch", "though its last batch's should be inf or NaN")
def averages_a_pass_without_inf(model: Any, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
    losses = []

    def noted(prediction: Any, target: Any) -> Any:
        losses.append(loss_fn(prediction, target))
        return losses[-1]

    train_epoch(model, loader, noted, optimizer)
    own = [loss.item() for loss in losses]
    return float(np.mean([v for v in own if np.isfinite(v)] or [np.nan]))


@headlined("train", "on small numbers: the loss is rounded to 6 decimals")
def rounds_to_keep(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> list[float]:
    options: Any = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "generator": generator}
    return [round(loss, 6) for loss in trained(model, dataset, **options)]


@headlined("train", "b is not exact after three epochs of one update: off by")
def decays_beyond_rounding(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> list[float]:
    options: Any = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "generator": generator}
    return trained(model, dataset, **options, weight_decay=1e-4)


@headlined("train", "weight decay")
def decays_a_little(
    model: Any, dataset: Any, *, batch_size: int, lr: float, epochs: int, generator: Any = None
) -> list[float]:
    options: Any = {"batch_size": batch_size, "lr": lr, "epochs": epochs, "generator": generator}
    return trained(model, dataset, **options, weight_decay=1e-5)


@pytest.mark.parametrize(("function", "implementation", "said"), HEADLINED)
def test_headline_says_what_all_cases_show(
    function: str, implementation: Callable[..., Any], said: tuple[str, ...]
) -> None:
    headline = wording.headline(told(function, implementation))
    assert [part for part in said if part not in headline] == []


def test_headline_suggests_nothing_that_another_descent_refutes() -> None:
    # of samples that are all alike, a forgotten b looks like momentum
    assert told("minibatch_gd", forgets_b_in_the_gradient).resembles == ()
