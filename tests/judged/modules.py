"""A learner's modules: importing them, finding a function, putting a trusted one in its place."""

import functools
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tests.judged.guard import Guard
from tests.judged.stubs import is_untouched
from tests.judged.values import IMPORT_SECONDS, Problem, Request, StandIn, Stopped

CHECKS = "claims.py"  # names functions that it is given, and builds on none


class Modules:
    """The modules in one folder, imported as `package` when they are first needed.

    Parameters
    ----------
    folder : Path
        Where they are.
    package : str
        The name under which they are imported.
    stages : mapping
        The functions of each module, by its name.
    """

    def __init__(self, folder: Path, package: str, stages: Mapping[str, Sequence[str]]) -> None:
        self.folder = folder.resolve()
        self.package = package
        self.stages = stages
        self.guard = Guard(self.folder, {name for names in stages.values() for name in names})
        self.modules: dict[str, ModuleType] = {}
        self.broken: dict[str, Problem] = {}  # stage: why its module cannot be imported
        self.absent: set[str] = set()  # functions that their module does not have
        self._own_modules: dict[str, ModuleType] = {}

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
        name, file = f"{self.package}.{stage}", self.folder / f"{stage}.py"
        if not file.is_file():
            self.broken.setdefault(stage, Problem("import", cause="missing"))
        elif re.search(rb"^\s*(import|from) torch", file.read_bytes(), re.MULTILINE):
            with self.guard.limit.apart():
                importlib.import_module("torch")  # takes seconds that are not the learner's
        keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            with self.guard(IMPORT_SECONDS):
                if stage in self.broken:
                    raise Stopped(self.broken[stage])
                module = importlib.import_module(name)
        except Stopped as stopped:
            problem = stopped.problem
            cause = problem.cause or problem.kind
            self.broken.setdefault(stage, replace(problem, kind="import", cause=cause))
            module = ModuleType(name)
            sys.modules[name] = module
        finally:
            sys.dont_write_bytecode = keep
        self.modules[stage] = module
        self._own_modules[name] = module
        for function in self.stages[stage]:
            if not hasattr(module, function):
                self.absent.add(function)
                setattr(module, function, unwritten(stage, function))  # for others to import

    def find(self, request: Request) -> Any:
        """Return the learner's function, or raise `Stopped` if there is none."""
        stage, name = request.stage, request.function
        if stage not in self.modules:
            if self._is_untouched(stage):
                raise Stopped(Problem("not started", name=name))  # without a wait for PyTorch
            for other in request.needs:
                self.load(other)
        self.load(stage)
        if stage in self.broken:
            raise Stopped(self.broken[stage])
        if name in self.absent:
            raise Stopped(Problem("missing", name=name))
        return getattr(self.modules[stage], name)

    def _loaded(self) -> list[ModuleType]:
        """Return the modules of the package, those beside the stages' among them."""
        beside = [m for name, m in [*sys.modules.items()] if name.startswith(f"{self.package}.")]
        own = [*self.modules.values(), *(m for m in beside if isinstance(m, ModuleType))]
        return [*{id(module): module for module in own}.values()]

    def _is_untouched(self, stage: str) -> bool:
        try:
            text = (self.folder / f"{stage}.py").read_bytes()
        except OSError:
            return False
        return is_untouched(text, stage, self.stages[stage])

    @contextmanager
    def trusting(self, stand_ins: Mapping[str, StandIn]) -> Iterator[None]:
        """Put trusted functions in the place of the learner's, wherever they are used."""
        changed: list[tuple[dict[str, Any], str, Any]] = []
        own = {id(getattr(self.modules.get(s.stage), n, None)): n for n, s in stand_ins.items()}
        own.pop(id(None), None)
        for module in self._loaded() if stand_ins else ():
            for key, value in list(vars(module).items()):
                if id(value) in own:
                    name = own[id(value)]
                    changed.append((vars(module), key, value))
                    vars(module)[key] = compiled(name, stand_ins[name].source)
        try:
            yield
        finally:
            for space, key, value in changed:
                space[key] = value

    @functools.cached_property
    def _texts(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.folder.glob("*.py")}

    def mentions(self, name: str, stage: str) -> bool:
        """Whether another function may use this one: whether its name is anywhere else."""
        return mentioned(name, f"{stage}.py", self._texts)


def unwritten(stage: str, function: str) -> Callable[..., Any]:
    """Return a stub to stand for a function that a module does not have."""

    def stub(*arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f"{stage}: {function}")

    return stub


@functools.cache
def compiled(name: str, source: str) -> Any:
    """Return the function of this name that the source text defines."""
    space: dict[str, Any] = {"np": np, "Any": Any}
    exec(source, space)
    return space[name]


def mentioned(name: str, own: str, files: Mapping[str, bytes]) -> bool:
    """Whether some file has a function's name, but for where its own defines and says it."""
    others = {file: text for file, text in files.items() if file != CHECKS}
    said = re.compile(rf"def {name}\b|: {name}\b".encode())  # "gradients: predict", in its stub
    return any(
        re.search(rf"\b{name}\b".encode(), said.sub(b"", text) if file == own else text)
        or (b"import *" in text and file != own)
        for file, text in others.items()
    )
