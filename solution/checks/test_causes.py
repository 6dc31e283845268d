"""Code that does nearly what a known mistake does is not told that it has this mistake."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from solution.batching import shuffled_batches
from solution.gradients import mse_gradients, mse_loss, sgd_step
from solution.scan import apply, compose, update_map
from tests.judge import diagnosis, wording
from tests.judge.verdicts import Verdict

LOOKALIKES: list[tuple[str, Callable[..., Any]]] = []
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
        own = []
        for xb, yb in batches:
            own.append(mse_loss(xb, yb, w, b))
            w, b = sgd_step(w, b, *mse_gradients(xb, yb, w, b), lr)
        losses.append(np.mean(own))
    return w, b, losses


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


# -- facts that hold for all cases, in place of the first one's numbers -----------------------


def kept_between_calls(x: Any, y: Any, w: Any, b: Any) -> Any:
    KEPT["calls"] = KEPT.get("calls", 0) + 1
    factor = 1 if KEPT["calls"] < 4 else 0.5
    return tuple(factor * part for part in mse_gradients(x, y, w, b))


def sign_and_factor(x: Any, y: Any, w: Any, b: Any) -> Any:
    dw, db = mse_gradients(x, y, w, b)
    return -dw, db / 2


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


@pytest.mark.parametrize(
    ("implementation", "said"),
    [
        (kept_between_calls, ["something is kept between calls"]),
        (sign_and_factor, ["dw is exactly the negative", "db is exactly half"]),
        (differences, ["dw is not exact", "db is not exact"]),
    ],
)
def test_headline_says_what_all_cases_show(
    implementation: Callable[..., Any], said: list[str]
) -> None:
    headline = wording.headline(told("mse_gradients", implementation))
    assert [part for part in said if part not in headline] == []
