"""The plain values that cross the boundary: what is asked, what came back, what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

CALL_SECONDS = 5.0  # a right call takes below 0.2 s, so that a slow machine has 25 times that
SERIES_SECONDS = 20.0  # for many calls in one request
IMPORT_SECONDS = 6.0  # a learner may import a large library
MOST_ITEMS = 64  # read from a result that should have two parts
MOST_ELEMENTS = 100_000  # copied from an array; a larger one is described by its shape


@dataclass(frozen=True)
class Seed:
    """Stands for a `numpy.random.Generator`, made anew on the judged side.

    It is `numpy.random.default_rng(value)`, or one over another bit generator.
    """

    value: int
    bits: str = "PCG64"

    def __repr__(self) -> str:
        if self.bits == "PCG64":
            return f"np.random.default_rng({self.value})"
        return f"np.random.Generator(np.random.{self.bits}({self.value}))"


# -- what is asked ----------------------------------------------------------------------------


class StandIn(NamedTuple):
    """The text of a trusted function, for a learner's function that is not right."""

    stage: str
    source: str


# How the arguments of a call are given, where it is not as plain floats and arrays of their own.
Dress = Literal["", "views", "read-only arrays", "strided arrays", "NumPy numbers", "by name"]
Probe = Literal["load", "call", "check", "model", "dataset", "pass", "training"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the judge asks of the judged side.

    Parameters
    ----------
    probe : Probe
        What is done: a stage's module is loaded, a function is called, a check is run on an
        implementation (`tests.judged.check_probe`), or PyTorch's part of the work is done around a
        learner's function (`tests.judged.torch_probes`).
    function, stage : str
        The learner's function, and the stage whose file has it.
    positional, keywords : mapping
        Plain values for its parameters. A `Seed` becomes a generator, which several calls share.
    needs : tuple of str
        Stages to import before, whose functions may have to be replaced.
    stand_ins : mapping
        Trusted functions to put in the place of the learner's, by name.
    seconds : float
        Time limit.
    times, sweep : int and str
        How many calls with the same values, and the keyword that is 0, 1, 2, … in them.
    most : int
        How many items of a sequence are read.
    first_only : bool
        Whether a result is only asked for its first item.
    dress : Dress
        How the arguments are given.
    global_seed, watch : int or None, and bool
        What Python's and the library's global generators are seeded with, and whether they must
        be left alone.
    draws : bool
        Whether a generator among the arguments must be another one after the calls.
    """

    probe: Probe
    function: str
    stage: str
    positional: Mapping[str, Any] = field(default_factory=dict)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    seconds: float = CALL_SECONDS
    times: int = 1
    sweep: str = ""
    most: int = MOST_ITEMS
    first_only: bool = False
    dress: Dress = ""
    global_seed: int | None = None
    watch: bool = False
    draws: bool = False


# -- what came back ---------------------------------------------------------------------------


class Number(NamedTuple):
    """A number: a Python float or int, a NumPy scalar, a 0-d array."""

    value: float


class Values(NamedTuple):
    """An array of at least one dimension."""

    array: Array


class Large(NamedTuple):
    """An array that is too large to be copied."""

    dtype: str
    shape: tuple[int, ...]


class Items(NamedTuple):
    """Anything that can be iterated over; not `complete` if there was more than was read."""

    type_name: str
    items: list["Description"]
    complete: bool


class Other(NamedTuple):
    """Whatever is none of these."""

    type_name: str
    text: str


Description = Number | Values | Large | Items | Other


class Calls(NamedTuple):
    """The results of several calls."""

    items: list[Description]


class Model(NamedTuple):
    """A learner's model: names and shapes of its parameters, the type of its `linear`.

    `slopes` are the gradients of the prediction's sum, none if it has no graph; `again` is a second
    prediction, in `eval()` and without gradients.
    """

    parameters: list[str]
    linear: str
    prediction: Description
    slopes: list[float]
    again: Description


class Trained(NamedTuple):
    """The parameters after a training, what its calls returned, and if gradients are left."""

    w: float
    b: float
    returned: list[Description]
    has_gradients: bool


Result = Description | Calls | Model | Trained


# -- what went wrong --------------------------------------------------------------------------

ProblemKind = Literal[
    "not started",
    "missing",  # the file has no such function
    "import",  # its file cannot be imported, for `cause`
    "raised",
    "exit",
    "input",
    "timeout",
    "mutated",
    "global state",
    "generator state",
    "pytorch state",
    "model unused",
    # only where the code has a process of its own
    "time used up",
    "no turn",
    "memory",
    "killed",
    "signal",
    "ended",
    "files",
    "threads",
    "channel",
    "protocol",
    "too much",
]


@dataclass(frozen=True)
class Problem:
    """What kept a call from giving a result.

    Parameters
    ----------
    kind : ProblemKind
        What happened.
    text : str
        The exception's own words, or whatever else the kind is about.
    name : str
        The function, argument or exception that the kind is about.
    kinds : tuple of str
        The built-in classes that an exception is an instance of.
    where : tuple of str and int, optional
        A file and a line of the learner's.
    code : str
        That line's text.
    seconds : float
        The time limit that is over.
    cause : ProblemKind, optional
        What kept a module from being imported.
    """

    kind: ProblemKind
    text: str = ""
    name: str = ""
    kinds: tuple[str, ...] = ()
    where: tuple[str, int] | None = None
    code: str = ""
    seconds: float = 0.0
    cause: ProblemKind | None = None


class Stopped(Exception):
    """Carries a problem out of a request."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


FLOAT64 = np.dtype(np.float64)
