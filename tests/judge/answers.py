"""What a call gave, and the demands on it that need nothing but the call."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np

from tests.judge.observing import Compared, observe
from tests.judge.record import Function
from tests.judge.showing import show
from tests.judge.verdicts import Code, Evidence, Finding, Halted, Value, Verdict, Wrong, finding

# float64 rounds each operation to 1.1e-16 of its result, so a sum of 50 terms, in any order and
# however the formula is written, errs by less than 1e-14 of the size of its terms. Finite
# differences err by 1e-11 or more, float32 by 1e-8.
ROUNDING = 1e-12


class Rejecting(Protocol):
    """A function under test."""

    function: Function
    right_runs: list[Any]
    right_calls: dict[str, str]
    first_right: "Answer | None"

    def __call__(self, **values: Any) -> "Answer":
        """Call it again."""

    def paste(self, values: Mapping[str, Any], times: int) -> str:
        """Return a call as lines for a Python prompt."""

    def reject(self, verdict: Verdict) -> NoReturn:
        """Raise a verdict."""


@dataclass(eq=False)
class Answer:
    """What one call gave: its value in plain form, and how a report shows call and result.

    Parameters
    ----------
    subject : Rejecting
        The function.
    values : mapping
        The arguments.
    call : str
        The call as a report shows it.
    times : int
        How many calls these are.
    value : object
        What came back; of several calls, a list.
    got, printed : str
        As in `Verdict`.
    """

    subject: Rejecting
    values: Mapping[str, Any]
    call: str
    times: int = 1
    value: Any = None
    got: str = ""
    printed: str = ""

    def __getattr__(self, name: str) -> Any:
        """Return a part of the result by its name."""
        parts = self.subject.function.parts
        if name.startswith("_") or name not in parts:
            raise AttributeError(name)
        return self.value[parts.index(name)] if len(parts) > 1 else self.value

    def fail(self, code: Code, **values: Value) -> NoReturn:
        """Raise the verdict that this answer is wrong, in one way."""
        self.fail_with(finding(code, **values))

    def fail_with(
        self,
        *findings: Finding,
        got: str | None = None,
        expected: str = "",
        followed: Any = None,
    ) -> NoReturn:
        """Raise the verdict that this answer is wrong.

        Parameters
        ----------
        *findings : Finding
            The facts.
        got, expected : str
            What came, if not the whole result, and what should have; "" where the words of the
            first fact say so.
        followed : object, optional
            Of a descent, what it should have followed.
        """
        evidence = Evidence(self.values, self.value, followed)
        verdict = Verdict(
            about=self.subject.function.name,
            kind="wrong",
            findings=findings,
            call=self.call,
            got=self.got if got is None else got,
            expected=expected,
            printed=self.printed,
            paste=self.subject.paste(self.values, self.times),
            evidence=None if self.value is None else evidence,  # of no form that has a value
        )
        self.subject.reject(verdict)

    # demands

    def must_be(self, *whole: Any, **parts: Any) -> None:
        """Demand the one right result, up to rounding: as a whole, or by its parts.

        The report says what all hand-picked cases have in common, not only this one.
        """
        right = whole or tuple(parts[name] for name in self.subject.function.parts)
        expected = show_right(right)
        compared = self.compared(right)
        if all(part.is_right for part in compared):
            if "<" not in self.call:  # nothing is left out there
                self.subject.right_calls[self.call] = self.got
                self.subject.first_right = self.subject.first_right or self
            return
        before = self.subject.right_calls.get(self.call)
        if before is not None:
            self.fail_with(finding("call changes", before=before), expected=expected)
        again = self.subject(**self.values)
        if again.got != self.got:
            again.fail_with(finding("call changes", before=self.got), expected=expected)
        first = self.subject.first_right
        if first is not None:
            again = self.subject(**first.values)
            if again.got != first.got:
                again.fail_with(finding("call changes", before=first.got), expected=first.got)
        cases = [(self, compared), *self.hand_picked()]
        other = self.other_result([answer for answer, _ in cases])
        if other is not None:
            self.fail_with(other, expected=expected)
        function = self.subject.function
        formulas = function.exact.formulas if function.exact else ()
        found = observe(function.parts, [parts for _, parts in cases], formulas)
        self.fail_with(*found, expected=expected)

    def hand_picked(self) -> Iterator[tuple["Answer", list[Compared]]]:
        """Yield what the function gives for its hand-picked cases, beside what is right."""
        function = self.subject.function
        if function.exact is None or function.trusted is None:
            return
        for case in function.exact.cases:
            with contextlib.suppress(Wrong, Halted):  # of another kind: it says nothing here
                answer = self.subject(**case)
                yield answer, answer.compared(as_tuple(function.trusted(**case)))

    def other_result(self, answers: Sequence["Answer"]) -> Finding | None:
        """Say what all of these are equal to, instead of what is right."""
        exact = self.subject.function.exact
        assert exact is not None, "only functions with one right result can be compared"
        for what, other in exact.others.items():
            if all(c.is_right for a in answers for c in a.compared(other(**a.values))):
                return finding("other result", what=what)
        return None

    def compared(self, right: tuple[Any, ...]) -> list[Compared]:
        """Put each part of the result beside the right one."""
        exact = self.subject.function.exact
        assert exact is not None, "only functions with one right result can be compared"
        found = as_tuple(self.value)
        names = self.subject.function.parts
        for name, f, r in zip(names, found, right, strict=True):
            if np.shape(f) != np.shape(r):
                place = [name] if len(names) > 1 else []
                shapes = {"shape": list(np.shape(f)), "wanted": list(np.shape(r))}
                wrong = finding("result shape", place=place, **shapes)
                self.fail_with(wrong, expected=show_right(right))
        bases = exact.base(**self.values) if exact.base else (0.0,) * len(right)
        terms = exact.terms(**self.values)
        return [
            Compared(
                self.values,
                np.ravel(f) - base,
                np.ravel(r) - base,
                ROUNDING * np.broadcast_to(np.ravel(size), np.size(r)),
                base,
            )
            for f, r, base, size in zip(found, right, bases, terms, strict=True)
        ]

    def must_equal(self, other: "Answer", code: Code, **values: Value) -> None:
        """Demand the result of another call, to the last digit."""
        for part, one, two in named_parts(self, other):
            if not same(one, two):
                self.fail_with(finding(code, part=part, **values), expected=other.got)

    def must_differ_from(self, other: "Answer", **values: Value) -> None:
        """Demand another result than that of another call, in each part."""
        for part, one, two in named_parts(self, other):
            if same(one, two):
                self.fail("equal", part=part, **values)


def named_parts(one: Answer, other: Answer) -> list[tuple[str, Any, Any]]:
    parts = one.subject.function.parts
    if not isinstance(one.value, tuple):  # of several calls, or of any length
        return [("", one.value, other.value)]
    return list(zip(parts, one.value, other.value, strict=True))


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are equal, to the last digit."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return np.array_equal(one, other)


def as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def plain(value: Any) -> Any:
    """Return a right value as a report shows it: numbers as Python's own."""
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def show_right(value: Any) -> str:
    """Write a right result."""
    parts = as_tuple(value)
    return show(plain(parts[0]) if len(parts) == 1 else tuple(map(plain, parts)))
