"""Whatever comes back from the other side, the judge has something to say of it, soon."""

import dataclasses
import json
import random
import time
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from solution.grading import wire
from solution.grading.remote import has_form
from tests.judge import wording
from tests.judge.diagnosis import diagnosed
from tests.judge.functions import FILES, STAGES
from tests.judge.judging import Implementation
from tests.judge.specification import properties
from tests.judged.submission import Submission
from tests.judged.values import (
    Array,
    Calls,
    Description,
    Items,
    Large,
    Model,
    Number,
    Other,
    Problem,
    ProblemKind,
    Request,
    Result,
    Trained,
    Values,
)

SOLUTION = Path(__file__).parents[1]
SECONDS = 10.0  # for the tests of one function, which take one or two
SEEDS = (0, 13, 17, 20, 183)  # all but 13 and 17 stopped this judge once, those an older one
KINDS: tuple[ProblemKind, ...] = get_args(ProblemKind)
WEIRD = (
    *(float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 5e-324, -0.0, 0.0),
    *(1.0, -1.0, 0.5, 3.0, 1000.0, 1e16, 2.0**53, 1e200),
)


class Weird(Submission):
    """The reference solution, whose answers are changed on the way to the judge.

    Parameters
    ----------
    seed : int
        Of the changes: how often there is one, from which request on, and which.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(SOLUTION, "weird", FILES)  # a name that nothing else is imported by
        self.random = random.Random(seed)
        self.often = self.random.choice([0.02, 0.1, 0.5, 1.0])
        self.right = self.random.choice([0, 5, 20, 50, 100, 150])  # the first answers
        self.answered = 0

    def run(self, request: Request) -> Result | Problem:
        """Answer a request, rightly or not, in a form that is allowed."""
        right = super().run(request)
        self.answered += 1
        if self.answered <= self.right or self.random.random() > self.often:
            return right
        if isinstance(right, Problem) or self.random.random() < 0.05:
            return self.problem()
        for _ in range(20):
            try:
                changed = self.changed(right)
                if has_form(changed, request):
                    return sent(changed)
            except (ArithmeticError, LookupError, ValueError):  # no such change of this array
                continue
        return right

    def problem(self) -> Problem:
        """Return any problem at all."""
        one = self.random.choice
        kind, cause = one(KINDS), one([None, *KINDS])
        return Problem(kind, name=one(["predict", "x", ""]), cause=cause)

    def changed(self, right: Result) -> Result:
        """Return a result in which something is different."""
        match right:
            case Calls(items):
                return Calls(self.changed_items(items))
            case Model(names, linear, prediction, slopes, again):
                one = self.random.choice
                slopes = one([slopes, [], [one(WEIRD), 1.0]])
                prediction, again = self.changed_value(prediction), self.changed_value(again)
                return Model(one([names, names[1:]]), linear, prediction, slopes, again)
            case Trained(w, b, returned, has_gradients):
                w, b = (self.changed_number(value) for value in (w, b))
                return Trained(w, b, self.changed_items(returned), has_gradients)
        return self.changed_value(right)

    def changed_value(self, right: Description) -> Description:
        """Return a description in which something is different."""
        one = self.random.choice
        if self.random.random() < 0.03:
            others: list[Description] = [Number(one(WEIRD)), Other("", "")]
            return one([*others, Large("float64", (10**6, 1))])
        match right:
            case Number(value):
                return Number(self.changed_number(value))
            case Values(array):
                return Values(self.changed_array(array))
            case Items(name, items, complete):
                return Items(name, self.changed_items(items), complete)
        return Number(one(WEIRD))

    def changed_number(self, right: float) -> float:
        """Return another number, or nearly the same one."""
        one = self.random.choice
        return one([one(WEIRD), right * one([-1.0, 2.0, 1 + 1e-9, *WEIRD])])

    def changed_items(self, right: list[Description]) -> list[Description]:
        """Return other items, more or fewer, or in another order."""
        one = self.random.choice
        items = [*right]
        if self.random.random() < 0.2:
            items = one([items[:-1], items + items[:1], [], items[::-1]])
        for _ in range(one([1, 2, len(items)]) if items else 0):
            place = self.random.randrange(len(items))
            items[place] = self.changed_value(items[place])
        return items

    def changed_array(self, right: Array) -> Array:
        """Return an array with other numbers, or of another shape or dtype."""
        one = self.random.choice
        array: Array = right.copy()
        if self.random.random() < 0.4:
            array.reshape(-1)[self.random.randrange(array.size)] = one(WEIRD)
            return array
        dtype = one(sorted(wire.DTYPES))
        rows: list[Array] = [array[:0], array[:-1], array[::-1], np.repeat(array, 3, axis=0)]
        values = [array * one(WEIRD), np.full(array.shape, one(WEIRD)), array.astype(dtype)]
        shapes = [array.ravel(), array.T, array[None], np.zeros((100_000, 1))]
        others = one([rows, values, shapes])
        other: Array = one(others)
        return other


def sent(result: Result) -> Result:
    """Return what the judge makes of a result that is sent to it."""
    buffer = wire.Buffer()
    text = json.loads(json.dumps(wire.pack(result, buffer)))
    return wire.unpack(text, wire.Bytes(b"".join(buffer.chunks)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [name for names in STAGES.values() for name in names])
def test_weird_answers_end_in_a_verdict(function: str, seed: int) -> None:
    implementation = Implementation(SOLUTION, "kata", Weird(seed))
    started = time.monotonic()
    for test in properties(function):
        verdict = implementation.run(test)  # raises what is none
        if verdict is not None:
            said = diagnosed(implementation, verdict)
            assert wording.headline(said)
            assert said.kind != "wrong" or wording.lines(said)
    assert time.monotonic() - started < SECONDS


def test_texts_are_shown_as_what_they_are() -> None:
    problem = Problem("raised", "a\n✗ b\x1b[2J\u202e\ud800" + "c" * 1000)
    told = wire.unpack_problem(json.loads(json.dumps(wire.pack_problem(problem))))
    assert told.text.startswith("a\\n✗ b\\x1b[2J\\u202e\\ud800c")
    assert len(told.text) < 2 * wire.LONGEST
    assert dataclasses.replace(told, text="") == dataclasses.replace(problem, text="")


@pytest.mark.parametrize(
    "text",
    [
        None,
        [],
        ["number", "1.0"],
        ["number", 10**400],
        ["array", ["<f8", [2], 0]],
        ["array", ["<f8", [-1], 0]],
        ["array", ["<f8", [2**62, 0], 0]],
        ["array", ["<f8", [1.5], 0]],
        ["array", ["<f8", [1], -8]],
        ["array", ["|O", [1], 0]],
        ["array", [["<f8"], [1], 0]],
        ["items", "", ["each", 3], True],
        [
            "items",
            "",
            ["columns", "", [["each", []], ["numbers", ["<f8", [1], 0]]], True],
            True,
        ],
        ["items", 7, ["each", []], True],
        ["items", "", ["each", []], 1],
        ["calls", ["each", 3]],
        ["trained", "1.0", 1.0, ["each", []], False],
        ["trained", 1.0, 1.0, ["each", []], 0],
        ["model", ["a"], "", ["model", [], "", ["number", 1.0], []], []],
        ["model", [["a"]], "", ["number", 1.0], []],
    ],
)
def test_what_is_no_description_is_malformed(text: Any) -> None:
    with pytest.raises(wire.Malformed):
        wire.unpack(text, wire.Bytes(bytes(8)))


def test_bytes_are_used_once() -> None:
    place = ["<f8", [1], 0]
    text = ["items", "", ["each", [["array", place], ["array", place]]], True]
    with pytest.raises(wire.Malformed):
        wire.unpack(text, wire.Bytes(bytes(8)))
