"""What pytest says at the end: stages, one block for each wrong function, one next step."""

import functools
import inspect
import os
import sys
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis.errors import Flaky

from tests.boundary import Halted, Implementation, Verdict, Wrong, settle
from tests.probes import BONUS, FILES, STAGE_OF
from tests.summary import Summary

PLAIN = str.maketrans(
    {"✗": "x", "·": "*", "×": "x", "−": "-", "—": "-", "ε": "eps", "Σ": "sum", "…": "..."}
)
BONUS_FUNCTIONS = {name for names in BONUS.values() for name in names}


class Report:
    """A pytest plugin: turns failures into verdicts, and prints them once.

    Each report of a test that judges a function carries, as its attribute `kata`, the function,
    how many tests its file has, and the verdict if it failed: plain values, so that they
    reach the process that prints, whichever process the test ran in.
    """

    def __init__(self, implementation: Implementation, config: pytest.Config) -> None:
        self.implementation = implementation
        folder = os.path.relpath(implementation.folder, config.invocation_params.dir)
        self.folder = str(implementation.folder) if folder.startswith("..") else folder
        self.command = "pytest"
        self.draws = bool(config.getoption("draw"))
        if config.getoption("impl") != "kata":
            self.command += f" --impl {config.getoption('impl')}"

    # while the tests run

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let a call that cannot be interrupted say where it is stuck before it ends the run."""
        limit = self.implementation.submission.limit
        capture: Any = item.config.pluginmanager.getplugin("capturemanager")
        if limit.last_resort is None and capture is not None:
            with capture.global_and_fixture_disabled():
                limit.last_resort = os.dup(2)

    def pytest_enter_pdb(self) -> None:
        """Let time stand still while the learner is in the debugger."""
        limit = self.implementation.submission.limit
        limit.paused = True
        limit.rest()

    def pytest_runtest_teardown(self) -> None:
        """Wait for nothing between tests."""
        self.implementation.submission.limit.rest()

    def pytest_unconfigure(self) -> None:
        """Close what was opened."""
        limit = self.implementation.submission.limit
        if limit.last_resort is not None:
            os.close(limit.last_resort)
            limit.last_resort = None

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        """Prefer the function's simplest failing case to the one that this test met."""
        __tracebackhide__ = True
        try:
            return (yield)
        except (Wrong, Halted, Flaky) as found:
            function = judged_function(pyfuncitem)
            failure = settle(self.implementation.subjects[function], found) if function else None
            if failure is None:
                raise
            if failure.verdict.kind == "not started" and function in BONUS_FUNCTIONS:
                pytest.skip("the bonus is not written yet")
            traceback = found.__traceback__
        if pyfuncitem.config.getoption("tbstyle") == "auto":
            traceback = None  # the report shows none, and to write them takes seconds
        raise failure.with_traceback(traceback) from None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        function = judged_function(item)
        if function is None or call.when != "call" or report.skipped:
            return report
        report.kata = {
            "function": function,
            "test": item.name.partition("[")[0],
            "of": count_tests(item.module, STAGE_OF[function]),  # type: ignore[attr-defined]
        }
        if call.excinfo is not None and isinstance(call.excinfo.value, Wrong | Halted):
            verdict = call.excinfo.value.verdict
            report.kata |= verdict.facts() | {"line": item.reportinfo()[1] or 0}
            if self.draws:
                report.kata["picture"] = self.draw(verdict)
            if item.config.getoption("tbstyle") == "auto":
                report.longrepr = f"✗ {verdict}"
        return report

    @staticmethod
    @functools.cache
    def draw(verdict: Verdict) -> str:
        """Draw what a function did wrong, and return where the picture is."""
        if verdict.evidence is None:
            return "none: there is no result to draw"
        from plots import counterexample  # matplotlib takes a second to import

        path = counterexample.save(verdict.about, *verdict.evidence)
        if path is None:
            return "none: only stages 2 and 3 are drawn"
        return os.path.relpath(path)

    # at the end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(
        self, terminalreporter: Any, config: pytest.Config
    ) -> Iterator[None]:
        stats = terminalreporter.stats
        reports = [r for rs in stats.values() for r in rs if hasattr(r, "kata")]
        failed = stats.get("failed", [])
        asked_for_more = (
            config.getoption("tbstyle") != "auto" or config.getoption("reportchars") != "fE"
        )
        if not asked_for_more:  # our blocks take the place of pytest's section of failures
            stats["failed"] = [r for r in failed if not getattr(r, "kata", {}).get("kind")]
        try:
            yield
        finally:
            if failed:
                stats["failed"] = failed
        if reports:
            self.write(terminalreporter, reports)

    def write(self, terminal: Any, reports: list[Any]) -> None:
        facts = [report.kata | {"passed": report.passed} for report in reports]
        package = self.implementation.submission.package
        terminal.ensure_newline()
        terminal.section(f"kata: {self.folder}", "-", bold=True)
        for text, markup in Summary(facts, self.folder, self.command, package).lines():
            terminal.write_line(printable(text), **dict.fromkeys(markup, True))


def judged_function(item: pytest.Item) -> str | None:
    """Return the function that a test judges: the one that it asks for by name."""
    names = [name for name in getattr(item, "fixturenames", ()) if name in STAGE_OF]
    return names[0] if names else None


@functools.cache
def count_tests(module: ModuleType, stage: str) -> int:
    """Return how many tests of a stage its own file has, 0 if this one is in another file."""
    if not module.__name__.endswith(f"test_{stage}"):
        return 0
    tests = [f for name, f in vars(module).items() if name.startswith("test_")]
    return sum(bool({*inspect.signature(test).parameters} & {*FILES[stage]}) for test in tests)


def printable(text: str) -> str:
    """Write a text with what the terminal can show."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return text
