"""Code that is the same up to names and layout: what counts as that, and who is shown."""

import inspect
import itertools
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from solution.checks.handed_in import solved
from solution.checks.styles import STYLES
from solution.checks.test_page import POINTS, data_of, entry, stages_passed
from solution.grading.class_files import write_class
from solution.grading.copies import LEAST, copies, of_handout
from solution.grading.excerpt import Module, Shape, excerpts, shape
from solution.grading.results import FOR_THE_INSTRUCTOR
from tests.judge import trusted
from tests.judge.functions import STAGE_OF

ONE = '''
import numpy as np

def mean(values):
    return sum(values) / len(values)

def predict(x, w, b):
    """Return it."""
    # a loop
    out = []
    for value in x:
        try:
            out.append(np.add(w * value, b) if value else mean([b]))
        except ValueError as error:
            print(error)
    return np.array(out)
'''


def shape_of(text: str, function: str = "predict") -> Shape:
    return shape(excerpts({f"{STAGE_OF[function]}.py": text.encode()})[function])


def replaced(*pairs: tuple[str, str]) -> str:
    text = ONE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "text",
    [
        replaced(("value", "item"), ("out", "found"), ("error", "e"), ("mean", "average")),
        replaced(
            ('    """Return it."""\n', ""), ("# a loop", "# mine"), ("    out = []", "    out=[ ]")
        ),
        replaced(
            ("predict(x, w, b)", "predict(x: list, w: float, b) -> int"), ("out = ", "out: list = ")
        ),
        replaced(("import numpy as np", "import os\nimport numpy as N"), ("np.", "N.")),
        replaced(("\ndef predict", "\nUNUSED = 3\n\ndef predict")),
    ],
)
def test_names_layout_comments_and_annotations_do_not_count(text: str) -> None:
    assert shape_of(text) == shape_of(ONE)


@pytest.mark.parametrize(
    "text",
    [
        replaced(("w * value", "value * w")),
        replaced(("len(values)", "(len(values) + 1)")),
        replaced(("np.add", "np.subtract")),
        replaced(("[b]", "[w]")),
        replaced(("for value in x", "for value in [*x]")),
    ],
)
def test_all_else_does(text: str) -> None:
    assert shape_of(text) != shape_of(ONE)


def test_honest_implementations_are_the_same_only_if_they_are_short() -> None:
    found = [(name, shape(one)) for name, one in excerpts(solved()).items()]
    right = Module(inspect.getsource(trusted).encode())
    found += [(name, shape(one)) for name in STAGE_OF if (one := right.cut(name))]
    modules: dict[str, Module] = {}
    for style in STYLES:
        place = style.implementation.__module__
        if place not in modules:
            modules[place] = Module(inspect.getsource(sys.modules[place]).encode())
        one = modules[place].cut(style.implementation.__name__)
        if one is not None:  # of some, a function makes many
            one.own.decorator_list.clear()
            found.append((style.function, shape(one)))
    assert len(found) > 120
    equal = [a.size for (f, a), (g, b) in itertools.combinations(found, 2) if (f, a) == (g, b)]
    assert equal  # such as of `sgd_step`
    assert 1.5 * max(equal) < LEAST


# -- who is shown -----------------------------------------------------------------------------


def learner(status: Any = "passed", **shapes: Any) -> dict[str, Any]:
    functions = {
        name: FOR_THE_INSTRUCTOR | {"status": status, "shape": [*shapes.get(name, ("", 0))]}
        for name in STAGE_OF
    }
    return {"functions": functions}


OTHERS = [learner() for _ in range(10)]


def test_who_shares_enough_code_is_shown_those_with_most_first() -> None:
    one = learner(train=("a", 60), predict=("p", 30), minibatch_gd=("b", 80))
    two = learner(train=("c", 200), predict=("p", 30))
    assert copies([one, two, one, *OTHERS, two], {}) == [
        {"learners": [1, 13], "functions": ["train"], "source": ""},
        {"learners": [0, 2], "functions": ["minibatch_gd", "train"], "source": ""},
    ]


@pytest.mark.parametrize(
    "results",
    [
        [learner(train=("a", 99))] * 2 + OTHERS,  # too little
        [learner(**dict.fromkeys(STAGE_OF, ("a", 39)))] * 2 + OTHERS,  # nothing but short ones
        [learner(train=("a", 140))] * 5 + OTHERS[:9],  # more than a third of the class
        [learner("not started", train=("a", 140))] * 2 + OTHERS,
        [learner(train=("a", 140)), learner(train=("b", 140)), *OTHERS],
    ],
)
def test_nobody_is_shown_for_what_may_be_chance(results: list[dict[str, Any]]) -> None:
    assert copies(results, {}) == []


def test_code_of_the_handout_is_shown_with_its_file() -> None:
    functions = ["mse_gradients", "shuffled_batches"]
    files = {
        f"{STAGE_OF[name]}.py": f"import numpy as np\n{source}".replace("rows", "chosen").encode()
        for name in functions
        for source in [inspect.getsource(getattr(trusted, name))]
    }
    shapes = {name: shape(one) for name, one in excerpts(files).items()}
    assert copies([learner(**shapes), *OTHERS, learner(**shapes)], of_handout()) == [
        {"learners": [who], "functions": functions, "source": "tests/judge/trusted.py"}
        for who in (0, 11)
    ]


def test_the_solution_is_no_copy_of_what_is_handed_out() -> None:
    shapes = {name: shape(one) for name, one in excerpts(solved()).items()}
    assert copies([learner(**shapes), *OTHERS], of_handout()) == []


def test_nothing_that_learners_get_has_any_of_it(tmp_path: Path) -> None:
    results = [stages_passed(5, name) for name in ("ann", "bob", "eve")]
    shared = {"shape": ["5a4e", 300], "features": [5404.25], "code": "c0de", "draft": "dra4t"}
    for result in results[:2]:
        result["functions"]["train"] = entry("wrong", "half") | shared
    write_class(results, POINTS, tmp_path)
    names = {"report.txt", "gradescope.json", "classroom.env", "results.csv", "junit.xml"}
    files = [path for path in tmp_path.rglob("*") if path.name in names]
    assert len(files) == 3 * 3 + 2
    for path in files:
        assert not re.search(r"5a4e|5404|c0de|dra4t|copies", path.read_text(encoding="utf-8"))
    (group,) = data_of((tmp_path / "class.html").read_text(encoding="utf-8"))["copies"]
    assert group["learners"] == [0, 1]
