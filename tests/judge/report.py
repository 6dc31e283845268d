"""What pytest says at the end: stages, one block for each wrong function, one next step."""

import gc
import inspect
import os
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from hypothesis.errors import Flaky

from tests.judge import wording
from tests.judge.functions import FUNCTIONS
from tests.judge.judging import Implementation, verdict_of
from tests.judge.summary import Outcome, Summary, labelled
from tests.judge.verdicts import Halted, Verdict, Wrong
from tests.judged.guard import DebuggerLeft
from tests.judged.submission import Submission

PLAIN = str.maketrans(
    {"✗": "x", "·": "*", "×": "x", "−": "-", "—": "-", "ε": "eps", "Σ": "sum", "…": "..."}
)


class Report:
    """A pytest plugin: turns failures into verdicts, and prints them once.

    Each report of a test that judges a function carries what is known of it as plain values, in
    its attribute `kata`, so that they reach the process that prints, whichever process the test
    ran in.

    Parameters
    ----------
    implementation : Implementation
        What is judged.
    submission : Submission
        Its judged side.
    config : pytest.Config
        The options.
    draw : callable
        Draws a verdict's evidence, and returns where the picture is.
    """

    def __init__(
        self,
        implementation: Implementation,
        submission: Submission,
        config: pytest.Config,
        draw: Callable[[Verdict], str],
    ) -> None:
        self.implementation = implementation
        self.submission = submission
        folder = os.path.relpath(implementation.folder, config.invocation_params.dir)
        self.folder = str(implementation.folder) if folder.startswith("..") else folder
        self.command = "pytest"
        self.draw = draw if config.getoption("draw") else lambda verdict: ""
        self.pictures: dict[tuple[str, str], str] = {}  # each is drawn once
        if config.getoption("impl") != "kata":
            self.command += f" --impl {config.getoption('impl')}"

    # while the tests run

    def pytest_collection_finish(self) -> None:
        """Let the collector of garbage pass over what stays: it takes a tenth of the time."""
        gc.freeze()
        gc.enable()

    def pytest_enter_pdb(self) -> None:
        """Let time stand still while the learner is in the debugger."""
        self.submission.guard.limit.pause()

    def pytest_unconfigure(self) -> None:
        """Collect garbage as before."""
        gc.unfreeze()
        gc.enable()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a test that judges a function."""
        __tracebackhide__ = True
        name = judged_function(pyfuncitem)
        if name is None:
            return None
        try:
            self.judge(pyfuncitem, name)
        except DebuggerLeft:
            pytest.exit("Quitting debugger")
        return True

    def judge(self, item: pytest.Function, name: str) -> None:
        """Run a test, if it has not run for another one's sake.

        A failure says what the function's simplest failing case is, not only what this test met.
        """
        __tracebackhide__ = True
        traceback = None
        if self.implementation.outcome(name, item.name) is None:
            self.implementation.stand_ins(FUNCTIONS[name])
            verdict = None
            try:
                item.obj(**{n: item.funcargs[n] for n in parameters(item.obj)})
            except (Wrong, Halted, Flaky) as error:
                verdict, traceback = verdict_of(error, name), error.__traceback__
            self.implementation.record(name, item.name, verdict)
        (verdict,) = self.implementation.outcome(name, item.name) or (None,)
        if verdict is None:
            return
        from tests.judge.diagnosis import diagnosed  # so that right functions do not wait for it

        verdict = diagnosed(self.implementation, verdict)
        if FUNCTIONS[name].points is None and is_unwritten(verdict):
            pytest.skip("the bonus is not written yet")
        if item.config.getoption("tbstyle") == "auto":
            traceback = None  # the report shows none, and to write them takes seconds
        raise Wrong(verdict).with_traceback(traceback)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Add what is known of a test to its report."""
        report = yield
        function = judged_function(item)
        if function is None or call.when != "call" or report.skipped:
            return report
        verdict, picture = None, ""
        if call.excinfo is not None and isinstance(call.excinfo.value, Wrong):
            verdict = call.excinfo.value.verdict
            picture = self.picture(verdict)
            if item.config.getoption("tbstyle") == "auto":
                report.longrepr = f"✗ {say(verdict)}"
        test, line = item.name.partition("[")[0], item.reportinfo()[1] or 0
        outcome = Outcome(function, test, line, verdict, report.passed, picture)
        report.kata = outcome.to_plain()
        return report

    def picture(self, verdict: Verdict) -> str:
        """Return where the picture of a verdict is, if pictures are drawn."""
        key = verdict.about, verdict.kind
        if key not in self.pictures:
            self.pictures[key] = self.draw(verdict)
        return self.pictures[key]

    # at the end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: Any, config: pytest.Config
    ) -> Iterator[None]:
        """Put our blocks in the place of pytest's section of failures."""
        stats = terminalreporter.stats
        outcomes = [
            Outcome.from_plain(r.kata) for rs in stats.values() for r in rs if hasattr(r, "kata")
        ]
        failed = stats.get("failed", [])
        asked_for_more = (
            config.getoption("tbstyle") != "auto" or config.getoption("reportchars") != "fE"
        )
        if not asked_for_more:
            stats["failed"] = [r for r in failed if not getattr(r, "kata", {}).get("verdict")]
        try:
            yield
        finally:
            if failed:
                stats["failed"] = failed
        if outcomes:
            self.write(terminalreporter, outcomes)

    def write(self, terminal: Any, outcomes: list[Outcome]) -> None:
        """Write the end of the report."""
        terminal.ensure_newline()
        terminal.section(f"kata: {self.folder}", "-", bold=True)
        summary = Summary(outcomes, self.folder, self.command, self.submission.package)
        for text, markup in summary.lines():
            terminal.write_line(printable(text), **dict.fromkeys(markup, True))


def judged_function(item: pytest.Item) -> str | None:
    """Return the function that a test judges: the one that it asks for by name."""
    names = [name for name in getattr(item, "fixturenames", ()) if name in FUNCTIONS]
    return names[0] if names else None


def is_unwritten(verdict: Verdict) -> bool:
    """Whether a function is not written yet, or even its file is missing."""
    no_file = verdict.kind == "import" and verdict.problem == "missing"
    return verdict.kind == "not started" or no_file


def parameters(test: Callable[..., None]) -> list[str]:
    return list(inspect.signature(test).parameters)


def say(verdict: Verdict) -> str:
    """Return a verdict as a text of several lines."""
    lines = [*wording.lines(verdict), ("paste", verdict.paste)]
    said = [labelled(label, text) for label, text in lines if text]
    return "\n".join([f"{verdict.about}: {wording.headline(verdict)}", *said])


def printable(text: str) -> str:
    """Write a text with what the terminal can show."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return text
