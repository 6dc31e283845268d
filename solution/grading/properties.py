"""The tests as plain functions, so that any implementation can be put through them."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.boundary import Subject
from tests.probes import FILES


@dataclass(frozen=True)
class Property:
    """One test of a function, or one case of a parametrized test.

    `values` are the arguments of the case, `case` what pytest adds to the test's name.
    """

    function: str
    test: Callable[..., None]
    case: str
    values: dict[str, Any]

    def __call__(self, subject: Subject) -> None:
        """Judge a function; returns if it is right, as far as this test can tell."""
        self.test(**{self.function: subject, **self.values})

    @property
    def name(self) -> str:
        """The test's name, as pytest has it."""
        return self.test.__name__ + self.case


def properties(function: str) -> list[Property]:
    """Return the tests that judge a function, in the order in which pytest runs them."""
    return [
        Property(function, test, case, values)
        for stage in FILES
        for name, test in vars(importlib.import_module(f"tests.test_{stage}")).items()
        if name.startswith("test_") and function in inspect.signature(test).parameters
        for case, values in cases(test)
    ]


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
