"""What there is to say of an implementation: a block for each wrong function, stages, one step."""

import os
from collections.abc import Iterator
from typing import Any

from tests.boundary import Verdict
from tests.probes import BONUS, FILES, STAGE_OF, STAGES

Line = tuple[str, tuple[str, ...]]  # a text, and how a terminal sets it off
COLOURS = {"done": "green", "wrong": "red"}


class Summary:
    """The end of a report, from what is known of each test.

    Parameters
    ----------
    facts : list of dict
        For each test `function`, `test` (its name), `of` (how many tests the stage has) and
        `passed`; if it failed also `about`, `kind`, `headline`, `lines` of the verdict,
        `line` (of the test, in its file) and perhaps `picture`.
    folder : str
        Where the files are, as they are named to the learner.
    command : str
        What to run again.
    package : str
        The name of the package that the files make up.
    """

    def __init__(
        self, facts: list[dict[str, Any]], folder: str, command: str, package: str
    ) -> None:
        self.facts = facts
        self.folder = folder
        self.command = command
        self.package = package
        self.verdicts = first_verdicts(facts)

    def lines(self) -> Iterator[Line]:
        """Yield all lines."""
        for about, (verdict, more) in self.verdicts.items():
            if verdict.kind in ("wrong", "import"):
                yield from self.block(about, verdict, more)
        for number, stage in [*enumerate(STAGES, start=1), *(("+", name) for name in BONUS)]:
            state, text = self.stage_state(stage)
            if state:
                line = f"  {number} {stage:<11}{state:<13}{text}"
                yield line.rstrip(), (COLOURS.get(state, "yellow"),)
        yield self.next_step(), ("bold",)

    def block(self, about: str, verdict: Verdict, more: int) -> Iterator[Line]:
        """Yield the lines about one function that is wrong."""
        yield f"✗ {about}: {verdict.headline}", ("red", "bold")
        lines = [pair for pair in verdict.lines if pair[0] != "paste"]
        if more:
            noun = "property fails" if more == 1 else "properties fail"
            lines.append(("more", f"{more} further {noun}"))
        lines += [pair for pair in verdict.lines if pair[0] == "paste"]  # it is long
        pictures = [f.get("picture", "") for f in self.facts if f.get("about") == about]
        if pictures[0]:
            lines.append(("picture", pictures[0]))
        if about in STAGE_OF:
            lines.append(("hint", f"pytest --hint {about}"))
        for label, text in lines:
            yield f"    {label:<10}{text}".rstrip(), ()
        yield "", ()

    def stage_state(self, stage: str) -> tuple[str, str]:
        """Return a stage's state and what there is to say about it; no state if it did not run."""
        own = [fact for fact in self.facts if STAGE_OF[fact["function"]] == stage]
        if not own:
            return "", ""
        by_kind: dict[str, list[str]] = {}
        for name in [stage, *FILES[stage]]:
            if name in self.verdicts:
                by_kind.setdefault(self.verdicts[name][0].kind, []).append(name)
        wrong, unwritten = by_kind.get("wrong", []), by_kind.get("not started", [])
        said = [f"to correct: {', '.join(wrong)}"] if wrong else []
        said += [f"to write: {', '.join(unwritten)}"] if unwritten else []
        for name in by_kind.get("waiting", []):
            said.append(f"{name} waits for {self.verdicts[name][0].headline}")
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

    def next_step(self) -> str:
        """Say what to do next."""
        again = f"then run {self.command} again"
        for stage, names in FILES.items():
            file = os.path.normpath(os.path.join(self.folder, f"{stage}.py"))
            for name in [stage, *names]:
                kind = self.verdicts[name][0].kind if name in self.verdicts else ""
                if kind == "import":
                    return f"next: mend {file}, {again}"
                if kind == "wrong":
                    return f"next: correct {name} in {file}, {again}"
                if kind == "not started":
                    return f"next: write {name} in {file} (for a hint: pytest --hint {name})"
        if not all(fact["passed"] for fact in self.facts):
            return "next: see the failures above"
        judged = {STAGE_OF[fact["function"]] for fact in self.facts}
        if judged >= {*STAGES} and all(self.stage_state(stage)[0] == "done" for stage in STAGES):
            draw = f": draw the comparison with python -m {self.package}"
            if not judged & {*BONUS}:
                draw += f" (and there is a bonus: {self.package}/scan.py)"
            return "all done" + (draw if self.folder == self.package else "")
        return f"next: run {self.command} for all stages"


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
