"""What the judge knows of one function: the form of an entry in `tests.judge.functions`."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.judge.forms import Form
from tests.judge.formulas import Formula
from tests.judge.showing import Paste, Shown, paste_call, show_call
from tests.judged.submission import TORCH_PROBES
from tests.judged.values import Probe

Inputs = Mapping[str, Any]
Fingerprint = Callable[[Any], Iterator[Any]]  # from a `Subject`


class Exact(NamedTuple):
    """A function that has one right result, and how far rounding may lead from it.

    Parameters
    ----------
    nouns : tuple of str
        What a report calls the parts of the result; the last one all of them together.
    terms : callable
        From the arguments, for each part: the size of the terms that it is made of.
    base : callable or None
        From the arguments, for each part: what is subtracted before two results are put in
        relation (of a step: where it starts); nothing if it is None.
    cases : tuple of mappings
        The arguments of the hand-picked calls, simplest first.
    formulas : tuple of Formula
        What each part is made of, where that is a formula; none to say nothing of it.
    others : mapping
        From the arguments: results that are wrong in a way that has a name, to say if all that
        came are equal to them.
    """

    nouns: tuple[str, ...]
    terms: Callable[..., tuple[Any, ...]]
    base: Callable[..., tuple[float, ...]] | None
    cases: tuple[Inputs, ...]
    formulas: tuple[Formula, ...] = ()
    others: Mapping[str, Callable[..., tuple[Any, ...]]] = {}


@dataclass(frozen=True, kw_only=True)
class Function:
    """All that the judge knows of a function.

    Parameters
    ----------
    name, stage : str
        The function, and the module that has it. The order of the table is that of the stages.
    positional, keywords : tuple of str
        The parameters that the tests pass by position, and by name.
    parts : tuple of str
        The names of the parts of its result.
    form : Form
        What a result must look like, and its plain value.
    result : str
        The same in words, for a report.
    builds_on : tuple of str
        The functions that it may call: trusted versions stand in for them where the learner's
        are not right.
    trusted : callable or None
        A plain, right version, for functions that others build on or that have one right result.
    exact : Exact or None
        For functions with one right result.
    fingerprint : Fingerprint or None
        Yields what tells one mistake from another; None for a check, which is compared with none.
    hints : tuple of three str
        A question, an idea, nearly the answer.
    points : float or None
        In grading; None is for a bonus, which is skipped until it is written.
    probe : Probe
        What is asked of the judged side.
    shown, paste : callable
        How a call is shown, and how it is written for a Python prompt.
    """

    name: str
    stage: str
    positional: tuple[str, ...]
    keywords: tuple[str, ...]
    parts: tuple[str, ...]
    form: Form
    result: str
    builds_on: tuple[str, ...]
    trusted: Callable[..., Any] | None
    exact: Exact | None
    fingerprint: Fingerprint | None
    hints: tuple[str, str, str]
    points: float | None
    probe: Probe = "call"
    shown: Shown = show_call
    paste: Paste = paste_call

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself."""
        known = {*self.positional, *self.keywords}
        if self.exact and not all(set(case) == known for case in self.exact.cases):
            raise ValueError(f"{self.name}: a case has other arguments than {sorted(known)}")
        if self.exact and (self.trusted is None or len(self.exact.nouns) < len(self.parts)):
            raise ValueError(f"{self.name}: an exact function needs a trusted version, and nouns")
        probe = TORCH_PROBES.get(self.probe)
        if probe and {*inspect.signature(probe).parameters} != known | {"submission", "request"}:
            raise ValueError(f"{self.name}: the probe {self.probe} has other parameters")

    def must_know(self, values: Inputs) -> None:
        """Refuse arguments that the function does not have."""
        unknown = set(values) - {*self.positional, *self.keywords}
        if unknown:
            raise TypeError(f"{self.name} has no parameter {', '.join(sorted(unknown))}")
