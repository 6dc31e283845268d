"""The one cause of a failure: the known mistake that explains all that a function does."""

import functools
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.judge import two_mistakes
from tests.judge.boundary import Subject
from tests.judge.fingerprints import Feature, Features, alike, features
from tests.judge.functions import COMPARED, FILES
from tests.judge.judging import Implementation
from tests.judge.mistakes import Entry, Mistake, Recorded, entries, right_version
from tests.judge.record import Function
from tests.judge.resemblance import resemblances
from tests.judge.two_mistakes import Values, differences
from tests.judge.updates import with_updates
from tests.judge.verdicts import Verdict
from tests.judged.submission import Submission
from tests.judged.values import Request, StandIn


def diagnosed(implementation: Implementation, verdict: Verdict) -> Verdict:
    """Return what is to be said of a function in the place of what one test has found.

    That is its first problem, with the known mistake that explains everything, if one does, and
    else with what its results are equal to.
    """
    name = verdict.about
    if verdict.kind != "wrong" or name not in COMPARED:
        return verdict
    if name not in implementation.diagnosed:
        subject = implementation.subjects[name]
        first = implementation.first_problem(name) or verdict
        if first.kind == "wrong" and subject.halted is None:
            found = likely(subject, first)
            if not found:
                if first.about == "minibatch_gd":
                    first = with_updates(subject, first)
                if len(first.findings) == 1:
                    first = replace(first, resembles=resemblances(first))
            else:
                first = replace(
                    first,
                    mistake=" + ".join(entry.name for entry in found),
                    likely="\n".join(entry.sentence for entry in found),
                )
        implementation.diagnosed[name] = first
    return implementation.diagnosed[name]


def likely(subject: Subject, verdict: Verdict) -> tuple[Entry, ...]:
    """Return the one known mistake that explains all that the function does, or the one pair."""
    function = subject.function
    known = known_mistakes(function.name)
    found = all_features(subject)
    one = explain(found, known)
    if one:
        return () if len(one) > 1 or one[0].complaint != verdict.complaint else (one[0].mistake,)
    right = right_version(function.name)
    if right is None or not is_fast(function, known):
        return ()
    two = two_mistakes.explain(function, found, of_mistake(right), known)
    return tuple(known.mistake for known in two[0]) if len(two) == 1 else ()


def unexplained(implementation: Implementation, name: str) -> list[Feature]:
    """Return what a wrong function does that no known mistake explains; nothing of others."""
    verdict, subject = implementation.diagnosed.get(name), implementation.subjects[name]
    if verdict is None or verdict.kind != "wrong" or verdict.mistake or subject.halted is not None:
        return []
    return [*all_features(subject)]


def all_features(subject: Subject) -> "Lazy":
    """Return the features of a function, each found out once."""
    found: Lazy = subject.keep(all_features, lambda: Lazy(features(subject)))
    return found


def known_mistakes(function: str) -> list["Known"]:
    """Return what the known mistakes of a function do."""
    return [of_mistake(entry) for entry in entries(function)]


def explain(found: Iterable[Feature], known: Sequence["Known"]) -> list["Known"]:
    """Return the known mistakes that have all of the features that were found."""
    for index, feature in enumerate(found):
        known = [one for one in known if alike(feature, one[index])]
        if not known:
            break
    return [*known]


def is_fast(function: Function, known: Sequence["Known"]) -> bool:
    """Whether it takes no time to find out what all known mistakes do."""
    return function.probe == "call" or isinstance(known[0].mistake, Recorded)


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


class Lazy:
    """Features that are found out as far as they are asked for."""

    def __init__(self, rest: Iterable[Feature]) -> None:
        self._rest = iter(rest)
        self._found: list[Feature] = []

    def __getitem__(self, index: int) -> Feature:
        while len(self._found) <= index:
            with warnings.catch_warnings():  # the tests have shown them
                warnings.simplefilter("ignore")
                self._found.append(next(self._rest, END))
        return self._found[index]

    def __iter__(self) -> Features:
        """Yield all features."""
        return itertools.takewhile(lambda f: f is not END, (self[i] for i in itertools.count()))


class Known(Lazy):
    """What a known mistake does: read from a record, or found out."""

    def __init__(self, mistake: Mistake | Recorded) -> None:
        self.mistake = mistake
        if isinstance(mistake, Recorded):
            super().__init__(mistake.features)
        else:
            super().__init__(features(sample(mistake.implementation).subjects[mistake.function]))
        self._differences: dict[int, Values] = {}

    @functools.cached_property
    def complaint(self) -> list[list[str]]:
        """What the tests find wrong with it."""
        if isinstance(self.mistake, Recorded):
            return self.mistake.complaint
        verdict = sample(self.mistake.implementation).first_problem(self.mistake.function)
        return [] if verdict is None else verdict.complaint

    def differences(self, index: int) -> Values:
        """Return what of one feature is not right."""
        if index not in self._differences:
            right = right_version(self.mistake.function)
            assert right is not None
            self._differences[index] = differences(self[index], of_mistake(right)[index])
        return self._differences[index]


of_mistake = functools.cache(Known)
