"""The judge's side of the boundary: the only way from a test to the learner's code.

A test gets a `Subject` for each function that it judges. Calling it sends plain values to the
judged side (`tests.probes`), and gives an `Answer`: plain values again, checked for type,
shape and dtype. Whatever else happens raises `Wrong` or `Halted`, with the verdict.
"""

import functools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar, cast

import numpy as np
from hypothesis.errors import Flaky

from tests import trusted, wording
from tests.probes import STAGE_OF, Array, Description, Problem, Submission

# What a function may build on: replaced by trusted versions where the learner's are not right.
BUILDS_ON = {
    "mse_loss": ("predict",),
    "mse_gradients": ("predict",),
    "minibatch_gd": (
        "predict",
        "mse_loss",
        "mse_gradients",
        "sgd_step",
        "sample_batch",
        "shuffled_batches",
    ),
    "train": ("train_epoch",),
    "minibatch_gd_scan": ("shuffled_batches",),
}

POSITIONAL = (
    *("n", "x", "y", "w", "b", "dw", "db", "lr", "batch_size", "rng"),
    *("xb", "yb", "alpha", "first", "second"),
)
KEYWORD_ONLY = {
    "make_data": ("w", "b", "noise", "seed"),
    "minibatch_gd": ("batch_size", "lr", "epochs", "rng", "w", "b"),
    "minibatch_gd_scan": ("batch_size", "lr", "epochs", "rng", "w", "b"),
}

SMALL_SECONDS = 1.0  # for calls on a few samples, which right code makes in 0.05 s at most
TOTAL_SECONDS = 40.0  # for all calls of one function; right code takes below 2 s here


@dataclass(frozen=True)
class Verdict:
    """Why a function is not done yet.

    `about` is the function, or the stage whose file cannot be imported. `kind` is one of:
    wrong, not started, waiting (for another function, the headline), import. `lines` are the
    labelled lines below the headline, `evidence` the call's arguments and its value, if it has one,
    `cause` the kind of the problem that kept a call from giving a result, `mistake` the name of the
    known mistake that explains everything.
    """

    about: str
    kind: str
    headline: str
    lines: tuple[tuple[str, str], ...] = ()
    cause: str = ""
    mistake: str = ""
    evidence: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        labelled = (f"    {label:<10}{text}" for label, text in self.lines)
        return "\n".join([f"{self.about}: {self.headline}", *labelled])

    def facts(self) -> dict[str, Any]:
        """Return what a report says, as plain values."""
        return {
            "about": self.about,
            "kind": self.kind,
            "headline": self.headline,
            "lines": [list(pair) for pair in self.lines],
        }


class Wrong(AssertionError):
    """The function gave a wrong answer: Hypothesis may look for a simpler case."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict


class Halted(BaseException):
    """There is no use in calling the function again.

    Not an `Exception`, so that Hypothesis neither replays nor shrinks it: a call that hangs is
    made once.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict


class Malformed(Exception):
    """A result has not the form that it should have."""


# -- forms: from a description to a plain value -----------------------------------------------

Form = Callable[[Description], Any]
Paste = Callable[[str], str]


def number(description: Description) -> float:
    if description[0] != "number":
        raise Malformed(f"{wording.name_description(description)}, not one number")
    return float(description[1])


def column(description: Description, dtype: type = np.float64) -> Array:
    """Demand an array of shape (m, 1), whatever m."""
    if description[0] != "array":
        named = wording.name_description(description)
        raise Malformed(f"{named}, not an array of shape (m, 1)")
    array: Array = description[1]
    if array.ndim != 2 or array.shape[1] != 1:
        raise Malformed(f"an array of shape {array.shape}, not (m, 1)")
    if array.dtype != dtype:
        raise Malformed(f"an array of dtype {array.dtype}, not {np.dtype(dtype)}")
    return array


def float32_column(description: Description) -> Array:
    return column(description, np.float32)


def parts(names: str, *forms: Form) -> Form:
    """Return the form of a result with several parts, in any sequence that unpacks."""
    labels = names.split(", ")

    def form(description: Description) -> tuple[Any, ...]:
        items = items_of(description)
        if items is None or len(items) != len(forms):
            raise Malformed(f"{wording.name_description(description)}, not {names}")
        values = []
        for label, part, item in zip(labels, forms, items, strict=True):
            try:
                values.append(part(item))
            except Malformed as error:
                raise Malformed(f"for {label} {error}") from None
        return tuple(values)

    return form


def sequence(of: Form, noun: str, nouns: str) -> Form:
    """Return the form of a sequence of any length."""

    def form(description: Description) -> list[Any]:
        if description[0] == "sequence" and not description[3]:
            raise Malformed(f"more than {len(description[2])} {nouns}")
        items = items_of(description)
        if items is None:
            raise Malformed(f"{wording.name_description(description)}, not a sequence of {nouns}")
        values = []
        for index, item in enumerate(items, start=1):
            try:
                values.append(of(item))
            except Malformed as error:
                raise Malformed(f"for {noun} {index} {error}") from None
        return values

    return form


def items_of(description: Description) -> list[Description] | None:
    """Return the items of a sequence or of an array's first axis, None for anything else."""
    if description[0] == "sequence" and description[3]:
        items: list[Description] = description[2]
        return items
    if description[0] == "array" and description[1].ndim:
        return [
            ("array", row) if np.ndim(row) else ("number", float(row)) for row in description[1]
        ]
    return None


def each_call(form: Form) -> Form:
    return lambda description: [form(item) for item in description[2]]


PARAMETERS = parts("w, b", number, number)
LOSSES = sequence(number, "epoch", "losses")
DESCENT = parts("w, b, losses", number, number, LOSSES)
MAP = parts("ww, wb, w1, bw, bb, b1", *[number] * 6)
FORMS: dict[str, Form] = {
    "make_data": parts("x, y", column, column),
    "predict": column,
    "mse_loss": number,
    "mse_gradients": parts("dw, db", number, number),
    "sgd_step": parts("w, b", number, number),
    "sample_batch": parts("xb, yb", column, column),
    "shuffled_batches": sequence(parts("xb, yb", column, column), "batch", "batches"),
    "minibatch_gd": DESCENT,
    "update_map": MAP,
    "compose": MAP,
    "minibatch_gd_scan": DESCENT,
    "to_dataset": parts("x, y", float32_column, float32_column),
    "train_epoch": lambda trained: (
        PARAMETERS(trained[2][0]),
        [number(returned) for returned in trained[2][1][2]],
        number(trained[2][2]),
    ),
    "train": lambda trained: (PARAMETERS(trained[2][0]), LOSSES(trained[2][1])),
}

EXPECTED = {
    "make_data": "x and y, float64 arrays of shape (n, 1)",
    "sample_batch": "xb and yb, float64 arrays of shape (batch_size, 1)",
    "shuffled_batches": "an iterable of pairs (xb, yb), float64 arrays of shape (batch_size, 1)",
    "minibatch_gd": "w, b and a sequence with one number for each epoch",
    "minibatch_gd_scan": "w, b and a sequence with one number for each epoch",
}


# -- answers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What one call gave: its value in plain form, and how the report shows call and result."""

    subject: "Subject"
    call: str
    got: str
    value: Any
    printed: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """The name of the function."""
        return self.subject.function

    def fail(self, headline: str, expected: str, got: str | None = None) -> NoReturn:
        """Raise the verdict that this answer is wrong."""
        lines = (
            ("call", self.call),
            ("got", self.got if got is None else got),
            ("expected", expected),
            *printed_lines(self.printed),
        )
        evidence = dict(self.values), self.value
        self.subject.reject(Verdict(self.function, "wrong", headline, lines, evidence=evidence))


def printed_lines(printed: str) -> list[tuple[str, str]]:
    """Return the lines of the report that show what the learner's code printed."""
    lines = printed.splitlines()
    shown = [*lines[:5], "..."] if len(lines) > 5 else lines
    return [("printed" if index == 0 else "", text) for index, text in enumerate(shown)]


class Subject:
    """One function of the submission that is judged."""

    def __init__(self, function: str, implementation: "Implementation") -> None:
        self.function = function
        self.implementation = implementation
        self.halted: Verdict | None = None
        self.seconds = 0.0
        self.memory: dict[Any, Any] = {}  # answers that more than one law looks at
        self.pastes: dict[str, Paste] = {}  # how the calls that are shown can be made again
        self._first_problem: list[Verdict | None] = []
        self._climbing = False
        self._diagnosis: list[Verdict] = []

    def __call__(
        self,
        *,
        expected: str = "",
        times: int = 1,
        sweep: str = "",
        stir: int | None = None,
        watch: bool = False,
        **values: Any,
    ) -> Answer:
        """Call the learner's function and return its answer.

        Parameters
        ----------
        expected : str
            What the report says was expected if the form of the result is wrong.
        times, sweep, stir, watch
            As in `tests.probes.call`; the value of several calls is a list.
        **values
            Plain values for the function's parameters.
        """
        form = FORMS[self.function]
        call = wording.show_call(self.function, values)
        if sweep:
            call += f", for {sweep} = 0, 1, ..., {times - 1}"
        elif times > 1:
            call += f", {times} times"
        swept = {**values, sweep: range(times)} if sweep else values
        answer = self.ask(
            "call",
            call,
            form if times == 1 else each_call(form),
            paste=lambda module: wording.paste_call(module, self.function, swept, times),
            expected=expected,
            times=times,
            sweep=sweep,
            stir=stir,
            watch=watch,
            seconds=SMALL_SECONDS if times == 1 and self._size(values) <= 64 else None,
            **self._arguments(values),
        )
        return replace(answer, values=values)

    def _size(self, values: dict[str, Any]) -> int:
        sizes = len(values.get("x", ())), values.get("epochs", 0), values.get("n", 0)
        return max(int(size) for size in sizes)

    def _arguments(self, values: dict[str, Any]) -> dict[str, Any]:
        by_name = KEYWORD_ONLY.get(self.function, ())
        return {
            "function": self.function,
            "positional": {k: values[k] for k in POSITIONAL if k in values and k not in by_name},
            "keywords": {k: v for k, v in values.items() if k in by_name},
            "most": 2 * self._size(values) + 8,
        }

    def ask(
        self,
        probe: str,
        call: str,
        form: Form,
        expected: str = "",
        paste: Paste = lambda module: "",
        **request: Any,
    ) -> Answer:
        """Send a request to the judged side, and check the form of what comes back.

        Parameters
        ----------
        probe, **request
            The probe's name and its arguments.
        call : str
            The call as the report shows it.
        paste : callable
            Writes the call as lines for a Python prompt, given the module to import from.
        form : callable
            Makes a plain value of the description that comes back.
        expected : str
            What the report says was expected if the form of the result is wrong.
        """
        self.pastes[call] = paste
        result = self._send(probe, call, **request)
        if isinstance(result, Problem):
            self._stop(result, call, expected)
        trained = result[:2] == ("sequence", "trained")  # the model, and what was returned
        got = wording.show_description(result[2][1] if trained else result)
        try:
            value = form(result)
        except Malformed as error:
            lines = (
                ("call", call),
                ("got", got),
                ("expected", expected or EXPECTED.get(self.function, "")),
                *printed_lines(self.implementation.submission.printed),
            )
            self.reject(Verdict(self.function, "wrong", f"returns {error}", lines))
        return Answer(self, call, got, value, self.implementation.submission.printed)

    def must_raise_value_error(self, why: str, **values: Any) -> None:
        """Demand a `ValueError`, at the latest when the first item of the result is asked for."""
        call = wording.show_call(self.function, values)
        self.pastes[call] = lambda module: wording.paste_call(module, self.function, values, 1)
        first_only = self.function == "shuffled_batches"
        result = self._send("call", call, first_only=first_only, **self._arguments(values))
        if isinstance(result, Problem):
            if "ValueError" in result.kinds:
                return
            if result.kind != "raised" or result.name == "NotImplementedError":
                self._stop(result, call, "ValueError")
            headline, got = f"raises {result.name}, not ValueError, {why}", result.text
        else:
            headline, got = f"raises no ValueError {why}", wording.show_description(result)
        lines = (("call", call), ("got", got), ("expected", "ValueError"))
        self.reject(Verdict(self.function, "wrong", headline, lines))

    def reject(self, verdict: Verdict) -> NoReturn:
        """Raise a verdict; Hypothesis need not look for a simpler case where the ladder has one."""
        simpler = not self._climbing and self.first_problem() is not None
        raise (Halted if simpler else Wrong)(self._with_paste(verdict))

    def _with_paste(self, verdict: Verdict) -> Verdict:
        """Add the call as lines for a Python prompt, where its module can be imported."""
        package = self.implementation.submission.package
        paste = self.pastes.get(dict(verdict.lines).get("call", ""))
        if paste is None or self.implementation.folder.name != package:
            return verdict
        text = paste(f"{package}.{STAGE_OF[self.function]}")
        return replace(verdict, lines=(*verdict.lines, ("paste", text))) if text else verdict

    def _send(self, probe: str, call: str, **request: Any) -> Description | Problem:
        if self.halted is not None:
            raise Halted(self.halted)
        unsound = self.implementation.unsound(BUILDS_ON.get(self.function, ()))
        trust = {name: trusted.source(name) for name in unsound}
        started = time.monotonic()
        result = self.implementation.submission.run(probe, trust=trust, **request)
        self.seconds += time.monotonic() - started
        if self.seconds > TOTAL_SECONDS and not self.implementation.submission.limit.paused:
            self._halt(
                "wrong",
                f"is too slow: the calls so far took more than {TOTAL_SECONDS:g} seconds",
                (("call", call),),
                cause="timeout",
            )
        return result

    def _halt(
        self,
        kind: str,
        headline: str,
        lines: tuple[tuple[str, str], ...] = (),
        about: str = "",
        cause: str = "",
    ) -> NoReturn:
        verdict = Verdict(about or self.function, kind, headline, lines, cause)
        self.halted = self._with_paste(verdict)
        raise Halted(self.halted)

    def _stop(self, problem: Problem, call: str, expected: str) -> NoReturn:
        """Raise the verdict on a call that gave no result."""
        place = self.implementation.place(problem)
        code = (("", f"    {problem.code}"),) if problem.code else ()
        at = f", in {place}" if place else ""
        builds_on = BUILDS_ON.get(self.function, ())
        if problem.kind == "not started" and problem.name == self.function:
            self._halt("not started", "is not written yet")
        if problem.kind == "not started" and problem.name in builds_on:
            self._halt("waiting", problem.name)
        if problem.kind == "import":
            stage = STAGE_OF[self.function]
            got = (("got", problem.text + at), *code) if place else (("got", problem.text),)
            headline = f"{stage}.py cannot be imported: {problem.text}"
            self._halt("import", headline, got, stage, problem.cause)
        if problem.kind == "missing":
            self._halt("wrong", problem.text, (("call", call),))
        if problem.kind in ("timeout", "memory", "crashed", "protocol"):
            lines = (("call", call), ("got", f"no result{at}"), *code)
            self._halt("wrong", problem.text, lines, cause=problem.kind)
        if problem.kind == "exit":
            self._halt(
                "wrong",
                f"ends the program ({problem.text}) instead of returning",
                (("call", call), ("got", f"{problem.text}{at}"), *code),
                cause="crashed" if problem.name == "ProcessEnd" else "raised",
            )
        trust = self.implementation.unsound(builds_on)
        if problem.kind == "raised" and trust:  # it may not go together with what replaced it
            self._halt("waiting", trust[0], cause="raised")
        if problem.kind == "not started":
            headline = f"calls {problem.name}, which is not written yet"
        else:
            headline = f"raises {problem.text}" if problem.kind == "raised" else problem.text
        lines = (("call", call), ("got", f"{problem.text}{at}"), *code)
        if expected:
            lines += (("expected", expected),)
        lines += (*printed_lines(self.implementation.submission.printed),)
        self.reject(Verdict(self.function, "wrong", headline, lines, problem.kind))

    def first_problem(self) -> Verdict | None:
        """Return what the function's hand-picked cases, simplest first, find wrong with it."""
        if not self._first_problem:
            from tests import laws  # it imports this module

            self._climbing = True
            try:
                laws.LADDERS[self.function](self)
                self._first_problem.append(None)
            except Halted as halted:
                self._first_problem.append(halted.verdict)
            except Wrong as wrong:
                self._first_problem.append(wrong.verdict)
            finally:
                self._climbing = False
        return self._first_problem[0]

    def must_pass_its_ladder(self) -> None:
        """Raise the first problem, if there is one."""
        verdict = self.first_problem()
        if verdict is not None:
            raise (Wrong if verdict.kind == "wrong" and not self.halted else Halted)(verdict)

    def diagnosis(self) -> Verdict | None:
        """Return the first problem, with the known mistake that explains it, if one does."""
        verdict = self.first_problem()
        if verdict is None or verdict.kind != "wrong" or self.halted is not None:
            return verdict
        if not self._diagnosis:
            from tests import diagnosis  # so that right functions do not wait for it

            mistake = diagnosis.likely(self)
            if mistake is not None:
                lines = (*verdict.lines, ("likely", mistake.sentence))
                verdict = replace(verdict, lines=lines, mistake=mistake.name)
            self._diagnosis.append(verdict)
        return self._diagnosis[0]


Law = TypeVar("Law", bound=Callable[..., None])


def once(law: Law) -> Law:
    """Let a law that a function has passed pass again without another look.

    The ladder and a test may demand the same of the same values; what comes back would be the
    same.
    """

    @functools.wraps(law)
    def look(subject: Subject, *values: Any, **options: Any) -> None:
        key = (law.__name__, values, tuple(sorted(options.items())))
        if key not in subject.memory:
            law(subject, *values, **options)
            subject.memory[key] = True

    return cast(Law, look)


def settle(subject: Subject, error: BaseException) -> Wrong | Halted | None:
    """Return what a test has found out, where it ended with `error`: a `Wrong` or a `Halted`.

    The function's simplest failing case takes the place of the one that the test met. None if
    the error is none of the function's.
    """
    if isinstance(error, Wrong | Halted):
        if error.verdict.kind != "wrong":
            return error
        judged = subject.implementation.subjects[error.verdict.about]
        return Wrong(judged.diagnosis() or error.verdict)
    if not isinstance(error, Flaky):
        return None
    # the function answers the same call in different ways
    found = [e.verdict for e in getattr(error, "exceptions", ()) if isinstance(e, Wrong)]
    first = subject.diagnosis()
    if first is None and found:
        headline = f"{found[0].headline} (at some calls, at others not)"
        first = replace(found[0], headline=headline)
    return None if first is None else Wrong(first)


class Judged(Protocol):
    """The judged side: a `tests.probes.Submission`, here or in another process."""

    package: str
    printed: str
    limit: Any

    def run(self, probe: str, **request: Any) -> Description | Problem:
        """Answer one request."""

    def mentions(self, name: str) -> bool:
        """Whether a function of the submission may use this one."""


class Implementation:
    """The five modules in one folder, as the tests see them.

    Parameters
    ----------
    folder : Path
        Where the modules are.
    package : str
        The name under which they are imported.
    submission : Judged, optional
        The judged side, if it is not to run in this process.
    """

    def __init__(self, folder: Path, package: str, submission: Judged | None = None) -> None:
        self.folder = folder
        self.submission: Judged = submission or Submission(folder, package)
        self.subjects = {name: Subject(name, self) for name in STAGE_OF}

    def unsound(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of the functions that are not right."""
        used = [name for name in names if self.submission.mentions(name)]
        return tuple(name for name in used if self.subjects[name].first_problem() is not None)

    def place(self, problem: Problem) -> str:
        """Say where a problem arose: "kata/gradients.py, line 12"."""
        if problem.where is None:
            return ""
        path = os.path.relpath(problem.where[0], self.folder.parent)
        return f"{path}, line {problem.where[1]}"
