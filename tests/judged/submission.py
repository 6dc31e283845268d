"""A learner's submission: answers requests, whatever its code does."""

from collections.abc import Callable

from tests.judged import check_probe, probes, torch_probes
from tests.judged.modules import Modules
from tests.judged.values import Other, Problem, Request, Result, Stopped


def load(modules: Modules, request: Request) -> Result:
    """Import a stage's module."""
    modules.load(request.stage)
    if request.stage in modules.broken:
        raise Stopped(modules.broken[request.stage])
    return Other("module", request.stage)


PROBES: dict[str, Callable[[Modules, Request], Result]] = {
    "load": load,
    "call": probes.call,
    "check": check_probe.check,
}
TORCH_PROBES: dict[str, Callable[..., Result]] = {
    "model": torch_probes.model,
    "dataset": torch_probes.dataset,
    "pass": torch_probes.one_pass,
    "training": torch_probes.training,
}


class Submission(Modules):
    """The modules in one folder, to be asked for what they do."""

    asked = ""  # the function of the last request

    def run(self, request: Request) -> Result | Problem:
        """Answer one request: the result, or the problem that kept it from being."""
        self.asked = request.function
        try:
            if request.probe in PROBES:
                return PROBES[request.probe](self, request)
            return TORCH_PROBES[request.probe](self, request, **request.keywords)
        except Stopped as stopped:
            return stopped.problem

    @property
    def printed(self) -> str:
        """What the last call wrote, or its beginning."""
        return self.guard.printed

    @property
    def waited(self) -> float:
        """How many seconds of all calls so far went into importing libraries."""
        return self.guard.limit.waited

    @property
    def paused(self) -> bool:
        """Whether time stands still, for a debugger."""
        return self.guard.limit.paused
