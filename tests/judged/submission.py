"""A learner's submission: answers requests, whatever its code does."""

from collections.abc import Callable
from typing import Any

from tests.judged import probes, torch_probes
from tests.judged.modules import Modules
from tests.judged.values import (
    BuildDataset,
    BuildModel,
    Call,
    Load,
    Other,
    Problem,
    Request,
    Result,
    Stopped,
    Train,
    TrainEpoch,
)


def load(modules: Modules, request: Load) -> Result:
    """Import a stage's module."""
    modules.load(request.stage)
    if request.stage in modules.broken:
        raise Stopped(modules.broken[request.stage])
    return Other("module", request.stage)


PROBES: dict[type[Request], Callable[[Modules, Any], Result]] = {
    Load: load,
    Call: probes.call,
    BuildModel: torch_probes.build_model,
    BuildDataset: torch_probes.build_dataset,
    TrainEpoch: torch_probes.train_epoch,
    Train: torch_probes.train,
}


class Submission(Modules):
    """The modules in one folder, to be asked for what they do."""

    def run(self, request: Request) -> Result | Problem:
        """Answer one request: the result, or the problem that kept it from being."""
        try:
            return PROBES[type(request)](self, request)
        except Stopped as stopped:
            return stopped.problem

    @property
    def printed(self) -> str:
        """What the last call wrote, or its beginning."""
        return self.guard.printed

    @property
    def paused(self) -> bool:
        """Whether time stands still, for a debugger."""
        return self.guard.limit.paused

    def rest(self) -> None:
        """Let time pass without a limit, until the next call."""
        self.guard.limit.rest()
