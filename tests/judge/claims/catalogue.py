"""What a learner's checks are tried on: where all right and wrong implementations are kept.

Each is a trusted version with something done around it, to the arguments before or to the results
after, so that it gives away nothing that is not there already. It runs beside the learner's check,
and so is sent as text: whether it is right, and what is wrong with it, stays with the judge.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Make = Callable[..., Any]


@dataclass(frozen=True)
class Made:
    """One implementation that a check is tried on.

    Parameters
    ----------
    function : str
        The function of the kata that it implements.
    name : str
        What the checks call it.
    idea : str
        What is wrong with it, or in which way a right one is unlike others, for the learner.
    is_right : bool
        Whether a check must accept it.
    in_grading : bool
        Whether learners do not have it.
    text : str
        Its source. Its first parameter is `the`, which has the trusted version, `right`, and what
        else there is in `HELPERS`, the number of `calls` before, and a `number` that is another one
        for each submission that is graded; it may keep more there. The others are those of the
        function, with nothing left out.
    """

    function: str
    name: str
    idea: str
    is_right: bool
    in_grading: bool
    text: str


IMPLEMENTATIONS: list[Made] = []
HELPERS: dict[str, str] = {}  # of each function: the source of the trusted version, `right`


def right(function: str, idea: str, in_grading: bool = False) -> Callable[[Make], Make]:
    """Add the decorated implementation as one that a check must accept.

    Parameters
    ----------
    function : str
        The function that it implements.
    idea : str
        In which way it is unlike others.
    in_grading : bool
        Whether learners do not have it.
    """
    return adding(function, idea, True, in_grading)


def wrong(function: str, idea: str, in_grading: bool = False) -> Callable[[Make], Make]:
    """Add the decorated implementation as one that a check must catch: easier ones come first.

    Parameters
    ----------
    function : str
        The function that it gets wrong.
    idea : str
        What is wrong with it.
    in_grading : bool
        Whether learners do not have it.
    """
    return adding(function, idea, False, in_grading)


def adding(function: str, idea: str, is_right: bool, in_grading: bool) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        text = renamed(make, function)
        name = make.__name__.replace("_", " ")
        IMPLEMENTATIONS.append(Made(function, name, idea, is_right, in_grading, text))
        return make

    return add


def renamed(make: Make, function: str) -> str:
    """Return the source of an implementation under the name that all have."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(make))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.name, tree.decorator_list = function, []
    return ast.unparse(tree)


def is_tiny(*values: Any) -> bool:
    """Whether some number is so small that products of it are no longer exact to many digits."""
    sizes = np.abs(np.concatenate([np.ravel(value) for value in values]))
    return bool(((sizes > 0) & (sizes < 1e-100)).any())


def implementations(function: str, is_right: bool, in_grading: bool) -> list[Made]:
    """Return what a check is tried on, in the order in which the report looks for the first.

    In grading, the wrong ones are others than those that learners have; the right ones are more.
    """
    return [
        made
        for made in IMPLEMENTATIONS
        if made.function == function
        and made.is_right == is_right
        and (made.in_grading == in_grading or (is_right and in_grading))
    ]
