"""What there is to say of an implementation: a block for each wrong function, stages, one step."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.judge import wording
from tests.judge.functions import BONUS, FILES, FUNCTIONS, STAGE_OF, STAGES
from tests.judge.specification import count_tests
from tests.judge.verdicts import Verdict, from_plain, to_plain

Line = tuple[str, tuple[str, ...]]  # a text, and how a terminal sets it off
SCALED = ("scaled", "step scaled")
COLOURS = {"done": "green", "wrong": "red"}


class Outcome(NamedTuple):
    """What is known of one test.

    Parameters
    ----------
    function : str
        The function that it judges.
    test : str
        Its name, without that of a case.
    line : int
        Where it is in its file.
    verdict : Verdict or None
        What it has found wrong.
    passed : bool
        Whether it has passed; an error that is none of the function's is no verdict, either.
    picture : str
        Where a picture of the failure is.
    """

    function: str
    test: str
    line: int
    verdict: Verdict | None
    passed: bool
    picture: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return plain values, for another process."""
        return self._asdict() | {"verdict": to_plain(self.verdict) if self.verdict else None}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that these plain values stand for."""
        verdict = plain["verdict"]
        return cls(**{**plain, "verdict": from_plain(verdict) if verdict else None})


class Summary:
    """The end of a report, from what is known of each test.

    Parameters
    ----------
    outcomes : sequence of Outcome
        What is known of each test that ran.
    folder : str
        Where the files are, as they are named to the learner.
    command : str
        What to run again.
    package : str
        The name of the package that the files make up.
    """

    def __init__(
        self, outcomes: Sequence[Outcome], folder: str, command: str, package: str
    ) -> None:
        self.outcomes = sorted(outcomes, key=lambda outcome: outcome.line)
        self.folder = folder
        self.command = command
        self.package = package
        self.failed: dict[str, list[Outcome]] = {}
        self.verdicts: dict[str, Verdict] = {}  # the first one about each
        for outcome in self.outcomes:
            if outcome.verdict is not None:
                about = outcome.verdict.about
                self.failed.setdefault(about, []).append(outcome)
                self.verdicts.setdefault(about, outcome.verdict)

    def lines(self) -> Iterator[Line]:
        """Yield all lines."""
        for stage, names in FILES.items():
            for about in (stage, *names):
                verdict = self.verdicts.get(about)
                if verdict is not None and verdict.kind in ("wrong", "import"):
                    yield from self.block(about, verdict)
        for number, stage in [*enumerate(STAGES, start=1), *(("+", name) for name in BONUS)]:
            state, text = self.stage_state(stage)
            if state:
                line = f"  {number} {stage:<11}{state:<13}{text}"
                yield line.rstrip(), (COLOURS.get(state, "yellow"),)
        yield self.next_step(), ("bold",)

    def block(self, about: str, verdict: Verdict) -> Iterator[Line]:
        """Yield the lines about one function that is wrong."""
        yield f"✗ {about}: {wording.headline(verdict)}", ("red", "bold")
        failed = self.failed[about]
        lines = wording.lines(verdict)
        if len(failed) > 1:
            noun = "property fails" if len(failed) == 2 else "properties fail"
            lines.append(("more", f"{len(failed) - 1} further {noun}"))
        if other := self.made_up_for(about):
            lines.append(("note", f"this makes up for {other}, which is wrong, too: correct both"))
        lines += [("paste", verdict.paste), ("picture", failed[0].picture)]
        if about in FUNCTIONS:
            lines.append(("hint", f"pytest --hint {about}"))
        for label, text in lines:
            if text:
                yield labelled(label, text), ()
        yield "", ()

    def made_up_for(self, about: str) -> str:
        """Return the function before this one whose results are off by the inverse factor."""
        factor = factor_of(self.verdicts[about])
        for name, verdict in self.verdicts.items():
            if name == about:
                break
            if abs(factor * factor_of(verdict) - 1) < 1e-9:
                return name
        return ""

    def stage_state(self, stage: str) -> tuple[str, str]:
        """Return a stage's state and what there is to say about it; no state if it did not run."""
        own = [outcome for outcome in self.outcomes if STAGE_OF[outcome.function] == stage]
        if not own:
            return "", ""
        kinds = {name: self.verdicts[name].kind for name in FILES[stage] if name in self.verdicts}
        wrong = [name for name, kind in kinds.items() if kind == "wrong"]
        unwritten = [name for name, kind in kinds.items() if kind == "not started"]
        said = [f"to correct: {', '.join(wrong)}"] if wrong else []
        said += [f"to write: {', '.join(unwritten)}"] if unwritten else []
        said += [
            f"{name} {wording.headline(self.verdicts[name])}"
            for name, kind in kinds.items()
            if kind == "waiting"
        ]
        if stage in self.verdicts:
            return "wrong", f"{stage}.py cannot be imported"
        if wrong:
            return "wrong", "; ".join(said)
        if unwritten:
            judged = {outcome.function for outcome in own}
            return "not started" if judged == {*unwritten} else "started", "; ".join(said)
        if kinds:
            return "waiting", "; ".join(said)
        if not all(outcome.passed for outcome in own):
            return "wrong", "see above"
        ran, of = len({(o.function, o.test) for o in own}), count_tests(stage)
        return ("passes", f"{ran} of {of} properties run") if ran < of else ("done", "")

    def next_step(self) -> str:
        """Say what to do next."""
        again = f"then run {self.command} again"
        for stage, names in FILES.items():
            file = os.path.normpath(os.path.join(self.folder, f"{stage}.py"))
            for name in [stage, *names]:
                kind = self.verdicts[name].kind if name in self.verdicts else ""
                if kind == "import":
                    return f"next: mend {file}, {again}"
                if kind == "wrong":
                    return f"next: correct {name} in {file}, {again}"
                if kind == "not started":
                    return f"next: write {name} in {file} (for a hint: pytest --hint {name})"
        if not all(outcome.passed for outcome in self.outcomes):
            return "next: see the failures above"
        judged = {STAGE_OF[outcome.function] for outcome in self.outcomes}
        if judged >= {*STAGES} and all(self.stage_state(stage)[0] == "done" for stage in STAGES):
            draw = f": draw the comparison with python -m {self.package}"
            left = [f"{self.package}/{bonus}.py" for bonus in BONUS if bonus not in judged]
            if left:
                draw += f" (and there is a bonus: {', or '.join(left)})"
            return "all done" + (draw if self.folder == self.package else "")
        return f"next: run {self.command} for all stages"


def factor_of(verdict: Verdict) -> float:
    """Return the one factor by which all results are off, 0 if there is none."""
    found = verdict.findings[0]
    if found.code not in SCALED or found.values.get("part", "all") != "all":
        return 0.0
    return float(str(found.values["factor"]))


def labelled(label: str, text: str) -> str:
    """Return a line of a block."""
    return f"    {label:<10}{text}".rstrip()
