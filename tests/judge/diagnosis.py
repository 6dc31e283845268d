"""The one cause of a failure: the known mistake that explains all that a function does."""

import functools
import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.judge.boundary import Subject
from tests.judge.fingerprints import Features, alike, features
from tests.judge.functions import FILES
from tests.judge.judging import Implementation
from tests.judge.mistakes import Entry, Mistake, Recorded, entries
from tests.judge.resemblance import resemblances
from tests.judge.verdicts import Verdict
from tests.judged.submission import Submission
from tests.judged.values import Request, StandIn


def diagnosed(implementation: Implementation, verdict: Verdict) -> Verdict:
    """Return what is to be said of a function in the place of what one test has found.

    That is its first problem, with the known mistake that explains everything, if one does, and
    else with what its results are equal to.
    """
    name = verdict.about
    if verdict.kind != "wrong":
        return verdict
    if name not in implementation.diagnosed:
        subject = implementation.subjects[name]
        first = implementation.first_problem(name) or verdict
        if first.kind == "wrong" and subject.halted is None:
            mistake = likely(subject, first)
            if mistake is None:
                first = replace(first, resembles=resemblances(first))
            else:
                first = replace(first, mistake=mistake.name, likely=mistake.sentence)
        implementation.diagnosed[name] = first
    return implementation.diagnosed[name]


def likely(subject: Subject, verdict: Verdict) -> Entry | None:
    """Return the one known mistake that explains all that the function does."""
    function = subject.function.name
    if not entries(function):
        return None
    explanations = explain(function, features(subject))
    if len(explanations) != 1:
        return None
    (mistake,) = explanations
    return mistake if of_mistake(mistake).complaint == verdict.complaint else None


def explain(function: str, found: Features) -> list[Mistake | Recorded]:
    """Return the known mistakes that have all of the features that were found."""
    candidates = [of_mistake(mistake) for mistake in entries(function)]
    for index, feature in enumerate(found):
        candidates = [c for c in candidates if alike(feature, c[index])]
        if not candidates:
            break
    return [candidate.mistake for candidate in candidates]


class Sample(Submission):
    """A submission that is one implementation of one function."""

    def __init__(self, implementation: Callable[..., Any]) -> None:
        super().__init__(Path(__file__).parent / "mistakes", "mistakes", FILES)
        self.implementation = implementation

    def find(self, request: Request) -> Any:
        """Return the implementation, whatever the name."""
        return self.implementation

    def mentions(self, name: str, stage: str) -> bool:
        """Say that it uses no other function of a learner's."""
        return False

    @contextmanager
    def trusting(self, stand_ins: Mapping[str, StandIn]) -> Iterator[None]:
        """Replace nothing."""
        yield


def sample(code: Callable[..., Any]) -> Implementation:
    """Return what judges this code as if it were a learner's function, whichever is asked for."""
    return Implementation(Path(), "mistakes", Sample(code))


END = object()  # stands after the last feature


class Known:
    """What a known mistake does: read from a record, or found out as far as it is asked for."""

    def __init__(self, mistake: Mistake | Recorded) -> None:
        self.mistake = mistake
        self._found: list[Any] = []
        if isinstance(mistake, Recorded):
            self._rest = iter(mistake.features)
        else:
            self._rest = features(sample(mistake.implementation).subjects[mistake.function])

    @functools.cached_property
    def complaint(self) -> list[list[str]]:
        """What the tests find wrong with it."""
        if isinstance(self.mistake, Recorded):
            return self.mistake.complaint
        verdict = sample(self.mistake.implementation).first_problem(self.mistake.function)
        return [] if verdict is None else verdict.complaint

    def __getitem__(self, index: int) -> Any:
        while len(self._found) <= index:
            with warnings.catch_warnings():  # of what is not the learner's code
                warnings.simplefilter("ignore")
                self._found.append(next(self._rest, END))
        return self._found[index]

    def __iter__(self) -> Features:
        """Yield all features."""
        return itertools.takewhile(lambda f: f is not END, (self[i] for i in itertools.count()))


of_mistake = functools.cache(Known)
