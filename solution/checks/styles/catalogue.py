"""Where all right implementations are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Style:
    """A right implementation of one function."""

    name: str
    function: str
    implementation: Callable[..., Any]


STYLES: list[Style] = []


def right(function: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the decorated implementation, under its own name."""

    def add(implementation: Callable[..., Any]) -> Callable[..., Any]:
        name = implementation.__name__.replace("_", " ")
        STYLES.append(Style(name, function, implementation))
        return implementation

    return add
