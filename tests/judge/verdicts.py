"""What is known of a function that is not right: data, without a word of English.

`tests.judge.wording` has the words for each code; nothing decides on them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, NamedTuple

from tests.judged.values import ProblemKind

Kind = Literal["wrong", "not started", "waiting", "import"]

# fmt: off
Code = Literal[
    # no result
    "not written", "waits", "import", "missing", "raised", "calls unwritten", "exit", "input",
    "timeout", "stuck", "too slow", "mutated", "global state", "generator state",
    "pytorch state", "model unused",
    "time used up", "no turn", "memory", "killed", "signal", "ended", "files", "threads", "channel",
    "protocol", "too much", "no error", "other error",
    # a result in another form
    "form", "shape", "dtype", "endless", "rows", "rows at some calls", "result shape",
    # two calls
    "call changes", "flaky", "seed twice", "equal generators", "equal", "same noise",
    # a part of a result with one right value
    "right", "value", "scaled", "scaled by m", "divided by m", "rounded", "small lost",
    "exchanged", "truncated", "floored", "absolute", "float32", "cut off", "constant", "offset",
    "formula", "mean", "residuals", "becomes", "another part",
    "inexact", "estimated", "wrong when", "wrong if negative", "wrong for samples", "not finite",
    "wrong too", "wrong elsewhere", "other order of parts", "other result",
    # batches
    "lengths differ", "too many rows", "foreign", "unpaired", "batch length", "repeated",
    "fixed sample",
    "samples missing", "samples repeated", "empty batch", "batch sizes", "lost", "all lost",
    "never shuffled", "always the same", "seeds alike", "uneven ways", "uneven samples",
    "not random", "few results",
    # a descent
    "losses count", "descent", "inexact descent", "in one batch", "unmoved", "step scaled",
    "same move", "losses", "uneven use", "other sizes", "never used", "no way", "inexact b",
    "unshuffled", "same order", "epoch again", "same batches", "batches again", "no order",
    "other orders", "uneven orders", "seeds same batches", "same order without generator",
    "not converged", "kept finite", "infinite left out",
    # the data
    "off the line", "outside", "distribution", "moment", "correlated", "dependent", "default",
    "precision", "decimals", "repeats", "depends on number", "depends on neighbour",
    # the PyTorch stage
    "no module", "no linear", "parameters", "no tensor", "tensor shape", "forward", "no graph",
    "tensor values", "frozen", "forward changes",
    # a check
    "never calls", "calls by luck", "refuses", "lets through", "other exception", "refused by luck",
    "caught by luck", "swallows", "prints instead", "returns instead",
    # what a wrong descent is equal to
    "before short batch", "after update", "swapped", "more updates", "by batch_size", "summed",
    "by n", "all samples", "epoch's start", "every pair", "momentum", "never cleared",
    "cleared each epoch", "lr shrinks", "decay", "last batch only", "start", "last step",
    "losses are",
]
# fmt: on

# One that is no part of a name: float32 and float64 stay apart.
NUMBER = re.compile(r"(?<!\w)-?\d+(\.\d+)?(e[+-]?\d+)?")

Value = str | int | float | Sequence["Value"] | Mapping[str, "Value"]


class Finding(NamedTuple):
    """One fact: a code, and what it is about."""

    code: Code
    values: Mapping[str, Value]


def finding(code: Code, **values: Value) -> Finding:
    return Finding(code, values)


class Evidence(NamedTuple):
    """What a fact was seen on, for whoever looks for more: it stays in this process.

    Parameters
    ----------
    values : mapping
        The arguments of the call.
    value : object
        What came back, as a plain value.
    followed : object
        Of a descent, what it should have followed (`tests.judge.descents.Followed`).
    """

    values: Mapping[str, Any]
    value: Any
    followed: Any = None


@dataclass(frozen=True)
class Verdict:
    """Why a function is not done yet.

    Parameters
    ----------
    about : str
        The function, or the stage whose file cannot be imported.
    kind : Kind
        "waiting" is for another function, the `name` of the first finding.
    findings : tuple of Finding
        What was observed: true whatever the cause.
    call, got, expected : str
        The call, what it gave and what it should have, as Python writes them; "" where the words
        of the first finding's code say it.
    where, source : str
        File and line of the learner's, and that line's text.
    printed, paste : str
        What the code wrote, and the call to be pasted into a Python prompt.
    stand_ins : tuple of str
        Trusted functions that were in the place of the learner's in that call. Where there are
        any, a learner's own call may give something else.
    problem : ProblemKind, optional
        What kept the call from giving a result.
    resembles : tuple of Finding
        What the results are equal to instead, where no known mistake explains them.
    mistake, likely : str
        Name and sentence of the known mistake that explains everything.
    """

    about: str
    kind: Kind
    findings: tuple[Finding, ...]
    call: str = ""
    got: str = ""
    expected: str = ""
    where: str = ""
    source: str = ""
    printed: str = ""
    paste: str = ""
    stand_ins: tuple[str, ...] = ()
    problem: ProblemKind | None = None
    resembles: tuple[Finding, ...] = ()
    mistake: str = ""
    likely: str = ""
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

    @property
    def code(self) -> Code:
        """The code of the first finding."""
        return self.findings[0].code

    @property
    def complaint(self) -> list[list[str]]:
        """What two functions with the same mistake share: the findings without their numbers."""
        return [
            [one.code, *(NUMBER.sub("#", v) for v in one.values.values() if isinstance(v, str))]
            for one in self.findings
        ]


def to_plain(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain values, for another process."""
    plain: dict[str, Any] = without_numpy(asdict(replace(verdict, evidence=None)))
    return plain


def without_numpy(value: Any) -> Any:
    """Return the same value with Python's own numbers and lists."""
    if isinstance(value, Mapping):
        return {name: without_numpy(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_numpy(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def from_plain(plain: Mapping[str, Any]) -> Verdict:
    """Return the verdict that these plain values stand for."""
    found = {k: tuple(Finding(*f) for f in plain[k]) for k in ("findings", "resembles")}
    return Verdict(**{**plain, **found, "stand_ins": tuple(plain["stand_ins"])})


class Wrong(AssertionError):
    """The function gave a wrong answer: Hypothesis may look for a simpler case."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"{verdict.about}: {verdict.code}")
        self.verdict = verdict


class Halted(BaseException):
    """There is no use in calling the function again.

    Not an `Exception`, so that Hypothesis neither replays nor shrinks it: a call that hangs is
    made once.
    """

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"{verdict.about}: {verdict.code}")
        self.verdict = verdict
