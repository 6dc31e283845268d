"""A learner's function is cut out of its module, and becomes an entry of the catalogue."""

import ast
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solution.checks.handed_in import solved
from solution.grading.excerpt import LARGEST_MODULE, Excerpt, draft, excerpts, shape
from tests.judge.functions import STAGE_OF, STAGES
from tests.judge.mistakes import catalogue

HELPERS = '''
"""A module of Alice's."""
from __future__ import annotations
import numpy as np, os
from kata.gradients import predict as line, mse_loss
from . import batching
FACTOR: float = 2.0
UNUSED = os.environ


def mean(values: list[float]) -> float:
    """Alice's mean."""
    return sum(values) / len(values)


def mse_gradients(x: np.ndarray, y: np.ndarray, w: float, b: float) -> tuple[float, float]:
    """Return both.

    >>> Alice
    """
    r = line(x, w, b) - y  # Alice's residual
    return FACTOR * mean((r * x).ravel().tolist()), FACTOR * mean(r.ravel().tolist())
'''


def only(function: str, text: str) -> Excerpt:
    found = excerpts({f"{STAGE_OF[function]}.py": text.encode()})
    return found[function]


def entry(function: str, text: str) -> str:
    return draft(only(function, text), function, "unnamed")


def run(text: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a draft with a sentence, and return the implementation that it adds."""
    monkeypatch.setattr(catalogue, "MISTAKES", [])
    exec(text.replace('", "")', '", "why")'), {})
    (added,) = catalogue.MISTAKES
    assert (added.name, added.sentence) == ("unnamed", "why")
    return added.implementation


def test_every_function_of_a_submission_is_found_and_alone() -> None:
    found = excerpts(solved())
    assert [*found] == [name for names in STAGES.values() for name in names]
    for function, one in found.items():
        text = draft(one, function, "unnamed")
        assert f'@mistake("{function}", "")' in text
        assert "from ." not in text


def test_an_entry_has_what_the_function_needs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    text = entry("mse_gradients", HELPERS)
    assert "Alice" not in text
    assert "os" not in text.replace("cost", "")
    assert "from tests.judge.trusted import predict as line" in text
    assert "mse_loss" not in text
    made = run(text, monkeypatch)
    assert made(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]), 1.0, 0.0) == (10.0, 4.0)


def test_code_is_shown_as_it_was_written_but_for_its_docstring() -> None:
    code = only("mse_gradients", HELPERS).code
    assert code.startswith("def mse_gradients(x: np.ndarray")
    assert "    r = line(x, w, b) - y  # Alice's residual\n" in code
    assert "Return both" not in code


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("predict = lambda x, w, b: w * x", (2, 3, 1), 6),
        ("def predict(x, w, b): 'doc'; return w * x", (2, 3, 1), 6),
        ("def predict(x, w, b):\n    return predict(1, w, b) if x > 1 else w", (2, 3, 1), 3),
        ("def predict(*a):\n    return 1\ndef predict(x, w, b):\n    return 2", (2, 3, 1), 2),
        ("from math import *\ndef predict(x, w, b):\n    return sqrt(x)", (4, 3, 1), 2),
        ("import kata.gradients as g\ndef predict(*a):\n    return g.predict(*a)", (2, 3, 1), 7),
        (
            "def mse_loss(*a):\n    return 7\ndef predict(*a):\n    return mse_loss(*a)",
            (2, 1, 3, 0),
            25,
        ),
        ("if 1:\n    K = 5\nelse:\n    K = 6\ndef predict(x, w, b):\n    return K", (1, 2, 3), 5),
    ],
)
def test_an_entry_does_what_the_function_does(
    text: str, given: tuple[Any, ...], expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(entry("predict", text), monkeypatch)
    assert made(*given) == expected


def test_a_class_becomes_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    importlib.import_module("torch")
    code = """
from torch import nn
class LinearRegression(nn.Module):
    def __init__(self):
        super(LinearRegression, self).__init__()
        self.linear = nn.Linear(1, 2)
"""
    assert run(entry("LinearRegression", code), monkeypatch)().linear.out_features == 2


@pytest.mark.parametrize(
    "text",
    [
        "from .helpers import line\ndef predict(x, w, b):\n    return line(x, w, b)",
        "from .data import make_data\ndef predict(x, w, b):\n    return make_data(3)",
        "import kata.gradients\ndef predict(x, w, b):\n    return kata.gradients.predict(x, w, b)",
        f"def predict(x, w, b):\n    return [{'1, ' * 5000}]",
    ],
)
def test_what_an_entry_cannot_have_makes_none(text: str) -> None:
    assert entry("predict", text) == ""


HOSTILE = [
    *("(" * 50_000, "-" * 99_000 + "1", "a+" * 49_000 + "a", "lambda:" * 14_000 + "1"),
    *("a if b else " * 8_000 + "c", "a." * 49_000 + "b", "x**" * 30_000 + "x", "[" * 99_000),
    *("def predict():\n return " + "-" * 900 + "a", "predict = lambda: " + "-" * 900 + "a"),
    "\n".join(f"a{i} = a{i + 1}" for i in range(5000)) + "\ndef predict(): return a0",
    "def predict():\n return '\\ud800', 0x" + "f" * 9000,
    *(
        "predict: int = 3",
        "class predict: pass",
        "@predict\ndef predict(p=predict): pass",
        "\0",
        "",
    ),
    "def predict(): pass\n" + "#" * LARGEST_MODULE,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_no_text_stops_the_judge(text: str) -> None:
    for function, one in excerpts({"gradients.py": text.encode()}).items():
        shape(one)
        ast.parse(draft(one, function, "unnamed"))
