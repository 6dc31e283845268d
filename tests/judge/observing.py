"""What the wrong results of a function with one right result have in common: the plain facts."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tests.judge.formulas import Formula, nearest, shown
from tests.judge.verdicts import Finding, Value, finding
from tests.judged.values import Array

OF_ONE_CASE = ("value", "not finite", "small lost")  # codes of facts with the numbers of one case


class Compared(NamedTuple):
    """One part of one result beside what is right: arrays of one shape, less the base of both."""

    inputs: Mapping[str, Any]
    got: Array
    right: Array
    tolerance: Array
    base: float

    @property
    def is_right(self) -> bool:
        """Whether all of it is right, up to rounding; NaN is not."""
        return bool((np.abs(self.got - self.right) <= self.tolerance).all())

    @property
    def size(self) -> float:
        """The largest right number."""
        return float(np.abs(self.right).max())

    @property
    def samples(self) -> int:
        """How many samples the call had."""
        return count_samples(self.inputs)


def count_samples(inputs: Mapping[str, Any]) -> int:
    return len(inputs.get("x", inputs.get("xb", ())))


def observe(
    parts: Sequence[str], cases: Sequence[Sequence[Compared]], formulas: Sequence[Formula] = ()
) -> tuple[Finding, ...]:
    """Say how results differ from the right ones.

    Parameters
    ----------
    parts : sequence of str
        The names of the parts of each result.
    cases : sequence
        For each call, its parts beside the right ones.
    formulas : sequence of Formula
        What each part is made of, if that is known.

    Returns
    -------
    tuple of Finding
        One for all parts that differ in the same way, "all" if these are all there are. Of two
        parts, the right one comes last; of more, the right ones are left out, and of more than
        two ways to differ, one is said and the other parts are only called wrong.
    """
    if len(parts) > 2 and (order := other_order(parts, cases)):
        return (finding("other order of parts", order=order),)
    known = formulas or (None,) * len(parts)
    found = [observe_part([case[k] for case in cases], known[k]) for k in range(len(parts))]
    # the first case is shown: numbers of another one would contradict it
    found = [
        finding("wrong elsewhere") if one.code in OF_ONE_CASE and first.is_right else one
        for one, first in zip(found, cases[0], strict=True)
    ]
    together = exchanged(cases) or in_common(found)
    if len(found) > 1 and together is not None:
        return (Finding(together.code, {**together.values, "part": "all"}),)
    for k, one in enumerate(found):
        if one.code in ("value", "wrong elsewhere") and len(parts) == 2:
            found[k] = another_part(parts, cases, k) or one
    named = grouped(parts, found)
    wrong = [one for one in named if one.code not in ("right", "wrong elsewhere")]
    wrong += [one for one in named if one.code == "wrong elsewhere"]
    right = [one for one in named if one.code == "right"]
    if len(parts) == 2:
        return (*wrong, *right)
    shown = {part for part, one in zip(parts, cases[0], strict=True) if not one.is_right}
    # what all cases have in common, then the numbers of the case that is shown
    wrong.sort(
        key=lambda one: (one.code in ("value", "wrong elsewhere"), not shown & {*names_of(one)})
    )
    if len(wrong) <= 2:
        return tuple(wrong)
    others = {part for one in wrong[1:] for part in names_of(one)}
    return wrong[0], finding("wrong too", part=[part for part in parts if part in others])


def grouped(parts: Sequence[str], found: Sequence[Finding]) -> list[Finding]:
    """Put together what is the same of several parts."""
    groups: list[tuple[Finding, list[str]]] = []
    for part, one in zip(parts, found, strict=True):
        same = next((names for other, names in groups if other == one), None)
        if same is None:
            groups.append((one, [part]))
        else:
            same.append(part)
    return [
        Finding(one.code, {**one.values, "part": part_of(names, len(parts))})
        for one, names in groups
    ]


def part_of(names: list[str], count: int) -> Value:
    if len(names) == 1:
        return names[0]
    return "all" if len(names) == count else names


def names_of(found: Finding) -> list[str]:
    part = found.values["part"]
    return part if isinstance(part, list) else [str(part)]


def other_order(parts: Sequence[str], cases: Sequence[Sequence[Compared]]) -> list[str]:
    """Return in which order the right parts come, [] if others come."""
    order: list[str] = []
    for k in range(len(parts)):
        others = (j for j in range(len(parts)) if parts[j] not in order)
        fitting = (j for j in others if all(comes_as(case[k], case[j]) for case in cases))
        order += [parts[j] for j in fitting][:1]
    return order if len(order) == len(parts) else []


def comes_as(part: Compared, other: Compared) -> bool:
    """Whether one part of a result is what another one should be."""
    return part._replace(right=other.right + other.base - part.base).is_right


def in_common(found: Sequence[Finding]) -> Finding | None:
    """Return the one way in which all parts differ, if there is one."""
    if all(one == found[0] for one in found):
        return found[0]
    if all(one.code in ("inexact", "estimated") for one in found):
        rough = [one for one in found if one.code == "estimated"] or found
        return max(rough, key=lambda one: float(str(one.values["error"])))
    return None


def exchanged(cases: Sequence[Sequence[Compared]]) -> Finding | None:
    """Say that each of two parts is the other one, up to a factor."""
    if len(cases[0]) != 2:
        return None
    got = np.concatenate([part.got for case in cases for part in case])
    right, tolerance, other, of_other = (
        np.concatenate([getattr(part, name) for case in cases for part in case[::order]])
        for order in (1, -1)
        for name in ("right", "tolerance")
    )
    factor = common_factor(got, other, of_other)
    if factor is None or common_factor(got, right, tolerance) is not None:
        return None  # or they are equal in all cases
    return finding("exchanged", factor=factor)


def observe_part(cases: Sequence[Compared], formula: Formula | None = None) -> Finding:
    """Say how one part differs from what is right."""
    failing = [case for case in cases if not case.is_right]
    if not failing:
        return finding("right")
    bad = [[g for g in case.got.tolist() if not math.isfinite(g)] for case in failing]
    if bad[0]:
        return finding("not finite", value=str(bad[0][0]))
    if any(bad):
        return divided(failing, [case for case in cases if case.is_right]) or example(failing[0])
    got, right, tolerance = (
        np.concatenate([getattr(case, name) for case in cases])
        for name in ("got", "right", "tolerance")
    )
    lengths = np.concatenate([np.full(len(case.got), float(case.samples)) for case in cases])
    return (
        changed_alike(got, right, tolerance)
        or inexact(got, right, tolerance)
        or scaled(got, right, tolerance, lengths)
        or another_formula(cases, formula)
        or divided(failing, [case for case in cases if case.is_right])
        or example(failing[0])
    )


def changed_alike(got: Array, right: Array, tolerance: Array) -> Finding | None:
    """Say what was done to all of the right numbers."""
    if len(got) < 4:  # too few to tell
        return None

    def alike(changed: Array) -> bool:
        return bool((np.abs(got - changed) <= tolerance + 1e-12 * np.abs(right)).all())

    off = np.abs(got - right) > tolerance
    places = [d for d in range(16) if alike(np.array([round(r, d) for r in right.tolist()]))]
    if places and not got[off].any():
        return finding("small lost", right=float(right[off][0]))
    if places:
        return finding("rounded", decimals=places[0] if len(places) == 1 else -1)
    changes: list[tuple[Finding, Callable[[Array], Array]]] = [
        (finding("truncated"), np.trunc),
        (finding("floored"), np.floor),
        (finding("absolute"), np.abs),
    ]
    for code, change in changes:
        if alike(change(right)):
            return code
    with np.errstate(over="ignore"):
        if np.array_equal(got.astype(np.float32), got) and np.allclose(got, right, 1e-6, 0):
            return finding("float32")
    most = float(np.abs(got).max())
    beyond = right[np.abs(right) > 1.01 * most]
    if most and len(np.unique(beyond)) > 1 and alike(np.clip(right, -most, most)):
        return finding("cut off", most=most)
    if got[0] and not np.ptp(got) and len(np.unique(right)) > 2:
        return finding("constant", value=float(got[0]))
    first = float(got[0] - right[0])
    return finding("offset", by=first) if first and alike(right + first) else None


def inexact(got: Array, right: Array, tolerance: Array) -> Finding | None:
    """Say how small a difference is that no known change explains."""
    there = tolerance > 0
    if not there.any():
        return None
    errors = np.abs(got - right)[there] / (np.abs(right) + 1e12 * tolerance)[there]
    if errors.max() < 1e-3:
        return finding("inexact", error=float(errors.max()))
    off = errors[errors > 1e-13]
    if len(off) > len(errors) / 2 and np.median(off) < 1e-5:  # as finite differences are
        return finding("estimated", error=float(np.median(off)))
    return None


def scaled(got: Array, right: Array, tolerance: Array, lengths: Array) -> Finding | None:
    """Say by which one factor all differ, or by which one for m samples."""
    factor = common_factor(got, right, tolerance)
    if factor is not None:
        return finding("scaled", factor=factor)
    if len(np.unique(lengths)) > 1 and lengths.all():
        for code, scale in (("scaled by m", lengths), ("divided by m", 1 / lengths)):
            factor = common_factor(got, right * scale, tolerance)
            if factor is not None:
                return Finding(code, {"factor": factor})  # type: ignore[arg-type]
    return None


def common_factor(got: Array, right: Array, tolerance: Array) -> float | None:
    """Return the one factor by which all of `got` differ from `right`, if there is one.

    Cases in which both are 0 say nothing; at least two others must agree.
    """
    zero = np.abs(right) <= tolerance
    if (np.abs(got[zero]) > tolerance[zero]).any():
        return None
    ratios = got[~zero] / right[~zero]
    if len(ratios) < 2 or not np.isfinite(ratios).all():
        return None
    factor = float(ratios[0])
    same = np.abs(ratios - factor) <= 1e-9 * max(1.0, abs(factor))
    return factor if same.all() else None


def another_part(
    parts: Sequence[str], cases: Sequence[Sequence[Compared]], k: int
) -> Finding | None:
    """Say that one of two parts is what the other should be."""
    other = 1 - k
    alike = all(comes_as(case[k], case[other]) for case in cases)
    return finding("another part", other=parts[other]) if alike else None


def is_near(case: Compared, value: Any) -> bool:
    """Whether a part is equal to something else than what is right, up to rounding."""
    near = case.tolerance + 1e-12 * np.abs(value)
    return bool((np.abs(case.got - np.ravel(value)) <= near).all())


def another_formula(cases: Sequence[Compared], right: Formula | None) -> Finding | None:
    """Say which formula all follow instead."""
    if right is None or all(case.is_right for case in cases):
        return None
    inputs = [case.inputs for case in cases]
    found = nearest(right, inputs, lambda value, k: is_near(cases[k], value))
    if found is None:
        return None
    values = {"formula": found, "right": shown(right.text)}
    if right.code == "becomes":
        values["name"] = right.text[0]
    return Finding(right.code, values)


# When a result is wrong, on the cases tried: (name, test of the inputs). Its words are elsewhere.
CONDITIONS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "several samples": lambda i: count_samples(i) > 1,
    "b": lambda i: bool(i.get("b", 1) != 0),
    "w": lambda i: bool(i.get("w", 1) != 0),
    "w not 1": lambda i: bool(i.get("w", 2) != 1),
    "lr not 1": lambda i: bool(i.get("lr", 1) != 1),
    "negative residual": lambda i: "y" in i and bool((residuals(i) < 0).any()),
    "positive residual": lambda i: "y" in i and bool((residuals(i) > 0).any()),
}


def residuals(inputs: Mapping[str, Any]) -> Array:
    return np.asarray(inputs["w"] * inputs["x"] + inputs["b"] - inputs["y"])


def divided(wrong: Sequence[Compared], right: Sequence[Compared]) -> Finding | None:
    """Find what separates the wrong cases from the right ones."""
    if not right:
        return None
    for name, holds in CONDITIONS.items():
        if all(holds(c.inputs) for c in wrong) and not any(holds(c.inputs) for c in right):
            return finding("wrong when", condition=name)
    if all((c.right < 0).any() for c in wrong) and not any((c.right < 0).any() for c in right):
        return finding("wrong if negative")
    most_right = max(c.samples for c in right)
    if min(c.samples for c in wrong) > most_right:
        return finding("wrong for samples", samples=wrong[0].samples, right=most_right)
    return None


def example(case: Compared) -> Finding:
    """Say what came in one place where something else should be."""
    place = int(np.argmax(~(np.abs(case.got - case.right) <= case.tolerance)))
    return finding("value", got=float(case.got[place]), right=float(case.right[place]))
