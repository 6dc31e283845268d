"""What a known mistake is, and where all of them are kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.judge.functions import FUNCTIONS


@dataclass(frozen=True)
class Entry:
    """A mistake in one function, and what to tell the learner who made it."""

    name: str
    function: str
    sentence: str


@dataclass(frozen=True)
class Mistake(Entry):
    """An entry that has the wrong implementation: what it does is found out by running it."""

    implementation: Callable[..., Any]


@dataclass(frozen=True)
class Recorded(Entry):
    """An entry without the code, as learners have it: what it does was written down before."""

    complaint: list[list[str]] = field(compare=False)
    features: list[Any] = field(compare=False)


MISTAKES: list[Mistake] = []
RIGHT = {
    name: Mistake("", name, "", function.trusted)
    for name, function in FUNCTIONS.items()
    if function.trusted
}


def mistake(function: str, sentence: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the decorated implementation to the catalogue, under its own name.

    Parameters
    ----------
    function : str
        The function of the kata that it gets wrong, with that function's parameters.
    sentence : str
        What the report says after `likely`: what is wrong in the code, then why.
    """
    if function not in FUNCTIONS:
        raise ValueError(f"a mistake in {function!r}, which is no function of the kata")
    if not sentence.strip():
        raise ValueError(f"a mistake in {function} without a sentence to tell the learner")

    def add(implementation: Callable[..., Any]) -> Callable[..., Any]:
        name = implementation.__name__.replace("_", " ")
        MISTAKES.append(Mistake(name, function, sentence, implementation))
        return implementation

    return add


def right(function: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Say that the decorated implementation is right, of a function without a trusted version.

    What two mistakes do together is compared with it; it has no name and no sentence.
    """

    def add(implementation: Callable[..., Any]) -> Callable[..., Any]:
        RIGHT[function] = Mistake("", function, "", implementation)
        return implementation

    return add


def known(function: str) -> list[Mistake]:
    """Return the mistakes about one function."""
    return [entry for entry in MISTAKES if entry.function == function]
