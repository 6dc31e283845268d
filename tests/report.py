"""What pytest says at the end: stages, one block for each wrong function, one next step."""

import functools
import inspect
import os
import sys
from collections.abc import Generator, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis.errors import Flaky

from tests.boundary import Halted, Implementation, Verdict, Wrong
from tests.probes import BONUS, FILES, STAGE_OF, STAGES

PLAIN = str.maketrans(
    {"✗": "x", "·": "*", "×": "x", "−": "-", "—": "-", "ε": "eps", "Σ": "sum", "…": "..."}
)


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
        except (Wrong, Halted) as found:
            if found.verdict.kind == "not started" and STAGE_OF[found.verdict.about] in BONUS:
                pytest.skip("the bonus is not written yet")
            failure: BaseException = found
            traceback = found.__traceback__
            if found.verdict.kind == "wrong":
                simplest = self.implementation.subjects[found.verdict.about].diagnosis()
                failure = Wrong(simplest or found.verdict)
        except Flaky as flaky:  # the function answers the same call in different ways
            changing = self.verdict_on_flaky(pyfuncitem, flaky)
            if changing is None:
                raise
            failure, traceback = Wrong(changing), flaky.__traceback__
        if pyfuncitem.config.getoption("tbstyle") == "auto":
            traceback = None  # the report shows none, and to write them takes seconds
        raise failure.with_traceback(traceback) from None

    def verdict_on_flaky(self, item: pytest.Item, flaky: Flaky) -> Verdict | None:
        """Return the verdict on a function that did not fail again when Hypothesis looked."""
        function = judged_function(item)
        if function is None:
            return None
        first = self.implementation.subjects[function].diagnosis()
        found = [e.verdict for e in getattr(flaky, "exceptions", ()) if isinstance(e, Wrong)]
        if first is not None or not found:
            return first
        headline = f"{found[0].headline} (at some calls, at others not)"
        return replace(found[0], headline=headline)

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
            line = item.reportinfo()[1] or 0
            report.kata |= {
                "about": verdict.about,
                "kind": verdict.kind,
                "headline": verdict.headline,
                "lines": [list(pair) for pair in verdict.lines],
                "line": line,
            }
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
        verdicts = first_verdicts(facts)
        terminal.ensure_newline()
        terminal.section(f"kata: {self.folder}", "-", bold=True)
        for about, (verdict, more) in verdicts.items():
            if verdict.kind in ("wrong", "import"):
                pictures = [f.get("picture", "") for f in facts if f.get("about") == about]
                self.write_block(terminal, about, verdict, more, picture=pictures[0])
        for number, stage in [*enumerate(STAGES, start=1), *(("+", name) for name in BONUS)]:
            state, text = self.stage_state(stage, facts, verdicts)
            if state:
                colour = {"done": "green", "wrong": "red"}.get(state, "yellow")
                line = f"  {number} {stage:<11}{state:<13}{text}"
                terminal.write_line(printable(line.rstrip()), **{colour: True})
        terminal.write_line(printable(self.next_step(facts, verdicts)), bold=True)

    def write_block(
        self, terminal: Any, about: str, verdict: Verdict, more: int, picture: str
    ) -> None:
        terminal.write_line(printable(f"✗ {about}: {verdict.headline}"), red=True, bold=True)
        lines = [pair for pair in verdict.lines if pair[0] != "paste"]
        if more:
            noun = "property fails" if more == 1 else "properties fail"
            lines.append(("more", f"{more} further {noun}"))
        lines += [pair for pair in verdict.lines if pair[0] == "paste"]  # it is long
        if picture:
            lines.append(("picture", picture))
        if about in STAGE_OF:
            lines.append(("hint", f"pytest --hint {about}"))
        for label, text in lines:
            terminal.write_line(printable(f"    {label:<10}{text}".rstrip()))
        terminal.write_line("")

    def stage_state(
        self, stage: str, facts: list[dict[str, Any]], verdicts: dict[str, tuple[Verdict, int]]
    ) -> tuple[str, str]:
        """Return a stage's state and what there is to say about it; no state if it did not run."""
        own = [fact for fact in facts if STAGE_OF[fact["function"]] == stage]
        if not own:
            return "", ""
        by_kind: dict[str, list[str]] = {}
        for name in [stage, *FILES[stage]]:
            if name in verdicts:
                by_kind.setdefault(verdicts[name][0].kind, []).append(name)
        wrong, unwritten = by_kind.get("wrong", []), by_kind.get("not started", [])
        said = [f"to correct: {', '.join(wrong)}"] if wrong else []
        said += [f"to write: {', '.join(unwritten)}"] if unwritten else []
        for name in by_kind.get("waiting", []):
            said.append(f"{name} waits for {verdicts[name][0].headline}")
        text = "; ".join(said)
        if "import" in by_kind:
            return "wrong", f"{stage}.py cannot be imported"
        if wrong:
            return "wrong", text
        if unwritten:
            judged = {fact["function"] for fact in own}
            return ("not started" if judged == set(unwritten) else "started"), text
        if by_kind:
            return "waiting", text
        if not all(fact["passed"] for fact in own):
            return "wrong", "see above"
        of = max(fact["of"] for fact in own)  # a stage may be judged once more in another's file
        ran = len({fact["test"] for fact in own if fact["of"] or not of})
        if ran < of or not of:
            among = f" of {of}" if of else ""
            noun = "property" if ran == 1 and not of else "properties"
            return "passes", f"{ran}{among} {noun} run"
        return "done", ""

    def next_step(
        self, facts: list[dict[str, Any]], verdicts: dict[str, tuple[Verdict, int]]
    ) -> str:
        again = f"then run {self.command} again"
        for stage, names in FILES.items():
            file = os.path.normpath(os.path.join(self.folder, f"{stage}.py"))
            for name in [stage, *names]:
                kind = verdicts[name][0].kind if name in verdicts else ""
                if kind == "import":
                    return f"next: mend {file}, {again}"
                if kind == "wrong":
                    return f"next: correct {name} in {file}, {again}"
                if kind == "not started":
                    return f"next: write {name} in {file} (for a hint: pytest --hint {name})"
        if not all(fact["passed"] for fact in facts):
            return "next: see the failures above"
        if {STAGE_OF[fact["function"]] for fact in facts} >= set(STAGES) and all(
            self.stage_state(stage, facts, verdicts)[0] == "done" for stage in STAGES
        ):
            package = self.implementation.submission.package
            draw = f": draw the comparison with python -m {package}"
            if not {STAGE_OF[fact["function"]] for fact in facts} & {*BONUS}:
                draw += f" (and there is a bonus: {package}/scan.py)"
            return "all done" + (draw if self.folder == package else "")
        return f"next: run {self.command} for all stages"


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


def first_verdicts(facts: list[dict[str, Any]]) -> dict[str, tuple[Verdict, int]]:
    """Return, for whatever is not right, the first verdict in the file and how many more."""
    found: dict[str, list[dict[str, Any]]] = {}
    for fact in sorted(facts, key=lambda fact: fact.get("line", 0)):
        if "kind" in fact:
            found.setdefault(fact["about"], []).append(fact)
    order = [name for stage, names in FILES.items() for name in [stage, *names]]
    verdicts = {}
    for about in sorted(found, key=order.index):
        first = found[about][0]
        lines = tuple((label, text) for label, text in first["lines"])
        verdict = Verdict(about, first["kind"], first["headline"], lines)
        verdicts[about] = verdict, len(found[about]) - 1
    return verdicts


def printable(text: str) -> str:
    """Write a text with what the terminal can show."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    return text
