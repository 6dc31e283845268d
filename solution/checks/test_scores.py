"""What is counted by `python -m solution.checks.scores` is what it is taken for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solution.checks import attempts
from solution.checks.attempts import Attempt
from solution.checks.elsewhere import are_both, does_the_same
from solution.checks.equivalent import why_equivalent
from solution.checks.mutants import by_operators, by_spoilers, merged
from solution.checks.scores import is_wrong, judge_all
from solution.gradients import mse_gradients
from tests.judge.mistakes import known

SOURCE = """def f(x, y, w, b):
    total = 0.0
    for xi, yi in zip(x, y, strict=True):
        total += (w * xi + b - yi) ** 2
    return total / len(x)"""


@pytest.mark.parametrize(
    "line",
    [
        "total += (w * yi + b - yi) ** 2",  # a name
        "total = (w * xi + b - yi) ** 2",  # assigned, not added
        "for xi, yi in zip(x, y):",  # an argument left out
        "    return total / len(x)\n    total",  # dedented and indented
        "pass",
    ],
)
def test_names_arguments_and_statements_are_spoilt(line: str) -> None:
    codes = [*by_spoilers(SOURCE)]
    assert any(line.partition("\n")[0] in code for code in codes)
    assert "        return total / len(x)" in "".join(codes)  # within the loop


def test_operators_and_constants_are_spoilt() -> None:
    pytest.importorskip("cosmic_ray")
    codes = "".join(by_operators(SOURCE))
    for line in ("(w * xi - b - yi) ** 2", "(w * xi + b - yi) * 2", "** 3", "for xi, yi in []:"):
        assert line in codes


def test_changes_of_two_are_put_into_one() -> None:
    one, two = SOURCE.replace("+ b", "- b"), SOURCE.replace("/ len(x)", "")
    both = merged(SOURCE, one, two)
    assert both is not None
    assert "- b - yi" in both
    assert "return total\n" in both + "\n"
    assert merged(SOURCE, one, SOURCE.replace("+ b", "* b")) is None  # of the same place


@pytest.mark.parametrize(
    ("mutant", "right"),
    [
        ("mse_loss: a: return total / len(x) -> return total / len(y)", True),
        ("shuffled_batches: a: if len(x) != len(y): -> if len(y) != len(y):", False),
        ("mse_loss: a: return losses[0] -> return losses[-1]", False),
        ("make_data: a: y = x + noise * e -> y = x - noise * e", True),
        ("make_data: a: y = x + noise * e -> y = x + noise + e", False),
    ],
)
def test_mutants_are_right_only_for_a_reason(mutant: str, right: bool) -> None:
    assert (why_equivalent(mutant) is not None) is right


# -- telling true causes from false ones ------------------------------------------------------

MADE = {mistake.name: mistake.implementation for mistake in known("mse_gradients")}


def halved(x: Any, y: Any, w: Any, b: Any) -> Any:
    return tuple(part / 2 for part in mse_gradients(x, y, w, b))


def halved_if_few(x: Any, y: Any, w: Any, b: Any) -> Any:
    return halved(x, y, w, b) if len(x) < 4 else mse_gradients(x, y, w, b)


def halved_and_negative(x: Any, y: Any, w: Any, b: Any) -> Any:
    return tuple(-part for part in halved(x, y, w, b))


def test_a_cause_is_confirmed_elsewhere() -> None:
    named = MADE["the 2 is missing"]
    assert does_the_same("mse_gradients", halved, named)
    assert not does_the_same("mse_gradients", halved_if_few, named)
    both = named, MADE["the sign is wrong"]
    assert are_both("mse_gradients", halved_and_negative, *both)
    assert not are_both("mse_gradients", halved, *both)


# -- judging ----------------------------------------------------------------------------------


def ends(x: Any, w: Any, b: Any) -> Any:
    import signal

    signal.raise_signal(signal.SIGKILL)


def adds(x: Any, w: Any, b: Any) -> Any:
    return w * x + b


def takes_memory(x: Any, w: Any, b: Any) -> Any:
    return np.ones(1 << 34) * w


@pytest.mark.parametrize(
    ("code", "causes", "outcome", "wrong_as"),
    [
        (adds, (), "accepted", ["catalogue", "mutants", "pairs"]),
        (ends, (), "fact", ["right", "catalogue"]),
        (takes_memory, (), "fact", ["right", "catalogue"]),
        (lambda x, w, b: w * x - b, ("subtracts b",), "named truly", ["right"]),
        (lambda x, w, b: w * x + 2 * b, (), "fact", ["right", "catalogue"]),
    ],
)
def test_each_is_judged_in_a_process_of_its_own(
    code: Callable[..., Any],
    causes: tuple[str, ...],
    outcome: str,
    wrong_as: list[str],
    tmp_path: Path,
) -> None:
    attempt = Attempt("one", "predict", code, causes=causes)
    ((_, told),) = judge_all([attempt], 1, tmp_path)
    assert told.outcome == outcome
    parts = ["right", "catalogue", "mutants", "pairs"]
    assert [part for part in parts if is_wrong(part, attempt, told)] == wrong_as


def test_ranges_are_wrong_only_beyond() -> None:
    (above,) = (a for a in attempts.ranges() if a.name == "subtracts b: from 9 samples")
    few, many = np.ones((8, 1)), np.ones((9, 1))
    assert above.code(few, 2.0, 3.0)[0, 0] == 5.0
    assert above.code(many, w=2.0, b=3.0)[0, 0] == -1.0
