"""Laws of a descent, NumPy's `minibatch_gd` and PyTorch's `train` alike: `descent` runs either."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from tests import oracles
from tests.boundary import FORMS, Answer, Subject, once
from tests.laws.batching import show_rows, tagged
from tests.laws.likeness import losses_like, parameters_like
from tests.oracles import Run
from tests.probes import Seed
from tests.strategies import column
from tests.wording import (
    MOST_ROWS,
    Array,
    common_factor,
    count,
    paste_training,
    say_factor,
    show,
    show_call,
)


def descent(
    subject: Subject,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    w: float = 0.0,
    b: float = 0.0,
    seed: int | None = 0,
    stir: int = 0,
) -> Answer:
    """Run `minibatch_gd` or `train`; the answer's value is w, b, losses."""
    run: dict[str, Any] = {"x": x, "y": y, "batch_size": batch_size, "lr": lr, "epochs": epochs}
    if subject.function != "train":
        return subject(**run, rng=Seed(seed or 0), w=w, b=b, stir=stir)
    generator = "" if seed is None else f", generator=torch.Generator().manual_seed({seed})"
    call = f"train(model, data, batch_size={batch_size}, lr={lr}, epochs={epochs}{generator})"
    answer = subject.ask(
        "train",
        show_call("train", {**run, "seed": seed}) + f" from w={w}, b={b}",
        FORMS["train"],
        paste=lambda module: "" if len(x) > MOST_ROWS else paste_training(module, call, w, b, x, y),
        expected="a list of one Python float for each epoch",
        **run,
        seed=seed,
        stir=stir,
        w=w,
        b=b,
    )
    (w_end, b_end), losses = answer.value
    got = show((w_end, b_end, losses))
    value = (w_end, b_end, losses)
    return Answer(subject, answer.call, got, value, answer.printed)


def tolerance(subject: Subject) -> float:
    """Return the error allowed in relation to the largest term of a descent.

    float64: a few dozen updates round to 1e-13. float32 (PyTorch): to 1e-6.
    """
    return 2e-5 if subject.function == "train" else 1e-10


MOST_KEPT = 12  # right runs, to tell what may be wrong with another one


def must_follow(subject: Subject, answer: Answer, right: Run, when: str) -> None:
    """Demand the w, b and losses of a descent that is known."""
    w, b, losses = answer.value
    passed = subject.memory.setdefault("right runs", [])
    allowed = tolerance(subject) * right.size
    expected = show((right.w, right.b, right.losses))
    if len(losses) != len(right.losses):
        answer.fail(
            f"returns {count(len(losses), 'loss') if len(losses) == 1 else f'{len(losses)} losses'}"
            f" for {count(len(right.losses), 'epoch')}",
            expected,
        )
    wrong = [
        name
        for name, value, target in (("w", w, right.w), ("b", b, right.b))
        if not abs(value - target) <= allowed
    ]
    if wrong:
        like = parameters_like((w, b), right, allowed, passed)
        error = max(abs(w - right.w), abs(b - right.b)) / right.size
        if error < 1e-4:
            names = " and ".join(wrong)
            off = like or f": off by {error:.1g} of the largest term"
            answer.fail(f"{names} not exact {when}{off}", expected)
        start = right.path[0]
        if (w, b) == start and right.path[-1] != start:
            answer.fail(f"w and b are as they were at the start {when}", expected)
        for name, value, first in (("w", w, start[0]), ("b", b, start[1])):
            if wrong == [name] and value == first:
                answer.fail(f"{name} is as it was at the start {when}", expected)
        if len(right.path) == 2:
            steps = [w - start[0], b - start[1]]
            due = [right.w - start[0], right.b - start[1]]
            factor = common_factor(steps, due, [allowed, allowed])
            if factor is not None:
                saying = say_factor(factor, plural=False)
                answer.fail(f"the step of w and b {when} is {saying}", expected)
            if abs(abs(steps[0]) - abs(steps[1])) < 1e-4 * abs(steps[0]) and wrong == ["w", "b"]:
                answer.fail(
                    f"w and b move by the same {abs(steps[0]):.4g} {when}, though their gradients "
                    "differ",
                    expected,
                )
        verb = "is" if len(wrong) == 1 else "are"
        other = "" if len(wrong) == 2 else f" ({'b' if wrong == ['w'] else 'w'} is right)"
        answer.fail(f"{' and '.join(wrong)} {verb} wrong {when}{other}{like}", expected)
    allowed = tolerance(subject) * right.loss_size
    if not all(abs(a - b) <= allowed for a, b in zip(losses, right.losses, strict=True)):
        like = losses_like(losses, right, allowed)
        answer.fail(f"w and b are right, but the losses are wrong {when}{like}", expected)
    if len(passed) < MOST_KEPT:
        passed.append(right)


# (samples, batch_size, epochs, what is new in this case)
CONSTANT_CASES = [
    (1, 1, 1, "after a single update"),
    (1, 1, 2, "after a second epoch of one update, though right after the first"),
    (1, 1, 3, "after three epochs of one update, though right after two"),
    (2, 1, 1, "after an epoch of two updates, though right with one in each epoch"),
    (4, 2, 2, "with two full batches in each epoch"),
    (3, 2, 1, "with a short last batch, though right with full ones"),
    (5, 2, 2, "with a short last batch, though right with full ones"),
    (7, 3, 1, "with a short last batch, though right with full ones"),
    (3, 5, 2, "with a batch_size above the number of samples"),
]


@once
def must_count_its_updates(
    subject: Subject,
    n: int,
    batch_size: int,
    epochs: int,
    when: str,
    lr: float = 0.25,
    **start: Any,
) -> None:
    """On samples that are all alike the order does not matter, and every batch's step counts."""
    x, y = np.full((n, 1), 0.5), np.full((n, 1), 3.0)
    answer = descent(subject, x, y, batch_size=batch_size, lr=lr, epochs=epochs, **start)
    right = oracles.descend(x, y, oracles.in_order(n, batch_size, epochs), lr, **start)
    must_follow(subject, answer, right, when)


def must_equal_full_batch_descent(
    subject: Subject, x: Array, y: Array, lr: float, epochs: int, w: float, b: float
) -> None:
    """With all samples in one batch the shuffle does not matter."""
    n = len(x)
    answer = descent(subject, x, y, batch_size=n, lr=lr, epochs=epochs, w=w, b=b)
    right = oracles.descend(x, y, oracles.in_order(n, n, epochs), lr, w, b)
    must_follow(subject, answer, right, "with all samples in one batch")


def batches_used(
    subject: Subject, n: int, batch_size: int, epochs: int, seed: int
) -> list[list[list[int]]]:
    """Find out which batches a descent takes, and demand each sample once in each epoch."""
    answers, effects = [], []
    for y in np.eye(n):
        run: dict[str, Any] = {"batch_size": batch_size, "lr": oracles.PROBE_LR, "epochs": epochs}
        answer = descent(subject, np.zeros((n, 1)), y[:, None], **run, seed=seed)
        _, b, losses = answer.value
        if len(losses) != epochs:
            many = count(len(losses), "number")
            answer.fail(f"returns {many} as losses, for {epochs} epochs", "one for each epoch")
        answers.append(answer)
        effects.append(b)
    allowed = 2e-6 if subject.function == "train" else 1e-10
    sizes = n, batch_size, epochs
    batches = oracles.find_batches(effects, *sizes, allowed)
    if batches is None:
        fail_on_effects(answers, effects, sizes, allowed)
    return batches


def fail_on_effects(
    answers: list[Answer], effects: list[float], sizes: tuple[int, int, int], allowed: float
) -> NoReturn:
    """Say how the samples were used, as each of them contributes to b."""
    n, batch_size, epochs = sizes
    possible = [b for b, _ in oracles.traces(*sizes)]
    off = [min(abs(b - effect) for b in possible) for effect in effects]
    unused = sum(abs(effect) <= allowed for effect in effects)
    if oracles.find_batches(effects, *sizes, 1e-5):
        headline = f"b is not exact: off by {max(off):.1g} of the samples' y"
    elif epochs == 1 and (other := oracles.other_use(effects, n, batch_size, allowed)):
        headline = other
    elif unused:
        headline = f"{unused} of {count(n, 'sample')} are never used"
    else:
        headline = "b is the result of no way to put every sample into one batch of an epoch"
    place = int(np.argmax(off if max(off) > allowed else effects))
    answers[place].fail(headline, f"one of b = {', '.join(f'{b:.6g}' for b in possible[:12])}")


def must_descend_on_its_batches(
    subject: Subject,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    lr: float,
    epochs: int,
    w: float,
    b: float,
    seed: int,
) -> None:
    """Demand, step by step, the update formula on the very batches that are used."""
    batches = batches_used(subject, len(x), batch_size, epochs, seed)
    answer = descent(
        subject, x, y, batch_size=batch_size, lr=lr, epochs=epochs, w=w, b=b, seed=seed
    )
    right = oracles.descend(x, y, batches, lr, w, b)
    must_follow(subject, answer, right, "on the batches that it takes")


@once
def must_shuffle_each_epoch(subject: Subject) -> None:
    """Both epochs differ from each other, from the data's order, and from seed to seed.

    5 samples in batches of 2 can be split in 30 ways, in 15 but for the order of the batches:
    that two are equal 8 times running comes by chance once in 15⁸ = 3·10⁹ runs.
    """
    n, batch_size, epochs, seeds = 5, 2, 2, 8
    found = [batches_used(subject, n, batch_size, epochs, seed) for seed in range(seeds)]
    in_order = [list(rows) for rows in oracles.in_order(n, batch_size, 1)[0]]
    y = tagged(n)
    answer = descent(subject, y["x"], y["y"], batch_size=batch_size, lr=0.01, epochs=epochs)
    if all(epoch == in_order for run in found for epoch in run):
        headline, expected = "the samples are never shuffled", "another order in each epoch"
    elif all(run[0] == run[1] for run in found):
        headline = "every epoch takes the samples in the same order"
        expected = "a fresh shuffle for each epoch"
    elif all(sorted(run[0]) == sorted(run[1]) for run in found):
        headline = "every epoch has the same batches, only in another order"
        expected = "a fresh shuffle of the samples for each epoch"
    elif all(run == found[0] for run in found):
        headline = f"generators of {seeds} different seeds all give the same batches"
        expected = "other batches for another seed"
    else:
        return
    answer.fail(headline, expected, "batches of " + show_rows(found[0][0]) + " in epoch 1")


@once
def must_follow_its_generator(subject: Subject) -> None:
    """Equal generators give equal results, whatever the global ones do."""
    x, y = column([0.0, 1.0, 2.0, 4.0]), column([1.0, 0.0, 3.0, 2.0])
    run: dict[str, Any] = {"batch_size": 1, "lr": 0.05, "epochs": 4, "seed": 3}
    first, again = (descent(subject, x, y, **run, stir=stir) for stir in (1, 2))
    if first.value != again.value:
        again.fail(
            "two equal generators give different results: the order comes from elsewhere",
            first.got,
        )


@once
def must_start_from_0(subject: Subject) -> None:
    """Without w and b, a descent starts at w = b = 0."""
    x, y = column([1.0, 2.0]), column([0.0, 3.0])
    answer = subject(x=x, y=y, batch_size=2, lr=0.05, epochs=1, rng=Seed(0))
    right = oracles.descend(x, y, [[[0, 1]]], 0.05)
    must_follow(subject, answer, right, "when w and b are left out, which means 0")


def must_leave_the_global_state_alone(subject: Subject) -> None:
    x, y = column([0.0, 1.0, 2.0]), column([1.0, 0.0, 3.0])
    subject(x=x, y=y, batch_size=2, lr=0.05, epochs=2, rng=Seed(0), watch=True)


Order = tuple[int, ...]

# How the orders of two epochs of 3 samples may hang together: (headline, test of both)
RELATIONS: list[tuple[str, Callable[[Order, Order], bool]]] = [
    ("the samples are never shuffled", lambda one, two: one == two == (0, 1, 2)),
    ("the first epoch is not shuffled", lambda one, two: one == (0, 1, 2)),
    ("only the first epoch is shuffled", lambda one, two: two == (0, 1, 2)),
    ("every epoch takes the samples in the same order", lambda one, two: one == two),
    ("the second epoch takes the first one's order in reverse", lambda one, two: two == one[::-1]),
    (
        "the second epoch's order is the first one's, rotated",
        lambda one, two: two in (one[1:] + one[:1], one[2:] + one[:2]),
    ),
    (
        "no epoch takes the samples in the data's order",
        lambda one, two: (0, 1, 2) not in (one, two),
    ),
    (
        "every order is the data's, rotated",
        lambda one, two: {one, two} <= {(0, 1, 2), (1, 2, 0), (2, 0, 1)},
    ),
    (
        "only two samples change places",
        lambda one, two: {one, two} <= {(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 1, 0)},
    ),
]


def must_shuffle_evenly(subject: Subject, runs: int = 900) -> None:
    """Every order of every epoch is equally likely, whatever the order before it.

    3 samples one by one: 36 ways through two epochs, told apart by the last b. Right code fails
    with a probability below `FALSE_ALARM`.
    """
    n, epochs = 3, 2
    x, y = np.zeros((n, 1)), column([1.0, 3.0, 9.0])
    ways = {}
    orders = list(oracles.all_epochs(n, 1))
    for one in orders:
        for two in orders:
            ways[oracles.descend(x, y, [one, two], 0.2).b] = [one, two]
    ends = np.array(sorted(ways))
    counts = np.zeros(len(ends), dtype=int)
    known = [tuple(batch[0] for batch in way) for b in ends for way in ways[b]]
    run: dict[str, Any] = {"batch_size": 1, "lr": 0.2, "epochs": epochs}
    answer = subject(x=x, y=y, **run, rng=Seed(0), times=runs)
    for _, b, _ in answer.value:
        distance = np.abs(ends - b)
        if not distance.min() < 1e-5:
            answer.fail(
                f"b = {b:.6g} is the result of no order of the samples",
                f"one of {len(ends)} values",
            )
        counts[distance.argmin()] += 1
    came = [(known[2 * k], known[2 * k + 1]) for k in np.flatnonzero(counts)]
    for headline, holds in RELATIONS:
        if all(holds(one, two) for one, two in came):
            answer.fail(
                f"{headline}: in {runs} runs no other orders came",
                "a fresh shuffle for each epoch",
                f"{len(came)} of {len(ends)} ways through two epochs",
            )
    even = runs / len(ends)
    if ((counts - even) ** 2).sum() / even > oracles.largest_chi_square(len(ends)):
        most = int(np.abs(counts - even).argmax())
        first, second = (show_rows(way) for way in ways[ends[most]])
        answer.fail(
            "not every order of the samples is equally likely in every epoch: in "
            f"{runs} runs {first}, then {second} comes {counts[most]} times",
            f"about {even:.0f} times each of the {len(ends)} ways",
            f"{counts[most]} times",
        )


def must_shuffle_the_first_epoch_evenly(subject: Subject, runs: int = 120) -> None:
    """Every order of 3 samples, taken one by one, is equally likely."""
    x, y = np.zeros((3, 1)), column([1.0, 3.0, 9.0])
    orders = list(oracles.all_epochs(3, 1))
    ends = np.array([oracles.descend(x, y, [order], 0.2).b for order in orders])
    counts = np.zeros(len(orders))
    for seed in range(runs):
        answer = descent(subject, x, y, batch_size=1, lr=0.2, epochs=1, seed=seed)
        counts[np.abs(ends - answer.value[1]).argmin()] += 1
    even = runs / len(orders)
    if ((counts - even) ** 2).sum() / even > oracles.largest_chi_square(len(orders)):
        most = int(np.abs(counts - even).argmax())
        answer.fail(
            f"not every order of 3 samples is equally likely: with {runs} generators "
            f"{show_rows(orders[most])} comes {counts[most]:.0f} times, not about {even:.0f}",
            f"about {even:.0f} times each of the {len(orders)} orders",
            f"{counts[most]:.0f} times",
        )


def must_reach(
    subject: Subject,
    n: int,
    batch_size: int,
    lr: float,
    epochs: int,
    target: tuple[float, float],
    within: float,
    noise: float = 0.1,
) -> None:
    """Demand that a descent on the reference data, from w = b = 0, ends near the target."""
    x, y = oracles.reference_data(n, noise)
    answer = descent(subject, x, y, batch_size=batch_size, lr=lr, epochs=epochs)
    w, b, losses = answer.value
    if len(losses) != epochs:
        many = count(len(losses), "number")
        answer.fail(f"returns {many} as losses, for {epochs} epochs", "one for each epoch", many)
    if not (abs(w - target[0]) <= within and abs(b - target[1]) <= within):
        answer.fail(
            f"does not converge: w = {w:.9g}, b = {b:.9g} after {epochs} epochs "
            f"of {n} samples with batch_size={batch_size}, lr={lr}",
            f"w = {target[0]:.9g}, b = {target[1]:.9g}, within {within:g}",
            f"w = {w:.9g}, b = {b:.9g}",
        )


def ladder(subject: Subject) -> None:
    for n, batch_size, epochs, when in CONSTANT_CASES:
        must_count_its_updates(subject, n, batch_size, epochs, when)
    must_count_its_updates(subject, 1, 1, 2, "when it starts elsewhere than at 0", w=2.0, b=-1.0)
    must_count_its_updates(subject, 1, 1, 2, "with lr=1", lr=1.0)
    must_count_its_updates(subject, 130, 100, 1, "with 100 of 130 samples in a batch")
    must_follow_its_generator(subject)
    for n, batch_size in ((3, 1), (3, 2), (3, 3), (4, 2), (5, 2), (7, 3)):
        batches_used(subject, n, batch_size, 1, seed=0)
    x, y = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0])
    must_equal_full_batch_descent(subject, x, y, 0.05, 2, 0.0, 0.0)
    must_equal_full_batch_descent(subject, x, 1e5 * y, 0.05, 2, 1000.0, 0.0)
    if subject.function != "train":
        must_start_from_0(subject)
    must_shuffle_each_epoch(subject)
    must_descend_on_its_batches(
        subject, x, y, batch_size=2, lr=0.05, epochs=2, w=0.0, b=0.0, seed=0
    )
