"""Laws of functions with one right result: `predict`, `mse_loss`, `mse_gradients`, `sgd_step`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests import oracles
from tests.boundary import Answer, Subject
from tests.oracles import ROUNDING
from tests.strategies import column
from tests.wording import Array, common_factor, say_factor, show


@dataclass(frozen=True)
class Exact:
    """How to judge a function that has one right result.

    `right` gives the expected parts, `size` the size of the terms that rounding is relative to.
    `base` is subtracted from a part before it is put in relation (a step, not where it ends).
    """

    parts: tuple[str, ...]
    together: str
    right: Callable[..., Any]
    size: Callable[..., tuple[Any, ...]]
    base: Callable[..., tuple[float, ...]] = lambda **_: (0.0, 0.0)


def loss_size(x: Array, y: Array, w: float, b: float) -> tuple[float]:
    return (float(np.mean(oracles.size_of_terms(x, y, w, b) ** 2)),)


def gradient_sizes(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    terms, sizes = oracles.size_of_terms(x, y, w, b), np.abs(x)
    # by covariance and means, every residual meets every x
    of_w = float(np.mean(terms * sizes)) + float(np.mean(terms)) * float(np.mean(sizes))
    return 2 * of_w, 2 * float(np.mean(terms))


EXACT = {
    "predict": Exact(
        ("the prediction",),
        "",
        oracles.predict,
        lambda x, w, b: (np.abs(w * x) + abs(b),),
    ),
    "mse_loss": Exact(("the loss",), "", oracles.mse_loss, loss_size),
    "mse_gradients": Exact(("dw", "db"), "both gradients", oracles.mse_gradients, gradient_sizes),
    "sgd_step": Exact(
        ("the step of w", "the step of b"),
        "both steps",
        lambda w, b, dw, db, lr: (w - lr * dw, b - lr * db),
        lambda w, b, dw, db, lr: (abs(w) + abs(lr * dw), abs(b) + abs(lr * db)),
        lambda w, b, **_: (w, b),
    ),
}


MAP_PARTS = ("ww", "wb", "w1", "bw", "bb", "b1")


def update_map(xb: Array, yb: Array, alpha: float) -> tuple[float, ...]:
    """Return the map of one update, from what it does to three points."""

    def after(w: float, b: float) -> Array:
        dw, db = oracles.mse_gradients(xb, yb, w, b)
        return np.array([w - alpha * dw, b - alpha * db])

    origin = after(0.0, 0.0)
    of_w, of_b = after(1.0, 0.0) - origin, after(0.0, 1.0) - origin
    return tuple(float(v) for i in range(2) for v in (of_w[i], of_b[i], origin[i]))


def composed(first: Sequence[float], second: Sequence[float]) -> tuple[float, ...]:
    """Multiply the maps as matrices that act on (w, b, 1)."""
    one, two = (np.array([*m, 0.0, 0.0, 1.0]).reshape(3, 3) for m in (first, second))
    return tuple(float(v) for v in (two @ one)[:2].ravel())


EXACT |= {
    "update_map": Exact(
        MAP_PARTS,
        "all six",
        update_map,
        lambda xb, yb, alpha: (
            (1 + 2 * alpha * (1 + np.abs(xb).max()) ** 2 * (1 + np.abs(yb).max()),) * 6
        ),
        lambda **_: (0.0,) * 6,
    ),
    "compose": Exact(
        MAP_PARTS,
        "all six",
        composed,
        lambda first, second: (1 + 3 * max(map(abs, first)) * (1 + max(map(abs, second))),) * 6,
        lambda **_: (0.0,) * 6,
    ),
}


@dataclass(frozen=True)
class Compared:
    """One call of such a function, beside what is right."""

    inputs: dict[str, Any]
    answer: Answer
    got: list[Array]  # of each part, less its base
    right: list[Array]
    tolerance: list[Array]
    expected: str

    def is_right(self, part: int) -> bool:
        error = np.abs(self.got[part] - self.right[part])
        return bool((error <= self.tolerance[part]).all())  # False for NaN

    @property
    def all_right(self) -> bool:
        return all(self.is_right(part) for part in range(len(self.got)))


def compare(subject: Subject, **inputs: Any) -> Compared:
    """Call the function and put its result beside the right one."""
    exact = EXACT[subject.function]
    right = exact.right(**inputs)
    expected = show(right)
    answer = subject(expected=expected, **inputs)
    values = answer.value if isinstance(answer.value, tuple) else (answer.value,)
    rights = right if isinstance(right, tuple) else (right,)
    if np.shape(values[0]) != np.shape(rights[0]):
        shapes = f"{np.shape(values[0])}, not {np.shape(rights[0])}"
        answer.fail(f"returns an array of shape {shapes}", expected)
    bases, sizes = exact.base(**inputs), exact.size(**inputs)
    return Compared(
        inputs,
        answer,
        [np.ravel(v) - base for v, base in zip(values, bases, strict=False)],
        [np.ravel(r) - base for r, base in zip(rights, bases, strict=False)],
        [ROUNDING * np.ravel(s) for s in sizes],
        expected,
    )


def must_be_exact(subject: Subject, **inputs: Any) -> None:
    """Demand the right result, up to rounding."""
    compared = compare(subject, **inputs)
    if not compared.all_right:
        compared.answer.fail(explain(subject.function, [compared]), compared.expected)


def ladder(subject: Subject) -> None:
    """Try the hand-picked cases, and say what all of them have in common."""
    cases = [compare(subject, **inputs) for inputs in CASES[subject.function]]
    again = compare(subject, **cases[0].inputs)
    if again.answer.got != cases[0].answer.got:
        first = cases[0].answer.got
        again.answer.fail(
            f"gives {again.answer.got} where the same call gave {first} before: "
            "something is kept between calls",
            again.expected,
        )
    for case in cases:
        if not case.all_right:
            case.answer.fail(explain(subject.function, cases), case.expected)


# When a result is wrong, on the cases tried: (condition, its negation, test of the inputs)
CONDITIONS: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
    ("there is more than one sample", lambda i: len(i.get("x", ())) > 1),
    ("b is not 0", lambda i: i.get("b", 1) != 0),
    ("w is not 0", lambda i: i.get("w", 1) != 0),
    ("w is not 1", lambda i: i.get("w", 2) != 1),
    ("lr is not 1", lambda i: i.get("lr", 1) != 1),
    ("some residual is negative", lambda i: "y" in i and bool((residuals(i) < 0).any())),
    ("some residual is positive", lambda i: "y" in i and bool((residuals(i) > 0).any())),
]


def residuals(inputs: dict[str, Any]) -> Array:
    return np.asarray(inputs["w"] * inputs["x"] + inputs["b"] - inputs["y"])


def explain(function: str, cases: Sequence[Compared]) -> str:
    """Say in a headline how the results differ from the right ones."""
    exact = EXACT[function]
    sayings = [explain_part(cases, part) for part in range(len(exact.parts))]
    if len(sayings) > 1 and len(set(sayings)) == 1:
        return f"{exact.together} are {sayings[0].replace('what it ', 'what they ')}"
    said = [f"{name} is {saying}" for name, saying in zip(exact.parts, sayings, strict=True)]
    return ", ".join(sorted(said, key=lambda text: text.endswith(" right")))


def explain_part(cases: Sequence[Compared], part: int) -> str:
    """Complete the sentence "dw is …"."""
    failing = [case for case in cases if not case.is_right(part)]
    if not failing:
        return "right"
    bad = next((g for c in failing for g in c.got[part].tolist() if not math.isfinite(g)), None)
    if bad is not None:
        return str(bad)
    got = [value for case in cases for value in case.got[part].tolist()]
    right = [value for case in cases for value in case.right[part].tolist()]
    tolerance = [value for case in cases for value in case.tolerance[part].tolist()]
    if not any(len(c.got[part]) for c in failing):
        return "wrong"
    change = changed_like(got, right, tolerance)
    if change:
        return change
    errors = [
        abs(g - r) / (abs(r) + 1e12 * t) for g, r, t in zip(got, right, tolerance, strict=True) if t
    ]
    if errors and (error := max(errors)) < 1e-3:
        return f"not exact: off by up to {error:.1g} of its size"
    factor = common_factor(got, right, tolerance)
    if factor is not None:
        return say_factor(factor, plural=False)
    lengths = [len(c.inputs.get("x", [0])) for c in cases for _ in c.got[part]]
    if len(set(lengths)) > 1:
        for power, text in ((1, "m times"), (-1, "1/m of")):
            scaled = [r * n**power for r, n in zip(right, lengths, strict=True)]
            factor = common_factor(got, scaled, tolerance)
            if factor is not None:
                times = "" if abs(factor - 1) < 1e-9 else f"{factor:.6g}·"
                return f"{times}{text} what it should be, for m samples"
    return when_wrong(cases, part)


def changed_like(got: Sequence[float], right: Sequence[float], tolerance: Sequence[float]) -> str:
    """Say what was done to the right results, on all cases, "" if that is nothing known."""
    if len(got) < 4:  # too few to tell
        return ""

    def alike(change: Callable[[float], float]) -> bool:
        triples = zip(got, right, tolerance, strict=True)
        return all(abs(g - change(r)) <= t + 1e-12 * abs(r) for g, r, t in triples)

    places = [d for d in range(16) if alike(lambda r: round(r, d))]  # noqa: B023, called at once
    off = [(g, r) for g, r, t in zip(got, right, tolerance, strict=True) if abs(g - r) > t]
    if places and all(g == 0 for g, _ in off):
        return f"0 where it should be {off[0][1]:g}: small numbers are lost"
    if places:
        return f"rounded to {places[0]} decimals" if len(places) == 1 else "rounded"
    if alike(math.trunc):
        return "cut to whole numbers"
    if alike(math.floor):
        return "rounded down to whole numbers"
    if alike(abs):
        return "its absolute value: it should be negative at times"
    if all(abs(g) < 1e38 and float(np.float32(g)) == g for g in got):
        pairs = list(zip(got, right, strict=True))
        if all(abs(g - r) <= 1e-6 * abs(r) for g, r in pairs):
            return "right to float32 only: keep float64"
    most = max(map(abs, got))
    beyond = {r for r in right if abs(r) > 1.01 * most}
    if most and len(beyond) > 1 and alike(lambda r: max(-most, min(most, r))):
        return f"cut off at ±{most:g}"
    if len(set(got)) == 1 and len(set(right)) > 2 and got[0] != 0:
        return f"always {got[0]:g}"
    first = got[0] - right[0]
    if len(got) > 2 and first and alike(lambda r: r + first):
        return f"always too {'large' if first > 0 else 'small'} by {abs(first):.6g}"
    return ""


def when_wrong(cases: Sequence[Compared], part: int) -> str:
    """Find a condition that separates the wrong cases from the right ones, or give an example."""
    wrong = [c for c in cases if not c.is_right(part)]
    right = [c for c in cases if c.is_right(part)]
    if wrong and right:
        for text, holds in CONDITIONS:
            if all(holds(c.inputs) for c in wrong) and not any(holds(c.inputs) for c in right):
                return f"wrong when {text}, right otherwise"

        def size(case: Compared) -> float:
            return float(np.abs(case.right[part]).max())

        def samples(case: Compared) -> int:
            return len(case.inputs.get("x", ()))

        if all((c.right[part] < 0).any() for c in wrong) and not any(
            (c.right[part] < 0).any() for c in right
        ):
            return "wrong where it should be negative, right elsewhere"
        if min(map(samples, wrong)) > max(map(samples, right)):
            return f"wrong for {samples(wrong[0])} samples, right for {samples(right[-1])}"
        if min(map(size, wrong)) > max(map(size, right)):
            return f"wrong where it should be large ({size(wrong[0]):.3g}), right where it is small"
        if max(map(size, wrong)) < min(map(size, right)):
            return f"wrong where it should be small ({size(wrong[0]):.3g}), right where it is large"
    got, target = wrong[0].got[part], wrong[0].right[part]
    place = int(np.argmax(~(np.abs(got - target) <= wrong[0].tolerance[part])))
    return f"{got[place]:.6g} where it should be {target[place]:.6g}"


def xy(*pairs: tuple[float, float]) -> dict[str, Array]:
    return {"x": column([x for x, _ in pairs]), "y": column([y for _, y in pairs])}


# One sample; then two and three, with x of a mean that is not 0; b = 0 first; residuals of
# one sign, then of both.
LOSS_CASES: list[dict[str, Any]] = [
    {**xy((1.0, 0.0)), "w": 1.0, "b": 0.0},
    {**xy((2.0, 1.0)), "w": 2.0, "b": 0.0},
    {**xy((1.0, 0.0), (2.0, 1.0)), "w": 1.0, "b": 0.0},
    {**xy((1.0, 0.0), (2.0, 1.0), (4.0, -1.0)), "w": 1.0, "b": 0.0},
    {**xy((1.0, 2.0)), "w": 0.0, "b": 1.0},
    {**xy((2.0, 9.0)), "w": 3.0, "b": 2.0},
    {**xy((1.0, 1.0)), "w": 1.0, "b": 2.0},  # b without a negative residual,
    {**xy((1.0, 3.0), (2.0, 3.0)), "w": 1.0, "b": 0.0},  # negative residuals without b
    {**xy((2.0, 1.0)), "w": 0.0, "b": -2.0},
    {**xy((0.3, 2.2), (1.7, -1.1), (-0.4, 0.6)), "w": 1.3, "b": -0.7},
    {**xy((1.0, 4.0), (2.0, 1.0), (3.0, 9.0)), "w": 2.0, "b": 1.0},
    {**xy((0.125, 0.0)), "w": 0.001, "b": 0.0},  # rounded away by a fixed number of digits,
    {**xy((1e-4, 0.0), (2e-4, 1e-7)), "w": 1e-4, "b": 0.0},  # by a larger one,
    {**xy((3000.0, -1e6)), "w": 1000.0, "b": 0.0},  # or clipped
    {**xy((-1.0, 0.5), (0.5, 3.0), (1.0, 5.5), (2.0, 7.0)), "w": 3.0, "b": -2.0},
]
# More samples than anyone would fix a number for by accident; too many to be shown first.
MANY = {"x": column([k / 8 - 60 for k in range(1001)]), "w": -1.5, "b": 0.25}
MANY_PAIRS = {**MANY, "y": column([float(k % 7) for k in range(1001)])}
CASES: dict[str, list[dict[str, Any]]] = {
    "predict": [
        {"x": column([1.0]), "w": 2.0, "b": 0.0},
        {"x": column([3.0]), "w": 2.0, "b": 0.0},
        {"x": column([2.0]), "w": 3.0, "b": 1.0},
        {"x": column([0.0, 1.0, 2.0]), "w": 3.0, "b": 2.0},
        {"x": column([0.5, -1.0, 2.0, 4.0]), "w": -1.5, "b": 0.25},
        {"x": column([-2.0, 1.0]), "w": 0.0, "b": -3.0},
        {"x": column([0.3, -0.7]), "w": 1.7, "b": -0.9},
        {"x": column([1e-7]), "w": 1e-6, "b": 0.0},
        {"x": column([3000.0]), "w": 1000.0, "b": -1.0},
        MANY,
    ],
    "mse_loss": [*LOSS_CASES, MANY_PAIRS],
    "mse_gradients": [*LOSS_CASES, MANY_PAIRS],
    "sgd_step": [
        {"w": 1.0, "b": 2.0, "dw": 3.0, "db": 5.0, "lr": 1.0},
        {"w": 1.0, "b": 2.0, "dw": 4.0, "db": -8.0, "lr": 0.5},
        {"w": 0.0, "b": 0.0, "dw": 2.0, "db": 1.0, "lr": 0.25},
        {"w": 0.0, "b": 3.0, "dw": 1.0, "db": 4.0, "lr": 1.0},
        {"w": 1.1, "b": -0.3, "dw": 2.7, "db": -1.9, "lr": 0.07},
        {"w": 4.0, "b": 0.0, "dw": 1.0, "db": -3.0, "lr": 0.5},
        {"w": -3.0, "b": 0.5, "dw": -1.0, "db": 0.5, "lr": 0.125},
        {"w": 1.0, "b": -2.0, "dw": 3.0, "db": -1.0, "lr": 0.0},
        {"w": 1.0, "b": 0.0, "dw": 3e6, "db": -2e6, "lr": 0.001},
        {"w": 0.0, "b": 0.0, "dw": 1e-12, "db": -2e-12, "lr": 1.0},
        {"w": 0.0, "b": 0.0, "dw": 1.0, "db": -1.0, "lr": 100.0},
    ],
}
CASES |= {
    "update_map": [
        {"xb": column([1.0]), "yb": column([0.0]), "alpha": 0.5},
        {"xb": column([2.0]), "yb": column([1.0]), "alpha": 0.125},
        {"xb": column([1.0, 2.0]), "yb": column([0.0, 3.0]), "alpha": 0.25},
        {"xb": column([0.3, 1.7, -0.4]), "yb": column([2.2, -1.1, 0.6]), "alpha": 0.07},
        {"xb": column([0.0]), "yb": column([0.0]), "alpha": 0.1},
    ],
    "compose": [
        {"first": (1.0, 0.0, 2.0, 0.0, 1.0, 3.0), "second": (1.0, 0.0, 5.0, 0.0, 1.0, 7.0)},
        {"first": (2.0, 0.0, 0.0, 0.0, 3.0, 0.0), "second": (5.0, 0.0, 0.0, 0.0, 7.0, 0.0)},
        {"first": (2.0, 0.0, 1.0, 0.0, 3.0, 4.0), "second": (5.0, 0.0, 0.0, 0.0, 7.0, 0.0)},
        {"first": (0.0, 1.0, 0.0, 1.0, 0.0, 0.0), "second": (1.0, 2.0, 0.0, 3.0, 4.0, 0.0)},
        {"first": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), "second": (7.0, 8.0, 9.0, 2.0, 3.0, 5.0)},
        {"first": (0.5, -0.25, 1.5, 2.0, -1.0, 0.0), "second": (-1.0, 3.0, 0.5, 0.25, 2.0, -4.0)},
    ],
}
