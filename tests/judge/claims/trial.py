"""A learner's check on trial: run on right and wrong implementations, twice on most."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from tests.judge.boundary import Subject
from tests.judge.claims.catalogue import HELPERS, Made, implementations
from tests.judge.verdicts import Code, Finding, Verdict, finding
from tests.judged.values import Items, Number, Other, Problem

TWICE = 3  # of so many right implementations one is tried again: each run takes longest on them


class Ran(NamedTuple):
    """What one run of a check on one implementation came to.

    Parameters
    ----------
    calls : float
        Calls of the implementation; one at least where there was an exception.
    returned : str
        What the check returned, "None" if that was nothing.
    swallowed : bool
        Whether it caught its own AssertionError.
    problem : Problem or None
        The exception that it raised.
    printed : str
        What it wrote.
    """

    calls: float
    returned: str
    swallowed: bool
    problem: Problem | None
    printed: str

    @property
    def is_assertion(self) -> bool:
        """Whether it ended with an AssertionError."""
        return self.problem is not None and "AssertionError" in self.problem.kinds

    @property
    def end(self) -> str:
        """How it ended, in a word."""
        if self.problem is None:
            return "returned"
        return "asserted" if self.is_assertion else "raised"


class Tried(NamedTuple):
    """An implementation, and what the runs on it came to."""

    made: Made
    runs: list[Ran]

    @property
    def ends(self) -> set[str]:
        """How the runs ended: one way, if that does not depend on luck."""
        return {run.end for run in self.runs}


class Trial:
    """A check, and what is known of it so far.

    Parameters
    ----------
    check : Subject
        The learner's check.
    target : str
        The function that it is about.
    """

    def __init__(self, check: Subject, target: str) -> None:
        self.check = check
        self.target = target
        seed = check.referee.seed
        self.right, self.wrong = (
            implementations(target, is_right, in_grading=seed is not None)
            for is_right in (True, False)
        )
        self.seed = seed or 0
        self.runs = 0
        self.printed_for_right = False

    def call(self, made: Made) -> str:
        """Return a call as a report shows it."""
        kind = "right" if made.is_right else "wrong"
        return f"{self.check.function.name}({self.target}=a {kind} one)"

    def run(self, made: Made, look_inside: bool = False) -> Ran:
        """Run the check on one implementation, each time with other luck."""
        self.runs += 1
        result = self.check.attempt(
            self.call(made),
            target=self.target,
            helpers=HELPERS[self.target],
            text=made.text,
            luck=(self.seed + self.runs) % 2**31,
            number=self.seed,
            look_inside=look_inside,
        )
        printed = self.check.judged.printed
        if isinstance(result, Problem):
            return Ran(1, "None", False, result, printed)
        match result:
            case Items(_, [Number(calls), Other(kind, text), Number(caught)], True):
                returned = "None" if kind == "NoneType" else text
                return Ran(calls, returned, caught > 0, None, printed)
        raise TypeError("the probe has said something else")

    def first_runs(self) -> dict[Made, list[Ran]]:
        """Run it on all, right ones first; end with what is wrong with it on any of them."""
        found: dict[Made, list[Ran]] = {}
        for made in [*self.right, *self.wrong]:
            run = self.run(made)
            if not run.calls:
                by_luck = found or any(self.run(made).calls for _ in range(5))
                code: Code = "calls by luck" if by_luck else "never calls"
                self.reject(made, run, finding(code, name=self.target))
            if made is self.right[0] and run.end == "raised":
                self.reject(made, run, finding("raised", **facts(run)))
            self.printed_for_right |= made.is_right and bool(run.printed)
            found[made] = [run]
        return found

    def tried(self) -> list[Tried]:
        """Run it again where that may tell luck from knowledge.

        In another order: nothing is to depend on how many came before.
        """
        runs = self.first_runs()
        again = [*self.right[::TWICE], *self.wrong]
        again += [m for m in self.right if m not in again and runs[m][0].end != "returned"]
        random.Random(self.seed).shuffle(again)
        for made in again:
            runs[made].append(self.run(made))
        return [Tried(made, own) for made, own in runs.items()]

    def instead(self, one: Tried) -> list[Finding]:
        """Say what a check does in place of an AssertionError."""
        run = self.run(one.made, look_inside=True)
        if run.swallowed:
            return [finding("swallows")]
        if run.printed and not self.printed_for_right:
            return [finding("prints instead")]
        if run.returned != "None":
            return [finding("returns instead", value=run.returned)]
        return []

    def say(self, one: Tried, code: Code, **counts: int) -> NoReturn:
        """Raise the verdict on what the check does with one implementation, and others like it."""
        ends = {"other exception": "raised", "lets through": "returned"}
        run = next((r for r in one.runs if r.end == ends.get(code)), None)
        run = run or next(r for r in one.runs if r.problem)
        found = finding(code, idea=one.made.idea, **counts, **facts(run))
        self.reject(one.made, run, found, *(self.instead(one) if code == "lets through" else ()))

    def reject(self, made: Made, run: Ran, *findings: Finding) -> NoReturn:
        """Raise the verdict that the check is wrong, shown on one run."""
        problem = run.problem
        self.check.reject(
            Verdict(
                about=self.check.function.name,
                kind="wrong",
                findings=findings,
                call=self.call(made),
                where=self.check.place(problem) if problem else "",
                source=problem.code if problem else "",
                printed=run.printed,
                problem="raised" if findings[0].code == "raised" else None,
            )
        )


# What is said first: a check that refuses right ones may catch wrong ones for no reason. Where more
# depends on luck than does not, the rest may, too.
ORDER: tuple[tuple[tuple[Code, ...], Code], ...] = (
    (("refuses",), "refused by luck"),
    (("lets through", "other exception"), "caught by luck"),
)


def must_tell_right_from_wrong(check: Subject, target: str) -> None:
    """Demand that a check accepts every right implementation, and catches every wrong one."""
    trial = Trial(check, target)
    tried = trial.tried()
    counts = Counter(judgement(one) for one in tried)
    for always, by_luck in ORDER:
        codes = always if sum(counts[code] for code in always) > counts[by_luck] else (by_luck,)
        for first in tried:
            code = judgement(first)
            if code in codes:
                trial.say(first, code, count=counts[code], **counted(tried, code))


def judgement(one: Tried) -> Code | None:
    """Say what a check does with an implementation, None if that is right."""
    if one.made.is_right:
        if "returned" not in one.ends:
            return "refuses"
        return "refused by luck" if len(one.ends) > 1 else None
    if "raised" in one.ends:
        return "other exception"
    if "asserted" not in one.ends:
        return "lets through"
    return "caught by luck" if len(one.ends) > 1 else None


# Wrong implementations that are not caught, by what a check does with them.
MISSED: dict[Code, str] = {
    "lets through": "through",
    "other exception": "raising",
    "caught by luck": "lucky",
}


def counted(tried: Sequence[Tried], said: Code) -> dict[str, int]:
    """Return how many there are, and how many of them are judged as they should be.

    Of the wrong ones also how many are missed, and how, but for those that are said already.
    """
    found = dict.fromkeys(("right", "wrong", "accepted", "caught", *MISSED.values()), 0)
    for one in tried:
        code = judgement(one)
        all_of, good = ("right", "accepted") if one.made.is_right else ("wrong", "caught")
        found[all_of] += 1
        found[good] += code is None
        if code in MISSED and code != said:
            found[MISSED[code]] += 1
    return found


def facts(run: Ran) -> dict[str, str]:
    """Return the exception that ended a run, as far as words are about it."""
    problem = run.problem
    return {"name": problem.name, "text": problem.text} if problem else {"name": "", "text": ""}
