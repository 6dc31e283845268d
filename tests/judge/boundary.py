"""The judge's side of the boundary: the only way from a test to the learner's code.

A test gets a `Subject` for each function that it judges. Calling it sends plain values to the
judged side, and gives an `Answer`: plain values again, checked for their form. Whatever else
happens raises `Wrong` or `Halted`, with the verdict.
"""

import os
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, Protocol

from tests.judge.answers import Answer, show_right
from tests.judge.forms import Malformed
from tests.judge.record import Function
from tests.judge.showing import show, show_call, show_result
from tests.judge.verdicts import Code, Finding, Halted, Kind, Value, Verdict, Wrong, finding
from tests.judged.values import (
    CALL_SECONDS,
    SERIES_SECONDS,
    Calls,
    Dress,
    Problem,
    ProblemKind,
    Request,
    Result,
    StandIn,
    Trained,
)

SMALL_SECONDS = 1.0  # for calls on a few samples, which right code makes in 0.05 s at most
SMALL = 64  # samples, or epochs, of all calls in one request together
TOTAL_SECONDS = 40.0  # for all calls of one function; right code takes below 2 s here
CHECK_SECONDS = 120.0  # for all runs of a check, some fifty; the reference takes 3 s

# Another call could find the same, and learners have waited for it already.
FINAL: tuple[ProblemKind, ...] = (
    *("missing", "timeout", "exit", "time used up", "no turn", "memory", "killed", "signal"),
    *("ended", "files", "threads", "channel", "protocol"),
)

# Their words say what was expected, whatever the function gives.
SELF_EXPLAINING: tuple[ProblemKind, ...] = (
    *("mutated", "global state", "generator state", "pytorch state", "model unused"),
)


class Judged(Protocol):
    """The judged side: a `tests.judged.submission.Submission`, here or in another process."""

    package: str

    @property
    def printed(self) -> str:
        """What the last call wrote."""

    @property
    def waited(self) -> float:
        """How many seconds of all calls so far went into importing libraries."""

    @property
    def paused(self) -> bool:
        """Whether time stands still, for a debugger."""

    def run(self, request: Request) -> Result | Problem:
        """Answer one request."""

    def mentions(self, name: str, stage: str) -> bool:
        """Whether another function may use this one."""


class Referee(Protocol):
    """Who knows which functions are right."""

    def stand_ins(self, function: Function) -> Mapping[str, StandIn]:
        """Return trusted versions of what a function may build on and is not right."""

    def needs(self, function: Function) -> tuple[str, ...]:
        """Return the stages that a function may build on."""

    def is_known_wrong(self, function: Function) -> bool:
        """Whether a test of the function has failed already."""

    @property
    def seed(self) -> int | None:
        """What is tried in grading depends on it; None in a learner's own run."""


class Subject:
    """One function of the submission that is judged.

    Parameters
    ----------
    function : Function
        What is known of it.
    judged : Judged
        Where its code runs.
    referee : Referee
        Who knows of the other functions.
    folder : Path
        Where its file is.
    """

    def __init__(self, function: Function, judged: Judged, referee: Referee, folder: Path) -> None:
        self.function = function
        self.judged = judged
        self.referee = referee
        self.folder = folder
        self.halted: Verdict | None = None
        self.seconds = 0.0
        self.right_runs: list[Any] = []  # descents that it has followed
        self.right_calls: dict[str, str] = {}  # what calls have given that were right
        self.first_right: Answer | None = None
        self._kept: dict[Hashable, Any] = {}

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what more than one test looks at, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    # calling

    def __call__(
        self,
        *,
        times: int = 1,
        sweep: str = "",
        dress: Dress = "",
        global_seed: int | None = None,
        watch: bool = False,
        draws: bool = False,
        **values: Any,
    ) -> Answer:
        """Call the learner's function and return its answer.

        Parameters
        ----------
        times, sweep, dress, global_seed, watch, draws
            As in `tests.judged.values.Request`; the value of several calls is a list.
        **values
            Plain values for the function's parameters.
        """
        self.function.must_know(values)
        seen: dict[str, Any] = {"global_seed": global_seed, "watch": watch, "draws": draws}
        request = self._request(values, times=times, sweep=sweep, dress=dress, **seen)
        shown = self.function.shown(self.function.name, values)
        if sweep:
            shown += f", for {sweep} = 0, 1, ..., {times - 1}"
        elif times > 1:
            shown += f", {times} times"
        if dress:
            shown += f", {dress}" if dress == "by name" else f", with {dress}"
        swept = {**values, sweep: range(times)} if sweep else values
        answer = Answer(self, swept, shown, times)
        result = self._send(request, answer)
        if isinstance(result, Problem):
            self._stop(result, answer)
        answer.got, answer.printed = show_result(result), self.judged.printed
        try:
            answer.value = self._value(result)
        except Malformed as malformed:
            answer.fail_with(malformed.finding, expected=self._expected(values))
        if isinstance(result, Trained):  # what it returned is not all that it did
            answer.got = show(answer.value)
        return answer

    def _value(self, result: Result) -> Any:
        form = self.function.form
        return [form(item) for item in result.items] if isinstance(result, Calls) else form(result)

    def attempt(self, call: str, **values: Any) -> Result | Problem:
        """Call the learner's function where an exception is an answer, too.

        Parameters
        ----------
        call : str
            The call as a report shows it.
        **values
            As in any other call.
        """
        self.function.must_know(values)
        answer = Answer(self, values, call)
        result = self._send(self._request(values), answer)
        if isinstance(result, Problem) and result.kind != "raised":
            self._stop(result, answer)
        return result

    def must_raise(self, error: type[Exception], **values: Any) -> None:
        """Demand an exception, at the latest when the first item of the result is asked for."""
        answer = Answer(self, values, show_call(self.function.name, values))
        result = self._send(self._request(values, first_only=True), answer)
        if isinstance(result, Problem):
            if error.__name__ in result.kinds:
                return
            if result.kind != "raised":
                self._stop(result, answer)
            what: Code = "other error"
            got, name = f"{result.name}: {result.text}".rstrip(": "), result.name
        else:
            what, got, name = "no error", show_result(result), ""
        found = finding(what, error=error.__name__, name=name, **why_refused(values))
        answer.fail_with(found, got=got, expected=error.__name__)

    def _request(self, values: Mapping[str, Any], **options: Any) -> Request:
        function = self.function
        times, size = options.get("times", 1), size_of(values)
        is_small = function.probe == "call" and times * size <= SMALL
        return Request(
            probe=function.probe,
            function=function.name,
            stage=function.stage,
            positional={k: values[k] for k in function.positional if k in values},
            keywords={k: values[k] for k in function.keywords if k in values},
            needs=self.referee.needs(function),
            stand_ins=self.referee.stand_ins(function),
            seconds=SMALL_SECONDS if is_small else SERIES_SECONDS if times > 1 else CALL_SECONDS,
            most=2 * size + 8,
            **options,
        )

    def _send(self, request: Request, answer: Answer) -> Result | Problem:
        if self.halted is not None:
            raise Halted(self.halted)
        started, waited = time.monotonic(), self.judged.waited
        result = self.judged.run(request)
        self.seconds += time.monotonic() - started - (self.judged.waited - waited)
        most = CHECK_SECONDS if request.probe == "check" else TOTAL_SECONDS
        if self.seconds > most and not self.judged.paused:
            self._halt(answer, "wrong", finding("too slow", seconds=most), "timeout")
        return result

    def paste(self, values: Mapping[str, Any], times: int) -> str:
        """Return the call as lines for a Python prompt, where its module can be imported."""
        package = self.judged.package
        if self.folder.name != package:
            return ""
        module = f"{package}.{self.function.stage}"
        return self.function.paste(module, self.function.name, values, times)

    def _expected(self, values: Mapping[str, Any]) -> str:
        """Return what a report shows as expected where the form of a result is wrong."""
        function = self.function
        if function.exact and function.trusted and set(values) >= set(function.exact.cases[0]):
            return show_right(function.trusted(**values))
        return function.result

    # verdicts

    def reject(self, verdict: Verdict) -> NoReturn:
        """Raise a verdict; Hypothesis need not look for a simpler case of what is known."""
        verdict = self._beside(verdict)
        raise (Halted if self.referee.is_known_wrong(self.function) else Wrong)(verdict)

    def _beside(self, verdict: Verdict) -> Verdict:
        """Note what stood in; a call that is pasted would go without."""
        stand_ins = tuple(self.referee.stand_ins(self.function))
        return replace(verdict, stand_ins=stand_ins, paste="") if stand_ins else verdict

    def _halt(
        self, answer: Answer, kind: Kind, found: Finding, problem: ProblemKind | None, **more: Any
    ) -> NoReturn:
        verdict = Verdict(self.function.name, kind, (found,), answer.call, problem=problem)
        verdict = replace(verdict, **{"paste": self.paste(answer.values, answer.times), **more})
        self.halted = self._beside(verdict) if kind == "wrong" else verdict
        raise Halted(self.halted)

    def _stop(self, problem: Problem, answer: Answer) -> NoReturn:
        """Raise the verdict on a call that gave no result."""
        own, stand_ins = self.function, self.referee.stand_ins(self.function)
        place: dict[str, Any] = {"where": self.place(problem), "source": problem.code}
        if problem.kind == "not started" and problem.name == own.name:
            self._halt(answer, "not started", finding("not written"), None)
        if problem.kind == "not started" and problem.name in own.builds_on:
            self._halt(answer, "waiting", finding("waits", name=problem.name), None)
        found = finding(code_of(problem), **facts_of(problem), stage=own.stage)
        if problem.kind == "import":
            about = {"about": own.stage, "paste": "", "call": ""}
            self._halt(answer, "import", found, problem.cause, **place, **about)
        if problem.kind in FINAL:
            self._halt(answer, "wrong", found, problem.kind, **place)
        if problem.kind == "raised" and stand_ins:  # it may not go together with what replaced it
            self._halt(answer, "waiting", finding("waits", name=next(iter(stand_ins))), "raised")
        verdict = Verdict(
            about=own.name,
            kind="wrong",
            findings=(found,),
            call=answer.call,
            expected="" if problem.kind in SELF_EXPLAINING else self._expected(answer.values),
            printed=self.judged.printed,
            paste=self.paste(answer.values, answer.times),
            problem=problem.kind,
            **place,
        )
        self.reject(verdict)

    def place(self, problem: Problem) -> str:
        """Say where a problem arose: "kata/gradients.py, line 12"."""
        if problem.where is None:
            return ""
        path = os.path.relpath(problem.where[0], self.folder.parent)
        return f"{path}, line {problem.where[1]}"


def code_of(problem: Problem) -> Code:
    return "calls unwritten" if problem.kind == "not started" else problem.kind


def facts_of(problem: Problem) -> dict[str, Value]:
    """Return what the words for a problem may be about."""
    return {
        "name": problem.name,
        "text": problem.text,
        "seconds": problem.seconds,
        "cause": problem.cause or "",
    }


def why_refused(values: Mapping[str, Any]) -> dict[str, Value]:
    """Return what is wrong with the arguments of a call that must be refused."""
    return {
        "n": len(values["x"]),
        "n_y": len(values["y"]),
        "batch_size": values["batch_size"],
    }


def size_of(values: Mapping[str, Any]) -> int:
    """Return how many items a right result has at the most."""
    return max(len(values.get("x", ())), int(values.get("epochs", 0)), int(values.get("n", 0)))
