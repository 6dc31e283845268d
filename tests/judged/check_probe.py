"""The probe of a learner's checks: runs one on an implementation that is made here, from text.

The check runs beside the learner's other code, and with it what it is to judge. Whether that is
right is not known here.
"""

import functools
import inspect
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any

import hypothesis
import hypothesis.core
import numpy as np
from hypothesis._settings import local_settings

from tests.judged.describing import short_repr, type_name
from tests.judged.limits import being_debugged
from tests.judged.modules import Modules
from tests.judged.values import Items, Number, Other, Request, Result

# Hypothesis in a check: no verdict that depends on a machine's speed, nothing remembered on disk,
# no simpler example, which nobody would read, and as many of them as take no time.
SETTINGS = hypothesis.settings(
    derandomize=False,
    database=None,
    deadline=None,
    max_examples=25,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile("checks", SETTINGS)


def check(submission: Modules, request: Request) -> Result:
    """Run a check on one implementation.

    Parameters
    ----------
    submission : Modules
        Whose check it is.
    request : Request
        Its keywords are `target`, the function that is implemented; `helpers` and `text`, the
        sources of what an implementation may use and of itself; `number`, which it may depend on;
        `luck`, a seed of all that the check may draw without one; `look_inside`, whether to look
        for exceptions that it catches.

    Returns
    -------
    Result
        The number of calls of the implementation, what the check returned, and the number of
        AssertionErrors that it caught itself. One that it raised, after a call, is a problem as
        any other exception is.
    """
    values = request.keywords
    with local_settings(SETTINGS):
        learners = submission.find(request)
    the, given = implementation(values["target"], values["helpers"], values["text"])
    the.number = values["number"]
    returned: Any = None
    caught: list[str] = []
    with chance(values["luck"]), submission.guard(request.seconds), np.errstate(all="ignore"):
        try:
            with looking_inside(submission, caught if values["look_inside"] else None):
                returned = learners(given)
        except AssertionError:
            if the.calls:
                raise
    described = Other(type_name(returned), short_repr(returned))
    return Items("tuple", [Number(the.calls), described, Number(len(caught))], True)


def implementation(target: str, helpers: str, text: str) -> tuple[Any, Callable[..., Any]]:
    """Return what an implementation keeps, and the function that a check is given."""
    space: dict[str, Any] = {"np": np, "Any": Any, "__name__": "implementation"}
    exec(compiled(helpers), space)
    the = SimpleNamespace(**{name: value for name, value in space.items() if name[:1] != "_"})
    the.calls = 0
    own: dict[str, Any] = {"np": np, "Any": Any}
    exec(compiled(text), own)
    made, signature = own[target], inspect.signature(the.right)

    def given(*arguments: Any, **options: Any) -> Any:
        if options or len(arguments) != len(signature.parameters):  # what else, takes time
            bound = signature.bind(*arguments, **options)
            bound.apply_defaults()
            arguments, options = bound.args, bound.kwargs
        try:
            with np.errstate(all="ignore"):
                return made(the, *arguments, **options)
        finally:
            the.calls += 1

    given.__name__ = given.__qualname__ = target
    given.__signature__ = signature  # type: ignore[attr-defined]
    return the, given


compiled = functools.cache(functools.partial(compile, filename="<implementation>", mode="exec"))


@contextmanager
def chance(seed: int) -> Iterator[None]:
    """Seed all that may be drawn from without a seed, and put it back.

    So that the same check gets the same verdict every time, and one that depends on luck meets
    other luck for another seed.
    """
    kept = random.getstate(), np.random.get_state(legacy=False)
    forced, default_rng = hypothesis.core.global_force_seed, np.random.default_rng
    seeds = itertools.count(1000 * seed)

    def seeded(seed: Any = None) -> np.random.Generator:
        return default_rng(next(seeds) if seed is None else seed)

    random.seed(seed)
    np.random.seed(seed)
    np.random.default_rng = seeded
    hypothesis.core.global_force_seed = seed  # type: ignore[assignment]
    try:
        with local_settings(SETTINGS):
            yield
    finally:
        hypothesis.core.global_force_seed = forced
        np.random.default_rng = default_rng
        random.setstate(kept[0])
        np.random.set_state(kept[1])


@contextmanager
def looking_inside(submission: Modules, caught: list[str] | None) -> Iterator[None]:
    """Note the AssertionErrors that pass through the learner's code."""
    if caught is None or being_debugged():
        yield
        return

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if not submission.guard.owns(frame.f_code.co_filename):
            return None
        if event == "exception" and issubclass(argument[0], AssertionError):
            caught.append(frame.f_code.co_name)
        return trace

    kept = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(kept)
