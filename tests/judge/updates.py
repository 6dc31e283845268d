"""What a wrong descent does in one update on all samples, where no order plays a part.

Its gradients, its step and its loss are looked at as if each were a function: what they have in
common for several samples, starts and rates is a fact about the code, not about one call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tests.judge import trusted
from tests.judge.answers import Answer
from tests.judge.boundary import Subject
from tests.judge.descents import descent
from tests.judge.fingerprints import alike
from tests.judge.formulas import Formula
from tests.judge.functions import FUNCTIONS
from tests.judge.observing import Compared, another_formula, observe_part
from tests.judge.showing import column
from tests.judge.verdicts import Finding, Halted, Verdict, Wrong, finding

# x, y, w, b, lr: no number in them is like another.
UPDATES = [
    (column([0.6]), column([1.9]), 1.2, 0.35, 0.0625),
    (column([0.3, 1.7]), column([2.2, -1.1]), -0.4, 0.9, 0.05),
    (column([1.5, -0.5, 2.0]), column([0.25, 1.0, -3.0]), 0.7, -1.3, 0.02),
    (column([-1.1, 0.8, 2.3, 0.45]), column([1.6, -0.7, 0.95, 3.1]), 2.1, 0.55, 0.11),
]
ROUNDING = 1e-11  # of terms up to 10, as in `tests.judge.answers`


class Update:
    """One update that was made, beside the right one."""

    def __init__(self, x: Any, y: Any, w: float, b: float, lr: float, made: Answer) -> None:
        dw, db = trusted.mse_gradients(x, y, w, b)
        self.samples = {"x": x, "y": y, "w": w, "b": b}
        self.step = {"w": w, "b": b, "dw": dw, "db": db, "lr": lr}
        self.made = made

    def gradient(self, part: str) -> Compared:
        """Return the gradient by w or b that the step was made of."""
        step = getattr(self.made, part) - self.step[part]
        return self.compared(self.samples, -step / self.step["lr"], self.step[f"d{part}"])

    def change(self, part: str) -> Compared:
        """Return the step of w or b."""
        right = -self.step["lr"] * self.step[f"d{part}"]
        return self.compared(self.step, getattr(self.made, part) - self.step[part], right)

    def loss(self) -> Compared:
        """Return the loss before the update."""
        return self.compared(self.samples, self.made.losses[0], trusted.mse_loss(**self.samples))

    @staticmethod
    def compared(given: Mapping[str, Any], found: float, right: float) -> Compared:
        got, due, rounding = np.array([[found], [right], [ROUNDING]])
        return Compared(given, got, due, rounding, base=0.0)


def with_updates(subject: Subject, verdict: Verdict) -> Verdict:
    """Return a verdict on a descent with what holds for every update."""
    if verdict.code not in ("descent", "losses", "step scaled"):
        return verdict
    facts, (first, *others) = of_updates(subject), verdict.findings
    if first.code == "step scaled":
        scaled = finding("scaled", factor=first.values["factor"], part="both")
        if any(is_same(one, scaled) for one in facts):
            return verdict
        first = finding("descent", part="all", when=first.values["when"])
    if facts and verdict.evidence is not None:
        values = verdict.evidence.values
        if values["batch_size"] < len(values["x"]):  # the call that is shown may do otherwise
            others.append(finding("in one batch"))
    return replace(verdict, findings=(first, *others, *facts))


def of_updates(subject: Subject) -> tuple[Finding, ...]:
    """Return what is wrong with gradients, step and loss, as far as it holds for all updates."""
    updates = []
    for x, y, w, b, lr in UPDATES:
        try:
            made = descent(subject, x, y, batch_size=len(x), lr=lr, epochs=1, w=w, b=b)
        except (Wrong, Halted):
            return ()
        updates.append(Update(x, y, w, b, lr, made))
    of_gradients, of_steps, (of_loss,) = map(formulas, ("mse_gradients", "sgd_step", "mse_loss"))
    dw, db = (
        common([update.gradient(part) for update in updates], gradient)
        or another_formula([update.change(part) for update in updates], step)
        for part, gradient, step in zip("wb", of_gradients, of_steps, strict=True)
    )
    loss = common([update.loss() for update in updates], of_loss)
    both = [("both", dw)] if dw and db and is_same(dw, db) else [("dw", dw), ("db", db)]
    return tuple(
        Finding(one.code, {**one.values, "part": part})
        for part, one in [*both, ("loss", loss)]
        if one
    )


def is_same(one: Finding, other: Finding) -> bool:
    """Whether two facts are the same, up to rounding."""
    return one.code == other.code and alike([*one.values.values()], [*other.values.values()])


def common(cases: Sequence[Compared], formula: Formula) -> Finding | None:
    """Return what all cases have in common, if they are wrong."""
    found = observe_part(cases, formula)
    return None if found.code in ("right", "value") else found


def formulas(function: str) -> Sequence[Formula]:
    exact = FUNCTIONS[function].exact
    assert exact is not None
    return exact.formulas
