"""A mistake that a class shares and the catalogue lacks: found, written down, and told to all."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solution import grade, handout
from solution.checks.conftest import ROOT
from solution.checks.handed_in import solved
from solution.grading.groups import alike_in, example_of_code
from solution.grading.results import FOR_THE_INSTRUCTOR
from tests.judge import diagnosis
from tests.judge.mistakes import UNUSABLE, catalogue, known
from tests.judge.mistakes.record import to_plain

# `db` is multiplied by w: five ways to write it, none of which the catalogue has.
SPELLINGS = {
    "alice": """
def mse_gradients(x, y, w, b):
    residual = predict(x, w, b) - y  # Alice's
    return float(np.mean(2 * residual * x)), float(np.mean(2 * residual * w))
""",
    "bob": """
def mse_gradients(x, y, w, b):
    error = y - (b + x * w)
    n = len(x)
    return -2.0 / n * float(np.sum(error * x)), -2.0 / n * float(np.sum(error)) * w
""",
    "carol": """
TWO = 2

def mean(values):
    return sum(values) / len(values)

def mse_gradients(x, y, w, b):
    pairs = list(zip(x.ravel().tolist(), y.ravel().tolist()))
    dw = mean([TWO * (w * p + b - q) * p for p, q in pairs])
    return dw, mean([TWO * (w * p + b - q) * w for p, q in pairs])
""",
    "dave": """
def mse_gradients(x: Array, y: Array, w: float, b: float) -> tuple[float, float]:
    r = (x * w + b - y).ravel()
    return tuple((2 * np.array([r @ x.ravel(), r.sum() * w]) / r.size).tolist())
""",
    "erin": """
mse_gradients = lambda x, y, w, b: (
    (2 * (w * x + b - y) * x).mean().item(), w * (2 * (w * x + b - y)).mean().item()
)
""",
}
OTHERS = {"frank": "\ndef mse_gradients(x, y, w, b):\n    return 0.5, 0.25\n"}


def cell(features: list[Any], name: str = "", draft: str = "", code: str = "") -> dict[str, Any]:
    own = {"features": to_plain(features), "draft": draft, "code": code or draft}
    return {"submission": name, "functions": {"predict": FOR_THE_INSTRUCTOR | own}}


def features_of(function: str, implementation: Callable[..., Any]) -> list[Any]:
    judged = diagnosis.sample(implementation)
    first = judged.first_problem(function)
    assert first is not None
    diagnosis.diagnosed(judged, first)
    return diagnosis.unexplained(judged, function)


def first_stays(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = np.concatenate([[0], 1 + rng.permutation(len(x) - 1)]).astype(int)
    return [(x[i : i + 1], y[i : i + 1]) for i in order]


def first_stays_too(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    rest = list(range(1, len(x)))
    rng.shuffle(rest)
    rest = rest[::-1]
    for i in [0, *rest]:
        yield x[i, None], y[i, None]


def last_stays(x: Any, y: Any, batch_size: Any, rng: Any) -> Any:
    order = [*rng.permutation(len(x) - 1), len(x) - 1]
    return [(x[i : i + 1], y[i : i + 1]) for i in order]


# -- without a class --------------------------------------------------------------------------


def test_functions_that_draw_other_numbers_are_alike() -> None:
    same = (first_stays, first_stays_too)
    found = [features_of("shuffled_batches", one) for one in (*same, last_stays, first_stays)]
    assert all(found)
    assert alike_in([cell(one) for one in found], "predict") == [[0, 1, 3]]


def test_who_is_right_or_explained_or_alone_is_in_no_group() -> None:
    explained = features_of("predict", known("predict")[0].implementation)
    assert explained == []
    odd = [cell([]), cell([1.0]), cell([]), cell([2.0]), cell([1.0, 1.0])]
    assert alike_in(odd, "predict") == []
    assert alike_in([*odd, cell([1.0 + 1e-12])], "predict") == [[1, 5]]


def test_the_code_of_a_group_is_of_middle_length_and_its_entry_without_names() -> None:
    texts = ["a" * 90, "b" * 9, "c" * 30, "alice" + "d" * 15]
    names = ["ann", "bob", "Mia Alice", "dan"]
    results = [cell([1.0], name, text, text) for name, text in zip(names, texts, strict=True)]
    results[3]["functions"]["predict"]["draft"] = "alice = 3"
    assert example_of_code(results, "predict", [0, 1, 2, 3]) == {
        "code": texts[2],
        "draft": texts[2],
        "written_by": 2,
    }
    assert example_of_code(results, "predict", [2, 3])["draft"] == texts[2]
    results[2]["functions"]["predict"]["draft"] = "mia = alice"
    assert example_of_code(results, "predict", [2, 3])["draft"] == ""


def test_an_entry_without_a_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="a mistake in predict without a sentence"):
        catalogue.mistake("predict", " ")


def test_an_entry_that_cannot_be_used_stops_grading_and_the_handout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert UNUSABLE == []
    monkeypatch.setattr(grade, "UNUSABLE", ["own/a.py: no sentence"])
    monkeypatch.setattr(handout, "UNUSABLE", ["own/a.py: no sentence"])
    with pytest.raises(SystemExit) as ended:
        grade.main([str(tmp_path), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert handout.main([str(tmp_path / "handout")]) == 1
    assert capsys.readouterr().err.count("own/a.py: no sentence") == 2


# -- a class ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what grades, so that entries can be added to it."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("tests", "solution", "plots"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("checks", "own"))
    return folder


@pytest.fixture(scope="module")
def learners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a class of which five made the same mistake, each in other words."""
    folder = tmp_path_factory.mktemp("class")
    for name, text in (SPELLINGS | OTHERS).items():
        (folder / name).mkdir()
        (folder / name / "gradients.py").write_bytes(solved()["gradients.py"] + text.encode())
    return folder


def graded(project: Path, learners: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "solution.grade", "--all-in", str(learners), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


def failures(out: Path) -> list[dict[str, Any]]:
    html = (out / "class.html").read_text(encoding="utf-8")
    found = re.search(r'id="data">(.*)</script>', html)
    assert found is not None
    shown: list[dict[str, Any]] = json.loads(found[1])["failures"]
    return shown


def test_one_sentence_tells_all_who_made_a_mistake(
    project: Path, learners: Path, tmp_path: Path
) -> None:
    first = graded(project, learners, tmp_path)
    assert first.returncode == 0, first.stderr
    group, *others = failures(tmp_path)
    assert (group["learners"], group["function"], group["same"]) == (5, "mse_gradients", True)
    assert [(one["learners"], one["same"], one["draft"]) for one in others] == [(1, False, "")]
    assert not {*SPELLINGS} & {*re.findall(r"\w+", group["draft"].lower())}

    own = project / "tests" / "judge" / "mistakes" / "own"
    own.mkdir()
    (own / "of_the_class.py").write_text(group["draft"], encoding="utf-8")
    refused = graded(project, learners, tmp_path)
    assert refused.returncode == 2
    assert "own/of_the_class.py: a mistake in mse_gradients without a sentence" in refused.stderr
    assert "Traceback" not in refused.stderr

    sentence = "db is multiplied by w: the derivative of w·x + b by b is 1"
    text = group["draft"].replace('"")', f'"{sentence}")')
    (own / "of_the_class.py").write_text(text, encoding="utf-8")
    again = graded(project, learners, tmp_path)
    assert again.returncode == 0, again.stderr
    (named,) = [one for one in failures(tmp_path) if one["learners"] == 5]
    assert named["sentence"] == sentence
    assert not named["same"]
    for name in (*SPELLINGS, *OTHERS):
        report = (tmp_path / "submissions" / name / "report.txt").read_text(encoding="utf-8")
        assert (f"    likely    {sentence}\n" in report) == (name in SPELLINGS)
