"""Modules that a learner puts beside the five are judged with them, as they are used at home."""

from dataclasses import asdict
from typing import Any

import pytest

from solution.checks.handed_in import solved
from solution.grading import run, sandbox
from solution.grading.submissions.places import Handed, is_helper

pytestmark = pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())


def statuses(files: dict[str, bytes]) -> dict[str, str]:
    found: dict[str, Any] = run.judge(files, asdict(run.Settings()), run.fingerprint())
    assert found["errors"] == []
    return {name: own["status"] for name, own in found["functions"].items()}


def changed(files: dict[str, bytes], stage: str, old: str, new: str) -> None:
    assert files[f"{stage}.py"].count(old.encode()) == 1, old
    files[f"{stage}.py"] = files[f"{stage}.py"].replace(old.encode(), new.encode())


@pytest.mark.parametrize("how", ["from . import utils", "from kata import utils"])
def test_functions_may_use_a_module_of_the_learners(how: str) -> None:
    files = solved()
    changed(files, "gradients", "import numpy as np", f"import numpy as np\n{how}")
    changed(files, "gradients", "return w * x + b", "return utils.line(w, x, b)")
    files["utils.py"] = b"from .more import times\ndef line(w, x, b):\n    return times(w, x) + b\n"
    files["more.py"] = b"def times(a, b):\n    return a * b\n"
    assert {*statuses(files).values()} == {"passed"}
    files["more.py"] = b"def times(a, b):\n    return a + b\n"
    assert statuses(files)["predict"] == "wrong"


def test_a_stand_in_reaches_the_modules_beside() -> None:
    files = solved()
    changed(files, "gradients", "def mse_gradients(", "def right(")
    files["gradients.py"] += (
        b"\n\ndef mse_gradients(x, y, w, b):\n    r = w * x + b - y\n"
        b"    return float(np.mean(r * x)), float(np.mean(r))\n"
    )
    files["utils.py"] = b"from .gradients import mse_gradients\ndef slopes(*a):\n    return "
    files["utils.py"] += b"mse_gradients(*a)\n"
    text = files["descent.py"].replace(b"mse_gradients(", b"slopes(")
    files["descent.py"] = text.replace(b"import mse_gradients, ", b"import ") + b"\n\n"
    changed(files, "descent", "from .gradients", "from .utils import slopes\nfrom .gradients")
    found = statuses(files)
    assert (found["mse_gradients"], found["minibatch_gd"]) == ("wrong", "passed")


def test_a_result_is_of_the_modules_beside_too() -> None:
    keys = {
        run.key(Handed({**solved(), "utils.py": text}, notes), "", run.Settings(), "")
        for text in (b"", b"x = 1")
        for notes in ([], ["a note"])
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    "name",
    [
        "../utils.py",
        "a/b.py",
        "__init__.py",
        "__main__.py",
        "my utils.py",
        "utils.pyc",
        "x" * 300 + ".py",
    ],
)
def test_no_other_files_come_along(name: str) -> None:
    assert not is_helper(name)
