"""What the tests of a descent share, NumPy's `minibatch_gd` and PyTorch's `train` alike."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from tests.judge.answers import Answer, Rejecting
from tests.judge.boundary import Subject
from tests.judge.observing import common_factor
from tests.judge.oracles import Run, all_epochs, descend, in_order, reference_data
from tests.judge.showing import column, show, show_rows
from tests.judge.statistics import uneven_cell
from tests.judge.tracing import (
    PROBE_LR,
    batches_of_losses,
    different_samples,
    find_batches,
    other_use,
    traces,
)
from tests.judge.verdicts import Code, Finding, Halted, Value, Wrong, finding
from tests.judged.values import Array, Seed

# Samples, batch size and epochs of descents on samples that are all alike: from a single update to
# a second epoch, to several batches, to short ones.
ALIKE = [
    *((1, 1, 1), (1, 1, 2), (1, 1, 3), (2, 1, 1), (4, 2, 2)),
    *((3, 2, 1), (5, 2, 2), (7, 3, 1), (3, 5, 2), (130, 100, 1)),
]
MOST_KEPT = 12  # right runs, to tell what may be wrong with another one

Ended = tuple[float, float, Sequence[float]]  # w, b and losses


class Followed(NamedTuple):
    """The descent that a wrong one should have followed, and those that it did follow before.

    `again` makes another descent, and gives what came and what should have.
    """

    run: Run
    before: tuple[Run, ...]
    rounding: float
    again: "Callable[[], tuple[Ended, Run] | None]"


FLOAT64, FLOAT32 = 1e-10, 2e-5  # a few dozen updates round to 1e-13, in float32 to 1e-6


def tolerance(subject: Any) -> float:
    """Return the error allowed in relation to the largest term of a descent."""
    return FLOAT64 if subject.function.probe == "call" else FLOAT32


def descent(
    subject: Rejecting, x: Array, y: Array, *, w: float = 0.0, b: float = 0.0, **values: Any
) -> Answer:
    """Run `minibatch_gd` or `train` from w and b, with a generator of seed 0 if none is given."""
    random = "generator" if "generator" in subject.function.keywords else "rng"
    values.setdefault("global_seed", 0)
    seed = values.pop("seed", 0)
    values[random] = None if seed is None else Seed(seed)
    return subject(x=x, y=y, w=w, b=b, **values)


def must_end(answer: Answer, w: float, b: float, losses: list[float]) -> None:
    """Demand w, b and losses that somebody has worked out, for batches in the data's order.

    Raises
    ------
    ValueError
        If that somebody was wrong.
    """
    run = unshuffled(answer)
    if (run.w, run.b, run.losses) != (w, b, losses):
        raise ValueError(f"not {w}, {b}, {losses}, but {run.w}, {run.b}, {run.losses}")
    must_follow(answer, run)


def unshuffled(answer: Answer, least: float = 1.0) -> Run:
    """Return the right descent on the batches of the data's order."""
    v = answer.values
    epochs = in_order(len(v["x"]), v["batch_size"], v["epochs"])
    start = v.get("w", 0.0), v.get("b", 0.0)
    return descend(v["x"], v["y"], epochs, v["lr"], *start, least=least)


def situation(run: Run, given: str = "") -> str:
    """Return what is new in a case, after simpler ones of the same test went right."""
    n, lengths = len(run.xs), [len(rows) for rows in run.epochs[0]]
    if given:
        return given
    if len(lengths) == 1 and lengths[0] > 1:
        return "one batch"
    if len(lengths) == 1:
        return ("single", "second epoch", "third epoch")[min(len(run.epochs), 3) - 1]
    if len(set(lengths)) > 1:
        return "short batch"
    return "two updates" if n == 2 and len(run.epochs) == 1 else "full batches"


def must_follow(answer: Answer, run: Run, when: str = "") -> None:
    """Demand the w, b and losses of a descent that is known."""
    losses = answer.value[2]
    expected = show((run.w, run.b, run.losses))
    if len(losses) != len(run.losses):
        found = finding("losses count", count=len(losses), epochs=len(run.losses))
        answer.fail_with(found, expected=expected)
    must_agree(answer, run, tolerance(answer.subject), situation(run, when), expected=expected)


def must_agree(
    answer: Answer, run: Run, rounding: float, when: str, resembling: bool = True, **shown: str
) -> None:
    """Demand these w, b and losses, up to rounding."""
    w, b, losses = answer.value[:3]
    right_runs = answer.subject.right_runs
    found = wrong_parameters((w, b), run, rounding * run.size, when)
    allowed = rounding * run.loss_size
    if found is None and not all(
        abs(a - b) <= allowed for a, b in zip(losses, run.losses, strict=True)
    ):
        found = finding("losses", when=when, count=len(losses))
    if found is not None:
        followed = Followed(
            run, tuple(right_runs), rounding, lambda: another_descent(answer.subject)
        )
        evidence = followed if resembling else None
        answer.fail_with(found, **shown, followed=evidence)
    if resembling and len(right_runs) < MOST_KEPT:
        right_runs.append(run)


def another_descent(subject: Rejecting) -> tuple[Ended, Run] | None:
    """Descend on samples that differ, in whatever order, from elsewhere than 0."""
    x, y, batches = column([1.0, 2.0, 4.0]), column([0.0, 3.0, 2.0]), in_order(3, 3, 3)
    values: dict[str, Any] = {"x": x, "y": y, "batch_size": 3, "lr": 0.02, "w": 0.1, "b": 0.7}
    try:
        if subject.function.probe == "pass":
            answer = subject(**values, calls=3, loss="MSELoss()", momentum=0.0)
        else:
            answer = descent(subject, **values, epochs=3)
    except (Wrong, Halted):
        return None
    w, b, losses = answer.value[:3]
    return (w, b, losses), descend(x, y, batches, values["lr"], values["w"], values["b"])


def wrong_parameters(
    found: tuple[float, float], run: Run, allowed: float, when: str
) -> Finding | None:
    """Say how w and b differ from those of a descent that is known."""
    right, start = (run.w, run.b), run.start
    errors = [abs(f - r) for f, r in zip(found, right, strict=True)]
    wrong = [name for name, error in zip("wb", errors, strict=True) if not error <= allowed]
    if not wrong:
        return None
    part = wrong[0] if len(wrong) == 1 else "all"
    values: dict[str, Value] = {"part": part, "when": when}
    error = max(errors) / run.size
    if error < 1e-4:
        return Finding("inexact descent", {**values, "error": error})
    still = [name for name, f, s in zip("wb", found, start, strict=True) if f == s]
    if still == wrong and run.path[-1] != start:
        return Finding("frozen" if part == "all" else "unmoved", values)
    if len(run.path) == 2:  # a single update
        steps, due = np.subtract(found, start), np.subtract(right, start)
        factor = common_factor(steps, due, np.full(2, allowed))
        if factor is not None:
            return Finding("step scaled", {**values, "factor": factor})
        if abs(abs(steps[0]) - abs(steps[1])) < 1e-4 * abs(steps[0]) and part == "all":
            return Finding("same move", {**values, "size": float(abs(steps[0]))})
    return Finding("descent", values)


# -- which batches are used -------------------------------------------------------------------


def must_use_every_sample_once(
    subject: Subject, n: int, batch_size: int, epochs: int, seed: int = 0
) -> list[list[list[int]]]:
    """Find out which batches a descent takes, and demand each sample once in each epoch.

    One run tells, if its losses are right; else it takes one for each sample.
    """
    x, sizes = np.zeros((n, 1)), {"batch_size": batch_size, "epochs": epochs}
    answer = descent(subject, x, different_samples(n), lr=PROBE_LR, seed=seed, **sizes)
    _, b, losses = answer.value
    if len(losses) != epochs:
        answer.fail("losses count", count=len(losses), epochs=epochs)
    allowed = n * tolerance(subject)  # y is at most √n
    found = batches_of_losses(b, losses, n, batch_size, allowed)
    if found is not None:
        return [[[*rows] for rows in epoch] for epoch in found]
    answers, effects = [], []
    for y in np.eye(n):
        answer = descent(subject, x, y[:, None], lr=PROBE_LR, seed=seed, **sizes)
        _, b, losses = answer.value
        if len(losses) != epochs:
            answer.fail("losses count", count=len(losses), epochs=epochs)
        answers.append(answer)
        effects.append(b)
    allowed = 2e-6 if tolerance(subject) == FLOAT32 else FLOAT64
    batches = find_batches(effects, n, batch_size, epochs, allowed)
    if batches is None:
        fail_on_effects(answers, effects, (n, batch_size, epochs), allowed)
    return batches


def fail_on_effects(
    answers: list[Answer], effects: list[float], sizes: tuple[int, int, int], allowed: float
) -> NoReturn:
    """Say how the samples were used, as each of them contributes to b."""
    n, batch_size, epochs = sizes
    possible = [b for b, _ in traces(*sizes)]
    off = [min(abs(b - effect) for b in possible) for effect in effects]
    unused = sum(abs(effect) <= allowed for effect in effects)
    found = other_use(effects, n, batch_size, allowed) if epochs == 1 else None
    if find_batches(effects, *sizes, 1e-5):
        found = finding("inexact b", error=max(off))
    elif found is None:
        found = finding("never used", unused=unused, n=n) if unused else finding("no way")
    place = int(np.argmax(off if max(off) > allowed else effects))
    values = ", ".join(f"{b:.6g}" for b in possible[:12])
    answers[place].fail_with(Finding(found.code, {**found.values, "possible": values}))


def must_use_one_sample_once(
    subject: Subject, n: int, batch_size: int, epochs: int, row: int, seed: int
) -> None:
    """Demand the formula and the losses at any size, on samples that are all 0 but for one y.

    The last b tells in which batch of each epoch that sample was, and then the rest is known.
    """
    y = np.zeros((n, 1))
    y[row] = 1.0
    options = {"batch_size": batch_size, "lr": PROBE_LR, "epochs": epochs}
    answer = descent(subject, np.zeros((n, 1)), y, **options, seed=seed)
    _, last, losses = answer.value
    known = sorted(traces(n, batch_size, epochs), key=lambda pair: abs(pair[0] - last))
    near = [descend_with(y, row, places, batch_size) for b, places in known[:3]]
    # two ways may lead to nearly the same b: then the losses tell, which may be as near where b
    # is not
    fitting = [run for run in near if abs(run.b - last) <= tolerance(subject) * run.size]
    like = min(fitting or near[:1], key=lambda run: loss_distance(run, losses))
    must_follow(answer, like, "one sample")


def descend_with(y: Array, row: int, places: Sequence[int], batch_size: int) -> Run:
    """Descend on batches that have a sample in these places, one in each epoch."""
    batches = []
    for place in places:
        order = [*range(len(y))]
        order[row], order[place * batch_size] = order[place * batch_size], order[row]
        batches.append(
            [order[rows[0] : rows[-1] + 1] for rows in in_order(len(y), batch_size, 1)[0]]
        )
    return descend(np.zeros(y.shape), y, batches, PROBE_LR)


def loss_distance(run: Run, losses: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(run.losses, losses, strict=False))


def must_descend_on_its_batches(
    subject: Subject,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    epochs: int,
    seed: int = 0,
    **values: Any,
) -> None:
    """Demand, step by step, the update formula on the very batches that are used."""
    batches = must_use_every_sample_once(subject, len(x), batch_size, epochs, seed)
    answer = descent(subject, x, y, batch_size=batch_size, epochs=epochs, seed=seed, **values)
    must_follow(answer, descend(x, y, batches, **values), "its batches")


# -- shuffles ---------------------------------------------------------------------------------

Order = tuple[int, ...]


def must_shuffle_each_epoch(subject: Subject) -> None:
    """All epochs differ from each other, from the data's order, and from seed to seed.

    5 samples in batches of 2 can be split in 30 ways, in 15 but for the order of the batches:
    that two are equal 8 times running comes by chance once in 15⁸ = 3·10⁹ cases.
    """
    n, batch_size, epochs, seeds = 5, 2, 4, 8
    found = [must_use_every_sample_once(subject, n, batch_size, epochs, s) for s in range(seeds)]
    unshuffled = [list(rows) for rows in in_order(n, batch_size, 1)[0]]
    faults: list[tuple[Code, bool]] = [
        ("unshuffled", all(epoch == unshuffled for run in found for epoch in run)),
        ("same order", all(epoch == run[0] for run in found for epoch in run)),
        ("same batches", all(sorted(epoch) == sorted(run[0]) for run in found for epoch in run)),
        ("seeds same batches", all(run == found[0] for run in found)),
    ]
    pairs = [*itertools.combinations(range(epochs), 2)]
    again = [pair for pair in pairs if all(run[pair[0]] == run[pair[1]] for run in found)]
    regrouped = [(i, j) for i, j in pairs if all(sorted(run[i]) == sorted(run[j]) for run in found)]
    faults += [("epoch again", bool(again)), ("batches again", bool(regrouped))]
    code = next((code for code, holds in faults if holds), None)
    if code is not None:
        x = np.arange(float(n))[:, None]
        options = {"batch_size": batch_size, "lr": 0.01, "epochs": epochs}
        answer = descent(subject, x, x + 1000.0, **options)
        first, second = [*again, *regrouped, (0, 1)][0]
        facts: dict[str, Value] = {"seeds": seeds, "first": first + 1, "second": second + 1}
        answer.fail(code, batches=show_rows(found[0][first]), **facts)


# How the orders of two epochs of 3 samples may hang together: (relation, test of both)
RELATIONS: list[tuple[str, Callable[[Order, Order], bool]]] = [
    ("never shuffled", lambda one, two: one == two == (0, 1, 2)),
    ("first epoch not", lambda one, two: one == (0, 1, 2)),
    ("only first epoch", lambda one, two: two == (0, 1, 2)),
    ("same", lambda one, two: one == two),
    ("reverse", lambda one, two: two == one[::-1]),
    ("rotated", lambda one, two: two in (one, one[1:] + one[:1], one[2:] + one[:2])),
    ("never in order", lambda one, two: (0, 1, 2) not in (one, two)),
    ("rotations only", lambda one, two: {one, two} <= {(0, 1, 2), (1, 2, 0), (2, 0, 1)}),
    (
        "two swapped",
        lambda one, two: {one, two} <= {(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 1, 0)},
    ),
]


def must_shuffle_evenly(subject: Subject, runs: int) -> None:
    """Every order of both epochs is equally likely, whatever the order before it.

    3 samples one by one: 36 ways through two epochs, told apart by the last b. Of fewer than 20
    runs for each, only the 6 orders are counted, of both epochs together. Right code fails with a
    probability below `FALSE_ALARM`: of 60 runs it has an epoch in the data's order in all but one
    case of 3·10⁹.
    """
    x, y = np.zeros((3, 1)), column([1.0, 3.0, 9.0])
    orders = [tuple(batch[0] for batch in way) for way in all_epochs(3, 1)]
    ways = [*itertools.product(orders, repeat=2)]
    ends = np.array([descend(x, y, [[[i] for i in o] for o in way], 0.2).b for way in ways])
    options: dict[str, Any] = {"batch_size": 1, "lr": 0.2, "epochs": 2}
    if subject.function.probe != "call":  # no generator crosses several calls there
        answers = [descent(subject, x, y, seed=seed, **options) for seed in range(runs)]
        answer, found = answers[-1], [one.value[1] for one in answers]
    else:
        answer = subject(x=x, y=y, rng=Seed(0), times=runs, **options)
        found = [b for _, b, _ in answer.value]
    distances = np.abs(ends - np.array(found)[:, None])
    if not distances.min(axis=1).max() < 1e-5:
        lost = found[int(np.argmax(~(distances.min(axis=1) < 1e-5)))]
        answer.fail("no order", b=float(lost), ways=len(ends))
    counts = np.bincount(distances.argmin(axis=1), minlength=len(ends))
    came = [ways[k] for k in np.flatnonzero(counts)]
    for relation, holds in RELATIONS:
        if all(holds(one, two) for one, two in came):
            facts = {"runs": runs, "came": len(came), "ways": len(ways)}
            answer.fail("other orders", relation=relation, **facts)
    if runs >= 20 * len(ways):
        must_come_alike(answer, ways, counts)
    table = counts.reshape(6, 6)
    must_come_alike(answer, [(o,) for o in orders], table.sum(axis=0) + table.sum(axis=1))


def must_come_alike(answer: Answer, ways: list[tuple[Order, ...]], counts: Array) -> None:
    """Demand each way equally often."""
    cell = uneven_cell(counts)
    if cell is not None:
        said = ", then ".join(show_rows([[i] for i in order]) for order in ways[cell])
        facts = {"count": int(counts[cell]), "even": float(counts.mean()), "ways": len(ways)}
        answer.fail("uneven orders", order=said, runs=int(counts.sum()), **facts)


def must_go_on(subject: Subject, epochs: int) -> None:
    """Demand a loss for each epoch of a run that diverges: inf and NaN are results."""
    x, y = column([1.0, 2.0]), column([1.0, 2.0])
    answer = descent(subject, x, y, batch_size=1, lr=10.0, epochs=epochs)
    w, b, losses = answer.value
    if len(losses) != epochs:
        answer.fail("losses count", count=len(losses), epochs=epochs)
    if np.isfinite([w, b]).any() or np.isfinite(losses[-1]):
        answer.fail("kept finite", w=w, b=b, epochs=epochs)
    for options in sudden_ends(subject):
        answer = descent(subject, **options, epochs=1)
        must_count_every_loss(answer)


def sudden_ends(subject: Rejecting) -> list[dict[str, Any]]:
    """Return arguments by which a first batch's loss is finite, and a second one's inf, or NaN.

    At the larger rate w and b become infinite, and w·x + b is ∞ − ∞ in either order.
    """
    rates = (1e200, 1e308) if tolerance(subject) == FLOAT64 else (1e25, 1e38)
    samples = {"x": column([1.0, -2.0]), "y": column([10.0, 20.0]), "batch_size": 1}
    return [{**samples, "lr": lr} for lr in rates]


def must_count_every_loss(answer: Answer) -> None:
    """Demand inf or NaN as the mean of losses of which one is not finite."""
    loss = answer.value[2][0]
    if np.isfinite(loss):
        answer.fail("infinite left out", loss=loss)


# -- where it ends ----------------------------------------------------------------------------


def must_reach(
    subject: Subject,
    n: int,
    target: tuple[float, float],
    *,
    within: float,
    noise: float = 0.1,
    **values: Any,
) -> None:
    """Demand that a descent on the reference data, from w = b = 0, ends near the target."""
    answer = descent(subject, *reference_data(n, noise), **values)
    w, b, losses = answer.value
    if len(losses) != values["epochs"]:
        answer.fail("losses count", count=len(losses), epochs=values["epochs"])
    if not (abs(w - target[0]) <= within and abs(b - target[1]) <= within):
        right = {"w_right": target[0], "b_right": target[1], "within": within}
        answer.fail("not converged", w=w, b=b, n=n, **right, **values)
