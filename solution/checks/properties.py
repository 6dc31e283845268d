"""The tests as plain functions, so that any implementation can be put through them."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from tests.boundary import Subject
from tests.probes import FILES

Property = Callable[[Subject], None]


def properties(function: str) -> dict[str, Property]:
    """Return the tests that judge a function, by name, each case of a parametrized one."""
    found = {}
    for stage in FILES:
        module = importlib.import_module(f"tests.test_{stage}")
        for name, test in vars(module).items():
            if name.startswith("test_") and function in inspect.signature(test).parameters:
                for case, values in cases(test):
                    found[name + case] = bind(test, function, values)
    return found


def bind(test: Callable[..., None], function: str, values: dict[str, Any]) -> Property:
    return lambda subject: test(**{function: subject, **values})


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
