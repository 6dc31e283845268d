"""Every known mistake is rejected and told from all others, and what is said of it is true."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from solution.checks.attempts import pair
from tests.judge import diagnosis, wording
from tests.judge.answers import Answer, as_tuple
from tests.judge.functions import COMPARED, FUNCTIONS
from tests.judge.mistakes import MISTAKES, Mistake, known
from tests.judge.observing import CONDITIONS, Compared, observe_part
from tests.judge.verdicts import Finding


@pytest.mark.parametrize("function", COMPARED)
def test_every_function_has_mistakes_of_its_own(function: str) -> None:
    names = [mistake.name for mistake in known(function)]
    sentences = {mistake.sentence for mistake in known(function)}
    assert len(set(names)) == len(names) == len(sentences) > 7


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.function}: {m.name}")
def test_mistake_is_rejected_and_told_from_all_others(mistake: Mistake) -> None:
    implementation = diagnosis.sample(mistake.implementation)
    first = implementation.first_problem(mistake.function)
    assert first is not None, "accepted"
    assert first.kind == "wrong"
    verdict = diagnosis.diagnosed(implementation, first)
    assert (verdict.mistake, verdict.likely) == (mistake.name, mistake.sentence)
    assert not verdict.resembles  # a second cause beside the one


@pytest.mark.parametrize(
    ("function", "one", "two"),
    [
        (
            "mse_gradients",
            "the sign of dw is wrong",
            "gradients of positive residuals",
        ),  # in its part
        ("mse_gradients", "sums the gradients", "dw with the size of x"),  # factors
        ("sgd_step", "steps uphill", "ignores lr"),
        ("predict", "predicts without b", "adds x to w"),  # a difference, and one beside it
        ("make_data", "noise as variance", "sorted x"),  # in two arrays
        (
            "sample_batch",
            "sample by the global state",
            "sample unchecked",
        ),  # which rows, and a refusal
        ("minibatch_gd", "short batch divided by batch size", "starts from 0"),
        ("minibatch_gd", "descends by the global state", "losses divided by n"),
    ],
)
def test_two_mistakes_at_once_are_both_named(function: str, one: str, two: str) -> None:
    made = [mistake for mistake in known(function) if mistake.name in (one, two)]
    code, _ = pair(*made)
    assert code is not None
    judged = diagnosis.sample(code)
    first = judged.first_problem(function)
    assert first is not None, "accepted"
    verdict = diagnosis.diagnosed(judged, first)
    assert {*verdict.mistake.split(" + ")} == {one, two}
    assert dict(wording.lines(verdict)).keys() > {"likely", "and"}


# -- what a headline says of all cases is true of others, too, and so cannot contradict the cause --

EXACT = [m for m in MISTAKES if FUNCTIONS[m.function].exact and FUNCTIONS[m.function].trusted]
OF_ALL = {"scaled", "scaled by m", "divided by m", "rounded", "truncated", "floored"}
OF_ALL |= {"absolute", "constant", "offset", "cut off", "right"}


@pytest.mark.parametrize("mistake", EXACT, ids=lambda m: f"{m.function}: {m.name}")
def test_headline_is_true_on_other_arguments(mistake: Mistake) -> None:
    verdict = diagnosis.sample(mistake.implementation).first_problem(mistake.function)
    assert verdict is not None
    for fact in verdict.findings:
        if fact.code == "other result":
            assert all(is_as(str(fact.values["what"]), answer) for answer, _ in answers(mistake))
        for part in parts_of(mistake.function, fact):
            if fact.code in OF_ALL:
                found = observe_part(list(compared(mistake, str(part))))
                assert found.code == fact.code
                for name in found.values:
                    assert found.values[name] == pytest.approx(fact.values[name], rel=1e-9)
            if fact.code in ("wrong when", "wrong if negative"):
                others = [c for c in compared(mistake, str(part)) if not applies(fact.values, c)]
                assert len(others) > 3
                assert all(case.is_right for case in others)


MANY_PARTS = [m for m in EXACT if len(FUNCTIONS[m.function].parts) > 2]


@pytest.mark.parametrize("mistake", MANY_PARTS, ids=lambda m: f"{m.function}: {m.name}")
def test_headline_about_many_parts_says_what_they_have_in_common(mistake: Mistake) -> None:
    verdict = diagnosis.sample(mistake.implementation).first_problem(mistake.function)
    assert verdict is not None
    assert len(verdict.findings) <= 2
    assert "right" not in {fact.code for fact in verdict.findings}


def parts_of(function: str, fact: Finding) -> list[str]:
    """Return the parts that a fact is about."""
    part = fact.values.get("part", [])
    if part == "all":
        return list(FUNCTIONS[function].parts)
    return part if isinstance(part, list) else [str(part)]


def applies(fact: Mapping[str, Any], case: Compared) -> bool:
    """Say whether a condition of being wrong holds: one of the arguments, or a negative result."""
    condition = fact.get("condition")
    return CONDITIONS[condition](case.inputs) if condition else bool((case.right < 0).any())


def is_as(what: str, answer: Answer) -> bool:
    """Whether a result is equal to the named wrong one."""
    exact = answer.subject.function.exact
    assert exact is not None
    other = as_tuple(exact.others[what](**answer.values))
    return all(part.is_right for part in answer.compared(other))


def compared(mistake: Mistake, part: str) -> Iterator[Compared]:
    """Yield this part of what the mistake gives for arguments that no test has."""
    parts = FUNCTIONS[mistake.function].parts
    for answer, right in answers(mistake):
        yield answer.compared(right)[parts.index(part)]


def answers(mistake: Mistake) -> Iterator[tuple[Answer, tuple[Any, ...]]]:
    """Yield what the mistake gives for arguments that no test has, and what is right."""
    function = FUNCTIONS[mistake.function]
    assert function.trusted is not None
    subject = diagnosis.sample(mistake.implementation).subjects[mistake.function]
    rng = np.random.default_rng(5)
    for _ in range(60):
        rows = (int(rng.choice([1, 2, 3, 40])), 1)
        arguments: dict[str, Any] = {
            name: drawn(name, rows, rng) for name in (*function.positional, *function.keywords)
        }
        yield subject(**arguments), as_tuple(function.trusted(**arguments))


def drawn(name: str, rows: tuple[int, int], rng: np.random.Generator) -> Any:
    if name in ("x", "y", "xb", "yb"):
        return rng.normal(0, 3, rows)
    if name in ("first", "second"):
        return tuple(rng.normal(0, 3, 6).tolist())
    return rng.choice([0, 1, rng.normal()])
