"""A small class to be graded, and what is read of its results."""

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.checks.conftest import ROOT
from solution.grading import run
from tests.judge.functions import STAGES

# What replaces a line of the solution, and the status that the function of that line gets then.
CHANGES: dict[str, tuple[str, str, str, str, str]] = {
    "right": ("gradients", "", "", "predict", "passed"),
    "wrong": ("gradients", "return w * x + b", "return w * x", "predict", "wrong"),
    "raises": ("gradients", "return w * x + b", "return w * x + c", "predict", "raised"),
    "exits": ("gradients", "return w * x + b", "import sys; sys.exit(0)", "predict", "raised"),
    "hangs": ("gradients", "return w * x + b", "while True: pass", "predict", "timeout"),
    "crashes": (
        "gradients",
        "return w * x + b",
        "import ctypes; ctypes.string_at(0)",
        "predict",
        "crashed",
    ),
    "devours": ("gradients", "return w * x + b", "x = bytes(10**10)", "predict", "memory"),
    "forges": (
        "gradients",
        "return w * x + b",
        "import os; os.write(3, b'{}' * 99)",
        "predict",
        "protocol",
    ),
    "lost": (
        "data",
        "return x, w * x + b + noise * epsilon",
        "return open('/etc/passwd').read()",
        "make_data",
        "raised",
    ),
    "stub": (
        "gradients",
        "return w * x + b",
        'raise NotImplementedError("gradients: predict")',
        "predict",
        "not started",
    ),
    "plots": (
        "descent",
        "import numpy as np",
        "import numpy as np\nfrom matplotlib import pyplot",
        "minibatch_gd",
        "passed",
    ),
    "forks": ("gradients", "return w * x + b", "import os; os.fork()", "predict", "raised"),
    "typo": ("descent", "def minibatch_gd(", "def minibatch_gd((", "minibatch_gd", "raised"),
}


def submission(folder: Path, stage: str, old: str, new: str, note: str = "") -> Path:
    """Copy the solution, and change it in one place."""
    folder.mkdir(parents=True)
    for name in STAGES:
        text = (ROOT / "solution" / f"{name}.py").read_text(encoding="utf-8")
        if name == stage and old:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (folder / f"{name}.py").write_text(f"{text}\n# {note}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module", name="learners")
def fixture_learners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small class."""
    folder = tmp_path_factory.mktemp("learners")
    for name, (stage, old, new, _, _) in CHANGES.items():
        submission(folder / name, stage, old, new)
    shutil.make_archive(str(folder / "zipped"), "zip", folder / "wrong")
    (folder / "broken.zip").write_bytes(b"PK\3\4 and no more")
    (folder / "empty").mkdir()
    submission(folder / "=1+1\n<b>李", "gradients", "return w * x + b", "return '<script>'")
    return folder


@pytest.fixture(scope="module", name="graded")
def fixture_graded(learners: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the class."""
    out = tmp_path_factory.mktemp("graded")
    assert grade.main(["--all-in", str(learners), "--out", str(out)]) == 3
    return out


@pytest.fixture(scope="module", name="few")
def fixture_few(learners: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with those of the class that are judged fast, without what takes longest."""
    folder = tmp_path_factory.mktemp("few")
    for name in ("right", "wrong", "raises", "exits", "stub", "typo"):
        left_out = shutil.ignore_patterns("training.py", "batching.py")
        shutil.copytree(learners / name, folder / name, ignore=left_out)
    shutil.copy(learners / "broken.zip", folder)
    return folder


@pytest.fixture(scope="module", name="graded_few")
def fixture_graded_few(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return their results."""
    out = tmp_path_factory.mktemp("graded_few")
    assert grade.main(["--all-in", str(few), "--out", str(out)]) == 3
    return out


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def judged(out: Path, name: str) -> dict[str, Any]:
    found = run.load(out, name)
    assert found is not None
    return found


def without_times(out: Path) -> dict[str, str]:
    """Return the text of every file, without the times in them."""
    return {
        str(path.relative_to(out)): re.sub(
            r'("(seconds|execution_time)": |time=")[0-9.e-]+', "", path.read_text(encoding="utf-8")
        )
        for path in out.rglob("*")
        if path.is_file()
    }
