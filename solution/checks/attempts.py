"""Implementations to count verdicts on: right ones, known mistakes, pairs of them, mutants, ranges.

Each is one function, with what is known to be true of it.
"""

import ast
import builtins
import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple, cast

import numpy as np

from solution import batching, data, descent, gradients, training
from solution.checks.mutants import merged, mutants, source_of
from solution.checks.styles import STYLES
from tests.judge import mistakes, trusted
from tests.judge.functions import FUNCTIONS, STAGES
from tests.judge.mistakes import Mistake, known

JUDGED = [name for names in STAGES.values() for name in names]
MODULES = (data, gradients, batching, descent, training)
SOLUTION = {name: getattr(module, name) for module in MODULES for name in vars(module)}


class Attempt(NamedTuple):
    """One implementation of one function.

    Parameters
    ----------
    name : str
        Where it comes from, and what was changed.
    function : str
        The function that it is meant to be.
    code : callable
        The implementation.
    source : str
        Its text, where there is one.
    causes : tuple of str
        The names of the known mistakes that it has, where that is known.
    without : tuple of str
        The known mistakes that are taken out of the catalogue to judge it.
    """

    name: str
    function: str
    code: Callable[..., Any]
    source: str = ""
    causes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def right(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield the solution's functions, and those in other styles."""
    for name in functions:
        yield Attempt("solution", name, SOLUTION[name], inspect.getsource(SOLUTION[name]))
    for style in STYLES:
        if style.function in functions:
            source = source_of(style.implementation)
            yield Attempt(style.name, style.function, style.implementation, source)


def catalogue(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield the known mistakes, each judged by a catalogue that has it."""
    for entry in itertools.chain.from_iterable(map(known, functions)):
        yield Attempt(entry.name, entry.function, entry.implementation, causes=(entry.name,))


def left_out(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield the known mistakes, each judged by a catalogue without it."""
    for entry in itertools.chain.from_iterable(map(known, functions)):
        yield Attempt(entry.name, entry.function, entry.implementation, without=(entry.name,))


# -- mutants ----------------------------------------------------------------------------------


def mutated(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield every right implementation with one thing spoilt."""
    for style in right(functions):
        if getattr(style.code, "__closure__", None):  # it cannot be made again from its text
            continue
        source = source_of(style.code)
        for what, code in mutants(source):
            made = compiled(code, style.code.__name__, vars(inspect.getmodule(style.code)))
            if made is not None:
                yield Attempt(f"{style.name}: {what}", style.function, made, code)


def compiled(source: str, name: str, names: Mapping[str, Any]) -> Callable[..., Any] | None:
    """Return the function that a source defines, as if it were a known mistake's."""
    # the time limit holds for code of this folder
    file = str(Path(mistakes.__file__).parent / "spoilt.py")
    space = dict(names)
    try:
        exec(compile(source, file, "exec"), space)
    except Exception:  # a mutant of a name that is looked up at once
        return None
    found: Callable[..., Any] = space[name]
    return found


# -- pairs ------------------------------------------------------------------------------------

# Right code as the known mistakes are written, beside the solution and its other styles.
BASES = {
    "make_data": """
def base(n=1000, *, w=3.0, b=2.0, noise=0.1, seed=42):
    x, epsilon = draw(n, seed)
    return (x, w * x + b + noise * epsilon)
""",
    "sample_batch": """
def base(x, y, batch_size, rng):
    rows = rng.permutation(check(x, batch_size))[:batch_size]
    return (x[rows], y[rows])
""",
    "shuffled_batches": """
def base(x, y, batch_size, rng):
    n = check_both(x, y, batch_size)
    order = rng.permutation(n)
    return cut(x, y, batch_size, order)
""",
}
# Right loops of the catalogue, of which each mistake changes a part.
LOOPS = {"minibatch_gd": "run", "train_epoch": "one_pass", "train": "full_run"}


def pairs(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield two known mistakes at once, where there is a way to put them into one function."""
    for function in functions:
        for one, two in itertools.combinations(known(function), 2):
            code, source = pair(one, two)
            if code is not None:
                name, causes = f"{one.name} + {two.name}", (one.name, two.name)
                yield Attempt(name, function, code, source, causes)


def pair(one: Mistake, two: Mistake) -> tuple[Callable[..., Any] | None, str]:
    """Return one function with both mistakes, and its text if there is one."""
    if one.function in LOOPS:
        return nested(one, two) or nested(two, one), ""
    sources = [renamed(mistake.implementation) for mistake in (one, two)]
    names = vars(inspect.getmodule(one.implementation))
    found = [merged(base, *sources) for base in bases(one.function)]
    code = min((c for c in found if c and not unknown(c, names)), key=len, default="")
    return compiled(code, "base", names) if code else None, code


def unknown(source: str, known: Mapping[str, Any]) -> set[str]:
    """Return the names that a source uses and has not: its parts come from different bases."""
    nodes = [*ast.walk(ast.parse(source))]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    made = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {node.id for node in names} - made - {*known} - {*vars(builtins)}


@functools.cache
def renamed(implementation: Callable[..., Any]) -> str:
    """Return a function's code under the name of the bases."""
    return source_of(implementation).replace(f"def {implementation.__name__}(", "def base(", 1)


@functools.cache
def bases(function: str) -> list[str]:
    """Return right versions of a function that need no names of their own module's."""
    found = [renamed(style.code) for style in right([function])]
    if FUNCTIONS[function].trusted:
        found.append(renamed(getattr(trusted, function)))
    return [BASES[function].strip(), *found] if function in BASES else found


def nested(outer: Mistake, inner: Mistake) -> Callable[..., Any] | None:
    """Return a mistake whose right loop has another mistake; None if they change the same part."""
    name = LOOPS[outer.function]
    ours, theirs = parts(outer), parts(inner)
    use = all(name in cast(Any, m.implementation).__code__.co_names for m in (outer, inner))
    if not use or {*ours} & {*theirs}:
        return None
    made = copy_of(outer.implementation)
    loop = functools.partial(made.__globals__[name], **theirs) if theirs else inner.implementation
    made.__globals__[name] = loop
    return made


def copy_of(function: Any) -> FunctionType:
    """Return a function with module variables of its own."""
    made = FunctionType(
        function.__code__,
        {**function.__globals__},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def parts(mistake: Mistake) -> dict[str, Any]:
    """Return the parts of the right loop that a mistake replaces, where it does no more."""
    code: Any = mistake.implementation
    held = dict(zip(code.__code__.co_freevars, code.__closure__ or (), strict=True))
    return held["parts"].cell_contents if "parts" in held else {}


# -- ranges -----------------------------------------------------------------------------------

Condition = Callable[[Mapping[str, Any]], bool]


def larger(name: str, than: float) -> Condition:
    return lambda a: bool(abs(a[name]) > than)


def more(than: int, to: float = np.inf) -> Condition:
    return lambda a: than < len(a["x"]) <= to


SIZES = {"from 9 samples": more(8), "from 13 to 199": more(12, 199), "above 200": more(200)}
NUMBERS = {
    "|w| above 1e7": larger("w", 1e7),
    "|b| above 5": larger("b", 5),
    "w an int": lambda a: isinstance(a["w"], int),
    "b a NumPy number": lambda a: isinstance(a["b"], np.generic),
}
ARRAYS = {
    "a read-only x": lambda a: not a["x"].flags.writeable,
    "a strided x": lambda a: not a["x"].flags.c_contiguous,
    "large x": lambda a: bool(np.abs(a["x"]).max() > 1e7),
}
GENERATORS = {
    "not PCG64": lambda a: type(a["rng"].bit_generator).__name__ != "PCG64",
}
# For each function, a mistake outside of a range, and the ranges.
RANGES: dict[str, tuple[str, dict[str, Condition]]] = {
    "make_data": (
        "no noise",
        {
            "n from 51 to 249": lambda a: 50 < a["n"] < 250,
            "n above 250": larger("n", 250),
            "n the default": lambda a: a["n"] == 1000,
            "noise above 5": larger("noise", 5),
            "w above 5": larger("w", 5),
            "seeds from 2000": larger("seed", 1999),
        },
    ),
    "predict": ("subtracts b", SIZES | NUMBERS | ARRAYS),
    "mse_loss": ("halves the loss", SIZES | NUMBERS | ARRAYS),
    "mse_gradients": ("the 2 is missing", SIZES | NUMBERS | ARRAYS),
    "sgd_step": (
        "steps uphill",
        NUMBERS | {"negative lr": lambda a: a["lr"] < 0, "dw above 1e7": larger("dw", 1e7)},
    ),
    "sample_batch": ("always the first", SIZES | GENERATORS),
    "shuffled_batches": (
        "not shuffled",
        SIZES | GENERATORS | {"batch_size above 32": larger("batch_size", 32)},
    ),
    "minibatch_gd": (
        "frozen within an epoch",
        {
            "from 8 samples": more(7),
            "from epoch 4": larger("epochs", 3),
            "another start": lambda a: a["w"] != 0 and len(a["x"]) > 7,
        },
    ),
}


def ranges(functions: Sequence[str] = JUDGED) -> Iterator[Attempt]:
    """Yield what is right inside of a range of arguments, and a known mistake outside of it."""
    for function in (name for name in functions if name in RANGES):
        name, conditions = RANGES[function]
        (wrong,) = (entry for entry in known(function) if entry.name == name)
        for where, condition in conditions.items():
            code = outside(condition, wrong.implementation, SOLUTION[function])
            yield Attempt(f"{name}: {where}", function, code)


def outside(
    condition: Condition, wrong: Callable[..., Any], solved: Callable[..., Any]
) -> Callable[..., Any]:
    """Return a function that is wrong where a condition holds."""
    signature = inspect.signature(solved)

    def both(*args: Any, **values: Any) -> Any:
        bound = signature.bind(*args, **values)
        bound.apply_defaults()
        return (wrong if condition(bound.arguments) else solved)(*args, **values)

    return both
