"""The judged side of the boundary: runs the learner's code and describes what came back.

Requests come in as plain values and go out as plain values: numbers, arrays, texts, and
tuples of them. Nothing in here knows an expected value, and no object of the learner's leaves
it, so that this side can as well live in another process than the tests.
"""

import ast
import functools
import importlib
import itertools
import linecache
import os
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.containment import ProcessEnd, contained
from tests.limits import Limit, OutOfTime

Array = NDArray[Any]
Description = tuple[Any, ...]  # what came back, see `describe`
FLOAT64 = np.dtype(np.float64)

STAGES = {
    "data": ["make_data"],
    "gradients": ["predict", "mse_loss", "mse_gradients", "sgd_step"],
    "batching": ["sample_batch", "shuffled_batches"],
    "descent": ["minibatch_gd"],
    "training": ["LinearRegression", "to_dataset", "train_epoch", "train"],
}
BONUS = {"scan": ["update_map", "compose", "minibatch_gd_scan"]}  # no stage waits for it
FILES = STAGES | BONUS
STAGE_OF = {name: stage for stage, names in FILES.items() for name in names}

# What must be imported before, so that trusted functions can be put into their place.
USES = {
    "descent": ("data", "gradients", "batching"),
    "training": ("data", "gradients", "batching", "descent"),
    "scan": ("gradients", "batching", "descent"),
}

CALL_SECONDS = 5.0  # a right call takes below 0.2 s, so that a slow machine has 25 times that
SWEEP_SECONDS = 20.0  # for many calls in one request
IMPORT_SECONDS = 6.0  # a learner may import a large library
MOST_ITEMS = 64  # read from a result that should have two parts
MOST_ELEMENTS = 100_000  # copied from an array; a larger one is described by its shape


# Trusted versions of functions come with the request that needs them, as source text, by name.
Trust = Mapping[str, str]
NOTHING: Trust = {}


@dataclass(frozen=True)
class Seed:
    """Stands for `numpy.random.default_rng(value)`, made anew on the judged side."""

    value: int

    def __repr__(self) -> str:
        return f"np.random.default_rng({self.value})"


@dataclass(frozen=True)
class Problem:
    """What kept a call from giving a result.

    `kind` is one of: not started, missing, import, raised, exit, input, timeout, mutated, global
    state; where the code has a process of its own also memory, crashed, protocol. `text` says what
    happened; `where` is a file and a line of the learner's, `code` that line's text, `name` the
    function, argument or exception that the kind is about, `kinds` the built-in classes that the
    exception is an instance of, `cause` the kind of what kept a module from being imported.
    """

    kind: str
    text: str
    where: tuple[str, int] | None = None
    code: str = ""
    name: str = ""
    kinds: tuple[str, ...] = ()
    cause: str = ""


class Stopped(Exception):
    """Carries a problem out of a probe."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


# -- describing what came back ---------------------------------------------------------------
# ("number", float) · ("array", ndarray) · ("large", dtype, shape) ·
# ("sequence", type name, [descriptions], complete) · ("other", type name, text)


def type_name(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def describe(value: Any, most: int = MOST_ITEMS, depth: int = 3) -> Description:
    """Describe a value by plain data; at most `most` items of a sequence are read."""
    kind = type(value)
    if (
        kind is np.ndarray
        and value.dtype is FLOAT64
        and value.ndim
        and 0 < value.size <= MOST_ELEMENTS
    ):
        return "array", value.copy()  # what nearly all are
    if kind is float or kind is int:
        try:
            return "number", float(value)
        except OverflowError:
            return "other", "int", "an integer too large for float64"
    if kind is np.ndarray or isinstance(value, np.number):
        if value.dtype.kind not in "biuf":
            return "other", f"array of dtype {value.dtype}", short_repr(value)
        if value.ndim == 0 and value.dtype.kind != "b":
            return "number", float(value)
        if max([value.size, *value.shape]) > MOST_ELEMENTS:
            return "large", str(value.dtype), value.shape
        return "array", np.array(value)
    if kind is tuple and depth and len(value) <= most:
        return "sequence", "tuple", [describe(item, most, depth - 1) for item in value], True
    plain = (str, bytes, bytearray, dict, set, frozenset, bool, np.generic, np.ndarray, type(None))
    if depth and not isinstance(value, plain) and not type_name(value).startswith("torch."):
        try:
            iterator = iter(value)
        except TypeError:
            return "other", type_name(value), short_repr(value)
        # all items first: one that changes when the next is made is wrong in a list
        raw = list(itertools.islice(iterator, most + 1))
        items = [describe(item, most, depth - 1) for item in raw[:most]]
        return "sequence", type_name(value), items, len(raw) <= most
    graph = " that requires grad" if getattr(value, "requires_grad", False) is True else ""
    return "other", type_name(value) + graph, short_repr(value)


def short_repr(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<its repr raises {type(error).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."


def unwritten(stage: str, function: str) -> Callable[..., Any]:
    """Return a stub to stand for a function that a module does not have."""

    def stub(*arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f"{stage}: {function}")

    return stub


def mentioned(name: str, files: Mapping[str, bytes]) -> bool:
    """Whether some file has a function's name, but for where the function is defined and said."""
    own = f"{STAGE_OF[name]}.py"
    said = re.compile(rf"def {name}\b|: {name}\b".encode())  # "gradients: predict", in its stub
    return any(
        re.search(rf"\b{name}\b".encode(), said.sub(b"", text) if file == own else text)
        or (b"import *" in text and file != own)
        for file, text in files.items()
    )


@functools.cache
def compiled(name: str, source: str) -> Any:
    """Return the function of this name that the source text defines."""
    space: dict[str, Any] = {"np": np, "Any": Any}
    exec(source, space)
    return space[name]


# -- the submission ---------------------------------------------------------------------------


class Submission:
    """The five modules in one folder, imported as `package` when they are first needed."""

    def __init__(self, folder: Path, package: str) -> None:
        self.folder = folder.resolve()
        self.package = package
        self.modules: dict[str, ModuleType] = {}
        self.broken: dict[str, Problem] = {}  # stage: why its module cannot be imported
        self.absent: set[str] = set()  # functions that their module does not have
        self.limit = Limit(self.is_judged)
        self.printed = ""  # what the last call wrote, or its beginning
        self._passed_on = [0]
        self._own_modules: dict[str, ModuleType] = {}
        self._untouched: dict[str, bool] = {}
        self._mentioned: dict[str, bool] = {}

    def is_judged(self, frame: FrameType) -> bool:
        return self.owns(frame.f_code.co_filename)

    def owns(self, filename: str) -> bool:
        return filename.startswith(f"{self.folder}{os.sep}")

    # importing

    def _activate(self) -> None:
        """Let `import kata.…` mean this folder, even if another one was judged before."""
        present = sys.modules.get(self.package)
        if present is not None and self._own_modules.get(self.package) is present:
            return
        if list(getattr(present, "__path__", [])) == [str(self.folder)]:
            return
        for name in list(sys.modules):
            if name == self.package or name.startswith(self.package + "."):
                del sys.modules[name]
        if not self._own_modules:
            package = ModuleType(self.package)
            package.__path__ = [str(self.folder)]
            self._own_modules[self.package] = package
        sys.modules.update(self._own_modules)

    def load(self, stage: str) -> None:
        """Import a stage's module, once; `broken` tells if that failed."""
        self._activate()
        if stage in self.modules:
            return
        if stage == "training":
            self.limit.rest()
            importlib.import_module("torch")  # takes a second that is not the learner's
        name = f"{self.package}.{stage}"
        if not (self.folder / f"{stage}.py").is_file():
            self.broken.setdefault(stage, Problem("import", "there is no such file"))
        keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            with self.guard(IMPORT_SECONDS):
                if stage in self.broken:
                    raise Stopped(self.broken[stage])
                module = importlib.import_module(name)
        except Stopped as stopped:
            problem = stopped.problem
            cause = "crashed" if problem.name == "ProcessEnd" else problem.kind
            self.broken.setdefault(stage, replace(problem, kind="import", cause=cause))
            module = ModuleType(name)
            sys.modules[name] = module
        finally:
            sys.dont_write_bytecode = keep
        self.modules[stage] = module
        self._own_modules[name] = module
        for function in FILES[stage]:
            if not hasattr(module, function):
                self.absent.add(function)
                setattr(module, function, unwritten(stage, function))  # for later stages to import

    def find(self, name: str) -> Any:
        """Return the learner's function, or raise `Stopped` if there is none."""
        stage = STAGE_OF[name]
        unwritten = Problem("not started", "is not written yet", name=name)
        if stage == "training" and self._is_untouched(stage):  # do not wait for PyTorch
            raise Stopped(unwritten)
        if stage in BONUS and not (self.folder / f"{stage}.py").is_file():
            raise Stopped(unwritten)
        for other in [*USES.get(stage, ()), stage]:
            self.load(other)
        if stage in self.broken:
            raise Stopped(self.broken[stage])
        if name in self.absent:
            text = f"there is no {name} in {stage}.py"
            raise Stopped(Problem("missing", text, name=name))
        return getattr(self.modules[stage], name)

    def _is_untouched(self, stage: str) -> bool:
        """Whether every function in a file still only raises its NotImplementedError."""
        if stage not in self._untouched:
            try:
                tree = ast.parse((self.folder / f"{stage}.py").read_bytes())
            except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
                return False
            functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
            self._untouched[stage] = {STAGE_OF.get(f.name) for f in functions} >= {stage} and all(
                ast.unparse(f.body[-1]).startswith(f"raise NotImplementedError('{stage}: ")
                and all(isinstance(s, ast.Expr) for s in f.body[:-1])
                for f in functions
            )
        return self._untouched[stage]

    @contextmanager
    def trusting(self, trust: Trust) -> Iterator[None]:
        """Put trusted functions in the place of the learner's, wherever they are used."""
        changed: list[tuple[dict[str, Any], str, Any]] = []
        own = {id(getattr(self.modules.get(STAGE_OF[n]), n, None)): n for n in trust}
        own.pop(id(None), None)
        for module in self.modules.values() if trust else ():
            for key, value in list(vars(module).items()):
                if id(value) in own:
                    name = own[id(value)]
                    changed.append((vars(module), key, value))
                    vars(module)[key] = compiled(name, trust[name])
        try:
            yield
        finally:
            for space, key, value in changed:
                space[key] = value

    def mentions(self, name: str) -> bool:
        """Whether another function may use this one: whether its name is anywhere else."""
        if name not in self._mentioned:
            self._mentioned[name] = mentioned(
                name, {file.name: file.read_bytes() for file in self.folder.glob("*.py")}
            )
        return self._mentioned[name]

    # running

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Turn whatever the learner's code does wrong into a `Stopped`."""
        try:
            with contained(self._passed_on) as output:
                try:
                    with self.limit(seconds):
                        yield
                finally:
                    self.printed = output.head
        except Stopped:
            raise
        except OutOfTime:
            where = self.limit.where
            unit = "second" if seconds == 1 else "seconds"
            problem = Problem("timeout", f"is still running after {seconds:g} {unit}")
            raise Stopped(self._located(problem, where)) from None
        except SyntaxError as error:
            where = (error.filename or "", error.lineno or 0)
            problem = Problem("raised", f"{type(error).__name__}: {error.msg}", name="SyntaxError")
            raise Stopped(self._located(problem, where)) from error
        except NotImplementedError as error:
            where = self._last_own_line(error.__traceback__)
            stub = str(error).partition(": ")[2].partition(".")[0]
            kind = "not started" if stub in STAGE_OF else "raised"
            problem = Problem(kind, exception_text(error), name=stub)
            raise Stopped(self._located(problem, where)) from error
        except BaseException as error:
            where = self._last_own_line(error.__traceback__)
            if isinstance(error, KeyboardInterrupt) and not self._raises(where, error):
                raise  # it was the user's
            kind = "exit" if isinstance(error, SystemExit | ProcessEnd) else "raised"
            text = exception_text(error)
            # pytest's own words are about its options; elsewhere there is nothing to read
            if "reading from stdin" in text or "EOF when reading a line" in text:
                kind, text = "input", "waits for input from the keyboard"
            own = type(error).__mro__
            kinds = tuple(base.__name__ for base in own if base.__module__ == "builtins")
            problem = Problem(kind, text, name=type(error).__name__, kinds=kinds)
            raise Stopped(self._located(problem, where)) from error

    def _raises(self, where: tuple[str, int] | None, error: BaseException) -> bool:
        """Whether a line of the learner's raises this exception by name."""
        return where is not None and type(error).__name__ in linecache.getline(*where)

    def _last_own_line(self, traceback: TracebackType | None) -> tuple[str, int] | None:
        where = None
        while traceback is not None:
            if self.owns(traceback.tb_frame.f_code.co_filename):
                where = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            traceback = traceback.tb_next
        return where

    def _located(self, problem: Problem, where: tuple[str, int] | None) -> Problem:
        if where is None or not self.owns(where[0]):
            return problem
        linecache.checkcache(where[0])
        code = linecache.getline(*where).strip()
        return replace(problem, where=where, code=code)

    def run(self, probe: str, **request: Any) -> Description | Problem:
        """Answer one request: a description of the result, or the problem.

        Parameters
        ----------
        probe : str
            The name of one of the functions marked as a probe, below.
        **request
            Its arguments, plain values.
        """
        try:
            return PROBES[probe](self, **request)
        except Stopped as stopped:
            return stopped.problem


def exception_text(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    text = text if len(text) <= 160 else text[:157] + "..."
    if isinstance(error, SystemExit):
        return "sys.exit"
    name = "" if isinstance(error, ProcessEnd) else type(error).__name__
    return ": ".join(part for part in (name, text) if part)


# -- probes -----------------------------------------------------------------------------------

PROBES: dict[str, Callable[..., Description]] = {}


def probe(function: Callable[..., Description]) -> Callable[..., Description]:
    """Mark a function as a probe: it can be asked for by name."""
    PROBES[function.__name__] = function
    return function


def fresh(value: Any, made: dict[Seed, np.random.Generator]) -> Any:
    """Return what the learner's code gets for a plain value: a copy, a generator for a seed."""
    if isinstance(value, Seed):
        return made.setdefault(value, np.random.default_rng(value.value))
    return value.copy() if isinstance(value, np.ndarray) else value


def unchanged(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name, value in before.items():
        if isinstance(value, np.ndarray):
            now = after[name]
            # by its bytes: the code that was called may have changed NumPy's comparisons
            same = now.shape == value.shape and now.dtype == value.dtype
            if not same or now.tobytes() != value.tobytes():
                text = f"changes its argument {name} in place"
                raise Stopped(Problem("mutated", text, name=name))


@probe
def call(
    submission: Submission,
    function: str,
    positional: dict[str, Any],
    keywords: dict[str, Any],
    times: int = 1,
    sweep: str = "",
    most: int = MOST_ITEMS,
    first_only: bool = False,
    stir: int | None = None,
    watch: bool = False,
    seconds: float | None = None,
    trust: Trust = NOTHING,
) -> Description:
    """Call a function `times` times with the same values, and describe each result.

    A `Seed` becomes one generator, which the calls share. With `sweep`, the keyword of that name
    is 0, 1, 2, … in the calls. `stir` seeds Python's and NumPy's
    global generators; with `watch`, the learner must leave NumPy's as it is. With
    `first_only`, a result is only asked for its first item.
    """
    learners = submission.find(function)
    made: dict[Seed, np.random.Generator] = {}
    before = {**positional, **keywords}
    given = {name: fresh(value, made) for name, value in before.items()}
    arguments = [given[name] for name in positional]
    options = {name: given[name] for name in keywords}
    results = []
    with global_state(stir, watch):
        with (
            submission.guard(seconds or (CALL_SECONDS if times == 1 else SWEEP_SECONDS)),
            submission.trusting(trust),
            np.errstate(all="ignore"),
        ):
            for turn in range(times):
                if sweep:
                    options[sweep] = turn
                value = learners(*arguments, **options)
                if first_only and hasattr(value, "__iter__"):
                    value = next(iter(value), None)
                results.append(describe(value, most))
        unchanged(before, given)
    return results[0] if times == 1 else ("sequence", "calls", results, True)


@contextmanager
def global_state(stir: int | None, watch: bool) -> Iterator[None]:
    """Seed the global generators, see whether NumPy's is left alone, and put it back."""
    if stir is None and not watch:
        yield
        return
    kept = np.random.get_state(legacy=False)
    try:
        if stir is not None:
            random.seed(stir)
            np.random.seed(stir)
        before = np.random.get_state(legacy=False) if watch else {}
        yield
        if watch and not same_state(before, np.random.get_state(legacy=False)):
            text = "draws from NumPy's global random state, or reseeds it"
            raise Stopped(Problem("global state", text))
    finally:
        np.random.set_state(kept)


def same_state(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    a, b = dict(one["state"]), dict(other["state"])
    return (
        np.array_equal(a.pop("key"), b.pop("key"))
        and a == b
        and one["has_gauss"] == other["has_gauss"]
    )


# -- probes of the PyTorch stage: torch is imported when the first of them runs ---------------


def line(w: float, b: float) -> Any:
    """Return a right model with these parameters."""
    from torch import nn

    class Line(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(1, 1)

        def forward(self, x: Any) -> Any:
            return self.linear(x)

    model = Line()
    set_parameters(model, w, b)
    return model


def set_parameters(model: Any, w: float, b: float) -> None:
    import torch

    with torch.no_grad():
        model.linear.weight.fill_(w)
        model.linear.bias.fill_(b)


def lopsided(prediction: Any, target: Any) -> Any:
    """Return a loss that counts a prediction above its target three times."""
    residual = prediction - target
    return (residual**2 * (1 + 2 * (residual > 0))).mean()


@contextmanager
def torch_defaults() -> Iterator[None]:
    """Put PyTorch's settings back that the learner's code may have changed."""
    import torch

    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)


def parameters(model: Any) -> Description:
    weight, bias = model.linear.weight.detach(), model.linear.bias.detach()
    return "sequence", "parameters", [("number", float(weight)), ("number", float(bias))], True


def tensors(*arrays: Array) -> Any:
    import torch
    from torch.utils.data import TensorDataset

    return TensorDataset(*(torch.tensor(a, dtype=torch.float32) for a in arrays))


def describe_tensor(value: Any) -> Description:
    import torch

    if type(value) is not torch.Tensor:
        return "other", type_name(value), short_repr(value)
    array = value.detach().cpu().numpy()
    if array.dtype.kind not in "biuf":
        return "other", f"tensor of dtype {value.dtype}", short_repr(value)
    if array.size > MOST_ELEMENTS:
        return "large", str(value.dtype), array.shape
    return "array", array.copy()


@probe
def model(
    submission: Submission, w: float, b: float, x: Array, trust: Trust = NOTHING
) -> Description:
    """Make a `LinearRegression`, set its parameters, and describe it and its prediction.

    The result has four parts: the names and shapes of the parameters, what `linear` is, the
    prediction, and the gradients of the prediction's sum.
    """
    made = submission.find("LinearRegression")
    import torch
    from torch import nn

    with torch_defaults(), submission.guard(CALL_SECONDS):
        learners: Any = made()
        is_module = isinstance(learners, nn.Module)
        if not is_module:
            return "other", type_name(learners), short_repr(learners)
        names = sorted(f"{n} {tuple(p.shape)}" for n, p in learners.named_parameters())
        linear = type_name(getattr(learners, "linear", None))
        if type(getattr(learners, "linear", None)) is not nn.Linear or len(names) != 2:
            return "model", names, linear, ("other", "nothing", ""), []
        set_parameters(learners, w, b)
        prediction = learners(torch.tensor(x, dtype=torch.float32))
        gradients = []
        if isinstance(prediction, torch.Tensor) and prediction.requires_grad:
            prediction.sum().backward()  # type: ignore[no-untyped-call]
            gradients = [
                float("nan") if p.grad is None else float(p.grad.sum())
                for p in (learners.linear.weight, learners.linear.bias)
            ]
        return "model", names, linear, describe_tensor(prediction), gradients


@probe
def dataset(submission: Submission, x: Array, y: Array, trust: Trust = NOTHING) -> Description:
    """Describe the tensors of the data set that `to_dataset` makes."""
    function = submission.find("to_dataset")
    import torch
    from torch.utils.data import TensorDataset

    given = {"x": x.copy(), "y": y.copy()}
    with torch_defaults(), submission.guard(CALL_SECONDS):
        made = function(given["x"], given["y"])
        unchanged({"x": x, "y": y}, given)
        if not isinstance(made, TensorDataset):
            return "other", type_name(made), short_repr(made)
        described = [describe_tensor(t) for t in made.tensors]
        if type(made) is not TensorDataset:  # it may have items of its own
            items = [made[index] for index in range(len(made))]
            described = [
                describe_tensor(torch.stack(column)) for column in zip(*items, strict=True)
            ]
        return "sequence", "TensorDataset", described, True


@probe
def train_epoch(
    submission: Submission,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    w: float,
    b: float,
    loss: str = "MSELoss()",
    times: int = 1,
    trust: Trust = NOTHING,
) -> Description:
    """Run `train_epoch` on a right model, unshuffled batches, and plain SGD.

    The result has three parts: the parameters at the end, what the calls returned, and whether
    gradients other than 0 are left.
    """
    function = submission.find("train_epoch")
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    right = line(w, b)
    submission.limit.rest()  # the first optimizer takes seconds, and not the learner's
    loader = DataLoader(tensors(x, y), batch_size=batch_size)
    optimizer = torch.optim.SGD(right.parameters(), lr=lr)
    kind, _, options = loss.partition("(")
    loss_fn: Any = lopsided
    if kind != "Lopsided":
        loss_fn = getattr(nn, kind)(reduction="sum" if "sum" in options else "mean")
    returned = []
    for _ in range(times):
        with (
            torch_defaults(),
            submission.guard(CALL_SECONDS),
            submission.trusting(trust),
        ):
            returned.append(describe(function(right, loader, loss_fn, optimizer)))
            at_end = parameters(right)
    left = any(p.grad is not None and bool(p.grad.any()) for p in right.parameters())
    gradients = ("number", float(left))
    calls = ("sequence", "calls", returned, True)
    return "sequence", "trained", [at_end, calls, gradients], True


@probe
def train(
    submission: Submission,
    x: Array,
    y: Array,
    batch_size: int,
    lr: float,
    epochs: int,
    w: float,
    b: float,
    seed: int | None = 0,
    stir: int = 0,
    trust: Trust = NOTHING,
) -> Description:
    """Run `train` on a right model and data set.

    The result has two parts: the parameters at the end, and the losses. `seed` is the
    generator's (none if it is None), `stir` the one of PyTorch's global generator.
    """
    function = submission.find("train")
    import torch

    submission.limit.rest()
    torch.optim.SGD([torch.zeros(1)], lr=0.1)  # the first one takes seconds, and not the learner's
    right = line(w, b)
    data = tensors(x, y)
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    state = torch.get_rng_state()
    mark = 20_000_000 + stir  # an unusual seed, so that a reseeding shows
    torch.default_generator.manual_seed(mark)  # the CPU one: to seed all takes longer than to train
    try:
        with (
            torch_defaults(),
            submission.guard(CALL_SECONDS),
            submission.trusting(trust),
        ):
            returned = describe(
                function(
                    right, data, batch_size=batch_size, lr=lr, epochs=epochs, generator=generator
                ),
                most=2 * epochs + 8,
            )
            at_end = parameters(right)
        if torch.initial_seed() != mark:
            raise Stopped(Problem("global state", "reseeds PyTorch's global generator"))
    finally:
        torch.set_rng_state(state)
    return "sequence", "trained", [at_end, returned], True
