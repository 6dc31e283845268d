"""A lab that is running, for the checks: of the solution, or of a copy that may be made wrong.

Processes import this to find the engines below: it imports nothing that takes long.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from plots.experiment import Array
from plots.lab.bench import ROOT, Bench
from plots.lab.settings import Setting
from plots.lab.track import Track
from solution.lab import scan

FILES = ("data", "gradients", "batching", "descent", "scan", "training")
PARTS = ("kata", "plots", "tests", "conftest.py")


def copy_of_project(folder: Path) -> Path:
    """Copy what learners have, with all functions of kata/ solved."""
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for stage in FILES:
        shutil.copy(ROOT / "solution" / f"{stage}.py", folder / "kata")
    return folder


def spoil(folder: Path, stage: str, old: str, new: str) -> None:
    """Save a module of the copy that is right but for one place."""
    text = (ROOT / "solution" / f"{stage}.py").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {stage}.py"
    (folder / "kata" / f"{stage}.py").write_text(text.replace(old, new), encoding="utf-8")


class Lab:
    """`python -m PACKAGE lab`, from its start until Ctrl-C."""

    def __init__(self, package: str = "solution", folder: Path = ROOT) -> None:
        command = [sys.executable, "-m", package, "lab", "--no-browser"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = re.fullmatch(r"The lab: (http://127\.0\.0\.1:\d+/[\w-]{20,})\n", first)
        assert found is not None, first
        self.address = found[1]

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C, and return the exit status and what went to the standard error."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said

    def kill(self) -> None:
        """End it if it is still there."""
        self.process.kill()
        self.process.communicate()


class Still(Bench):
    """A bench on which nothing runs: what comes is put in by hand."""

    def child(self) -> Any:
        """Start nothing."""
        return Mock(**{"received.return_value": []})

    judge = child

    def give(self, name: str, result: Any) -> None:
        """Be done with what was wanted."""
        self.slots[name].result, self.slots[name].state = result, "over"
        self.changed.add(name)


def wait(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.02)


# -- engines ----------------------------------------------------------------------------------


def last(tracks: Iterator[Track]) -> Track:
    """Return how far a run has come in the end."""
    *_, track = tracks
    return track


def hanging(setting: Setting, x: Array, y: Array) -> Iterator[Track]:
    """Hang, for 13 epochs."""
    if setting.epochs == 13:
        while True:
            pass
    yield from scan(setting, x, y)


def crashing(setting: Setting, x: Array, y: Array) -> Iterator[Track]:
    """End the process, for 13 epochs."""
    if setting.epochs == 13:
        os._exit(3)
    yield from scan(setting, x, y)


def slow(setting: Setting, x: Array, y: Array) -> Iterator[Track]:
    """Take a while for each epoch."""
    for epochs in range(1, setting.epochs + 1):
        time.sleep(0.02)
        yield last(scan(replace(setting, epochs=epochs), x, y))
