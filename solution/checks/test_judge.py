"""The judge's own tables fit together, and what it finds can be sent to another process."""

import ast
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from solution import training
from solution.checks.conftest import ROOT, Change
from solution.grading.options import POINTS
from solution.grading.results import read_points
from tests.judge import descents, diagnosis, trusted, wording
from tests.judge.functions import COMPARED, FILES, FUNCTIONS, STAGES, table
from tests.judge.judging import Implementation
from tests.judge.mistakes import known
from tests.judge.record import Function
from tests.judge.showing import paste_call
from tests.judge.verdicts import Code, Value, Verdict, finding, from_plain, to_plain
from tests.judged.submission import Submission
from tests.judged.values import ProblemKind

PREDICT, MSE_LOSS = FUNCTIONS["predict"], FUNCTIONS["mse_loss"]


def changed(function: Function, **fields: Any) -> Function:
    return dataclasses.replace(function, **fields)


# -- the table of functions -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ((PREDICT, PREDICT), "two records of predict"),
        ((MSE_LOSS,), "mse_loss builds on predict: no trusted function before it"),
        ((MSE_LOSS, PREDICT), "mse_loss builds on predict: no trusted function before it"),
        (
            (changed(PREDICT, trusted=None, exact=None), MSE_LOSS),
            "mse_loss builds on predict: no trusted function before it",
        ),
    ],
)
def test_records_that_do_not_fit_together_are_refused(
    records: tuple[Function, ...], why: str
) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        table(records)


def test_a_table_is_as_its_records() -> None:
    assert table((PREDICT, MSE_LOSS)) == {"predict": PREDICT, "mse_loss": MSE_LOSS}


@pytest.mark.parametrize(
    ("function", "fields", "why"),
    [
        (PREDICT, {"positional": ("x", "w")}, "a case has other arguments"),
        (PREDICT, {"keywords": ("seed",)}, "a case has other arguments"),
        (PREDICT, {"trusted": None}, "needs a trusted version"),
        (FUNCTIONS["sgd_step"], {"parts": ("w", "b", "c", "d")}, "needs a trusted version, and no"),
        (FUNCTIONS["train"], {"keywords": ()}, "the probe training has other parameters"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(
    function: Function, fields: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=f"^{function.name}: .*{why}"):
        changed(function, **fields)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_that_a_function_does_not_have_are_refused(name: str) -> None:
    subject = diagnosis.sample(lambda **_: None).subjects[name]
    with pytest.raises(TypeError, match=f"^{name} has no parameter batchsize, y_hat$"):
        subject(batchsize=1, y_hat=2)


@pytest.mark.parametrize(
    ("n", "batch_size", "row", "seed"), [(257, 14, 171, 2078605665), (243, 14, 14, 1203612942)]
)
def test_losses_tell_nothing_where_b_tells_another_batch(
    n: int, batch_size: int, row: int, seed: int
) -> None:
    """The losses of float32 are as near to those of a batch in which the sample was not."""
    subject = diagnosis.sample(training.train).subjects["train"]
    descents.must_use_one_sample_once(subject, n, batch_size, 1, row, seed)


def test_points_are_those_of_the_records() -> None:
    points = {name: FUNCTIONS[name].points for names in STAGES.values() for name in names}
    assert read_points(POINTS, {}) == points


# -- verdicts ---------------------------------------------------------------------------------


def texts(path: Path) -> Iterator[str]:
    """Yield what is in quotes in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_word_is_dead() -> None:
    """Each code is given by the judge or by a test, or is what keeps a call from its result."""
    tests = ROOT / "tests"
    files = {*tests.glob("judge/**/*.py"), *tests.glob("test_*.py")}
    files -= {tests / "judge" / name for name in ("verdicts.py", "wording.py")}
    given = {text for path in files for text in texts(path)} | {*get_args(ProblemKind)}
    assert {*get_args(Code)} - given == set()


def test_a_mistake_is_named_whatever_order_it_draws() -> None:
    def shuffled_once(
        x: Any, y: Any, *, batch_size: Any, lr: Any, epochs: Any, rng: Any, w: Any = 0, b: Any = 0
    ) -> Any:
        order = rng.random(len(x)).argsort()  # the known mistake draws a permutation
        batches = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
        losses = np.zeros((epochs, len(batches)))
        for place in np.ndindex(losses.shape):
            xb, yb = x[batches[place[1]]], y[batches[place[1]]]
            losses[place] = trusted.mse_loss(xb, yb, w, b)
            dw, db = trusted.mse_gradients(xb, yb, w, b)
            w, b = w - lr * dw, b - lr * db
        return w, b, losses.mean(axis=1).tolist()

    implementation = diagnosis.sample(shuffled_once)
    verdict = implementation.first_problem("minibatch_gd")
    assert verdict is not None
    assert "x=[2.0, 3.0]" in str(verdict.findings)
    assert diagnosis.diagnosed(implementation, verdict).mistake == "shuffled once"


def test_a_call_with_arrays_in_tuples_can_be_pasted() -> None:
    exact = FUNCTIONS["compose"].exact
    assert exact is not None
    for values in exact.cases:
        *before, call = paste_call("tests.judge.trusted", "compose", values, 1).split("; ")
        space: dict[str, Any] = {}
        exec("; ".join(before), space)
        np.testing.assert_array_equal(eval(call, space), trusted.compose(**values))


@pytest.mark.parametrize(
    ("old", "new", "got"),
    [
        ("lr=lr)", "lr=2 * lr)", "(2.0, 1.0, [4.0])"),
        ("return [train_epoch(", "return [2 * train_epoch(", "(1.0, 0.5, [8.0])"),
        ("return [train_epoch(", "[train_epoch(", "None"),
    ],
)
def test_a_verdict_on_a_training_shows_where_it_ended(
    modules: Path, change: Change, old: str, new: str, got: str
) -> None:
    change("training", old, new)
    submission = Submission(modules, "submission", FILES)
    verdict = Implementation(modules, "submission", submission).first_problem("train")
    assert verdict is not None
    assert verdict.got == got


def sent(verdict: Verdict) -> Verdict:
    return from_plain(json.loads(json.dumps(to_plain(verdict))))


def test_a_verdict_survives_the_way_to_another_process() -> None:
    array: Value = {"kind": "array", "shape": [3, 1], "dtype": "int64"}
    verdict = Verdict(
        about="minibatch_gd",
        kind="wrong",
        findings=(
            finding("value", part="w", got=np.float64(1.5), right=np.int64(2)),
            finding("form", place=["xb", "batch 2"], found=array, wanted="column"),
        ),
        call="f(x)",
        got="1.5",
        where="kata/descent.py, line 3",
        problem="mutated",
        resembles=(finding("after update", update=1, of=2),),
        mistake="a name",
        likely="a sentence",
    )
    found = sent(verdict)
    assert found == verdict
    assert found.complaint == verdict.complaint
    assert wording.headline(found) == wording.headline(verdict)


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("function", COMPARED)
def test_verdicts_on_known_mistakes_survive_it(function: str) -> None:
    for mistake in known(function)[::5]:
        implementation = diagnosis.sample(mistake.implementation)
        verdict = implementation.first_problem(function)
        assert verdict is not None
        said = diagnosis.diagnosed(implementation, verdict)
        assert sent(said) == said
        assert wording.lines(sent(said)) == wording.lines(said)
