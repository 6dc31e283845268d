"""The picture of a counterexample shows what was wrong beside what is right."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plots import counterexample
from solution.checks.conftest import ROOT, Change, Judge
from tests.judge.showing import column

GRADIENT: dict[str, Any] = {"x": column([1.0, 2.0]), "y": column([0.0, 3.0]), "w": 1.0, "b": 0.0}


def test_steps_start_together_and_end_where_the_gradients_lead() -> None:
    figure: Any = counterexample.draw("mse_gradients", GRADIENT, (1.0, 0.0))
    data, plane = figure.axes
    samples, before, _, right, wrong = data.get_lines()
    assert samples.get_xydata().tolist() == [[1.0, 0.0], [2.0, 3.0]]
    assert np.ptp(np.diff(before.get_xydata(), axis=0) / 3) == pytest.approx(0)  # slope 1
    labels = [text.get_text() for text in plane.get_legend().get_texts()]
    # residuals 1 and -1: dw = (2·1 - 2·2)/2 = -1, db = 0
    assert labels[0].startswith("the right step: −(-1, 0)")
    assert labels[1].startswith("your step: −(1, 0)")
    ends = [line.get_ydata()[-1] for line in (right, before, wrong)]
    assert ends == sorted(ends, reverse=True)


@pytest.mark.parametrize("value", [(np.nan, 0.0), (np.inf, -np.inf), (1e300, 0.0)])
def test_steps_to_nowhere_are_named_and_not_drawn(
    value: tuple[float, float], tmp_path: Path
) -> None:
    figure: Any = counterexample.draw("mse_gradients", GRADIENT, value)
    figure.savefig(tmp_path / "picture.png")
    assert (
        f"({value[0]:.4g}, {value[1]:.4g})" in figure.axes[1].get_legend().get_texts()[1].get_text()
    )


def test_samples_that_come_again_or_with_another_y_or_never_are_marked() -> None:
    tagged = {"x": column([0.0, 1.0, 2.0]), "y": column([1000.0, 1001.0, 1002.0])}
    epoch = [(column([2.0, 0.0]), column([1002.0, 1001.0])), (column([2.0]), column([1002.0]))]
    figure: Any = counterexample.draw("shuffled_batches", {**tagged, "batch_size": 2}, epoch)
    (axes,) = figure.axes
    marks = [(*line.get_xydata()[0], line.get_marker()) for line in axes.get_lines()]
    assert marks == [(2.0, 0.0, "o"), (0.0, 0.0, "X"), (2.0, 1.0, "X"), (1.0, 2.0, "o")]
    assert [text.get_text() for text in axes.get_yticklabels()][-1] == "in no batch"
    assert axes.get_lines()[-1].get_fillstyle() == "none"
    assert [text.get_text() for text in axes.texts] == ["y = 1001", "again"]
    assert axes.get_xlim() == (-0.5, 2.5)


def test_what_one_sample_batch_does_not_draw_is_not_missing() -> None:
    tagged = {"x": column([0.0, 1.0]), "y": column([1000.0, 1001.0]), "batch_size": 1}
    one = (column([1.0]), column([1001.0]))
    figure: Any = counterexample.draw("sample_batch", tagged, one)
    assert len(figure.axes[0].get_lines()) == 1


def test_many_calls_are_counted() -> None:
    tagged = {"x": column([0.0, 1.0]), "y": column([1000.0, 1001.0])}
    batch = (column([1.0]), column([1001.0]))
    figure: Any = counterexample.draw("sample_batch", {**tagged, "batch_size": 1}, [batch] * 7)
    assert figure.axes[0].get_images()[0].get_array().tolist() == [[0.0, 7.0]]


@pytest.mark.parametrize(
    ("stage", "old", "new", "function"),
    [
        ("gradients", "return w * x + b", "return w * x - b", "predict"),
        ("gradients", "return w * x + b", "return (w * x + b)[:1]", "predict"),
        ("gradients", "return w - lr * dw, b", "return w + lr * dw, b", "sgd_step"),
        ("batching", "yield x[rows], y[rows]", "yield x[rows], y[rows[::-1]]", "shuffled_batches"),
    ],
)
def test_report_says_where_the_picture_is(
    judge: Judge,
    modules: Path,
    change: Change,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    stage: str,
    old: str,
    new: str,
    function: str,
) -> None:
    monkeypatch.setattr(counterexample, "FOLDER", tmp_path)
    change(stage, old, new)
    result = judge(modules, "--draw", file=f"tests/test_{stage}.py")
    result.stdout.fnmatch_lines([f"    picture   *counterexample-{function}.png"])
    assert (tmp_path / f"counterexample-{function}.png").stat().st_size > 5000


def test_report_says_why_there_is_no_picture(judge: Judge, modules: Path, change: Change) -> None:
    change("gradients", "return w * x + b", "return None")
    result = judge(modules, "--draw", file="tests/test_gradients.py")
    result.stdout.fnmatch_lines(["    picture   none: there is no result to draw"])


def test_report_says_that_a_picture_cannot_be_written(
    judge: Judge, modules: Path, change: Change, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(counterexample, "FOLDER", tmp_path / "file")
    (tmp_path / "file").touch()
    change("gradients", "return w * x + b", "return w * x - b")
    result = judge(modules, "--draw", file="tests/test_gradients.py")
    result.stdout.fnmatch_lines(["    picture   none: cannot write to */file: Not a directory"])
    assert result.ret == 1


def test_the_backend_of_a_notebook_is_not_asked_for() -> None:
    environment = {**os.environ, "MPLBACKEND": "module://of_a_notebook.that_is_not_installed_here"}
    program = (
        "from plots import counterexample, comparison; import matplotlib.pyplot as p; p.figure()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)
