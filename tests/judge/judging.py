"""The judge: what is wrong with a function is what its own tests find, in their order."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hypothesis.errors import Flaky

from tests.judge.boundary import Judged, Subject
from tests.judge.functions import FUNCTIONS
from tests.judge.record import Function
from tests.judge.specification import Property, properties
from tests.judge.verdicts import Halted, Verdict, Wrong, finding
from tests.judged.values import StandIn


class Implementation:
    """The modules in one folder, as the tests see them.

    Parameters
    ----------
    folder : Path
        Where the modules are.
    package : str
        The name under which they are imported.
    submission : Judged
        The judged side, in this process or in another one.
    seed : int, optional
        In grading: what is tried depends on it, where that is not drawn by Hypothesis.
    """

    def __init__(
        self, folder: Path, package: str, submission: Judged, seed: int | None = None
    ) -> None:
        self.folder = folder
        self.package = package
        self.submission = submission
        self.seed = seed
        self.subjects = {
            name: Subject(function, self.submission, self, folder)
            for name, function in FUNCTIONS.items()
        }
        self._outcomes: dict[str, dict[str, Verdict | None]] = {name: {} for name in FUNCTIONS}
        self._stand_ins: dict[str, Mapping[str, StandIn]] = {}
        self.diagnosed: dict[str, Verdict] = {}  # kept here by `tests.judge.diagnosis`

    # what is known

    def outcome(self, function: str, test: str) -> tuple[Verdict | None] | None:
        """Return what a test has found, None if it has not run."""
        found = self._outcomes[function]
        return (found[test],) if test in found else None

    def record(self, function: str, test: str, verdict: Verdict | None) -> None:
        """Note what a test has found."""
        self._outcomes[function][test] = verdict

    def is_known_wrong(self, function: Function) -> bool:
        """Whether a test of the function has failed already."""
        return any(self._outcomes[function.name].values())

    # judging

    def run(self, test: Property) -> Verdict | None:
        """Run a test, once, and return what it finds wrong."""
        if test.name not in self._outcomes[test.function]:
            self.record(test.function, test.name, self._found(test, test.all_cases))
        return self._outcomes[test.function][test.name]

    def _found(self, test: Property, judge: Callable[[Subject], None]) -> Verdict | None:
        subject = self.subjects[test.function]
        self.stand_ins(subject.function)  # now, and not inside of an example
        try:
            judge(subject)
        except (Wrong, Halted, Flaky) as error:
            return verdict_of(error, test.function)
        return None

    def first_problem(self, function: str) -> Verdict | None:
        """Return the first failure among a function's own tests: its simplest failing case."""
        for test in properties(function):
            verdict = self.run(test)
            if verdict is not None:
                return verdict
        return None

    # functions that build on each other

    def is_sound(self, name: str) -> bool:
        """Whether a function can be built on: no test has found anything yet, nor do first cases.

        What is drawn costs more time than a learner would wait for another function's sake.
        """
        if self.is_known_wrong(FUNCTIONS[name]):
            return False
        for test in properties(name):
            if test.name not in self._outcomes[name]:
                verdict = self._found(test, test.first_cases)
                if verdict is not None:
                    self.record(name, test.name, verdict)
                    return False
        return True

    def stand_ins(self, function: Function) -> Mapping[str, StandIn]:
        """Return trusted versions of what a function may build on and is not right."""
        if function.name not in self._stand_ins:
            self._stand_ins[function.name] = {
                name: StandIn(FUNCTIONS[name].stage, inspect.getsource(trusted))
                for name in function.builds_on
                if (trusted := FUNCTIONS[name].trusted)
                and self.submission.mentions(name, FUNCTIONS[name].stage)
                and not self.is_sound(name)
            }
        return self._stand_ins[function.name]

    def needs(self, function: Function) -> tuple[str, ...]:
        """Return the stages whose functions may have to be replaced in this one's."""
        return tuple(dict.fromkeys(FUNCTIONS[name].stage for name in function.builds_on))


def verdict_of(error: BaseException, function: str) -> Verdict:
    """Return what a test has found out."""
    if isinstance(error, Wrong | Halted):
        return error.verdict
    # the function answers the same call in different ways
    found = [e.verdict for e in getattr(error, "exceptions", ()) if isinstance(e, Wrong)]
    if not found:
        return Verdict(function, "wrong", (finding("flaky"),))
    return replace(found[0], findings=(*found[0].findings, finding("flaky")))
