"""The tests as plain functions, so that any implementation can be put through them.

The files `tests/test_STAGE.py` are found by name, as pytest finds them: they use the judge, and
the judge knows none of them.
"""

import functools
import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import hypothesis

from tests.judge.functions import FILES, STAGE_OF


class Property(NamedTuple):
    """One test of a function, or one case of a parametrized test.

    Parameters
    ----------
    function : str
        The function that it judges.
    test : callable
        The test.
    case : str
        What pytest adds to the test's name.
    values : mapping
        The arguments of the case.
    """

    function: str
    test: Callable[..., None]
    case: str
    values: dict[str, Any]

    def all_cases(self, subject: Any) -> None:
        """Judge a function; returns if it is right, as far as this test can tell."""
        self.test(**{self.function: subject, **self.values})

    def first_cases(self, subject: Any) -> None:
        """Judge a function by those cases alone that are not drawn."""
        if not hasattr(self.test, "hypothesis"):
            self.all_cases(subject)
        elif hasattr(self.test, "first"):
            self.test.first(**{self.function: subject})

    def seed(self, number: int) -> None:
        """Draw other examples: those of this seed."""
        if hasattr(self.test, "hypothesis"):
            hypothesis.seed(number)(getattr(self.test, "drawn", self.test))

    @property
    def name(self) -> str:
        """The test's name, as pytest has it."""
        return self.test.__name__ + self.case


@functools.cache
def properties(function: str) -> tuple[Property, ...]:
    """Return the tests that judge a function, in the order of their file."""
    module = importlib.import_module(f"tests.test_{STAGE_OF[function]}")
    return tuple(
        Property(function, test, case, values)
        for name, test in vars(module).items()
        if name.startswith("test_") and function in inspect.signature(test).parameters
        for case, values in cases(test)
    )


@functools.cache
def count_tests(stage: str) -> int:
    """Return how many tests of a stage its file has, each parametrized one counted once."""
    return len({(p.function, p.test) for name in FILES[stage] for p in properties(name)})


def cases(test: Callable[..., None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the arguments of each case, as pytest would."""
    marks = [m for m in getattr(test, "pytestmark", []) if m.name == "parametrize"]
    if not marks:
        yield "", {}
        return
    (mark,) = marks
    names, rows = mark.args
    names = [names] if isinstance(names, str) else names
    for row in rows:
        values = dict(zip(names, row if len(names) > 1 else (row,), strict=True))
        yield f"[{'-'.join(map(str, values.values()))}]", values
