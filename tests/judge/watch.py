"""A second process that looks on, for calls that nothing inside of their own can interrupt.

While a call such as `sum(range(10**12))` lasts, Python runs no signal handler and no other thread:
neither a time limit nor Ctrl-C gets through. Only from outside can such a run be ended, and the
report be written of what has been found until then.
"""

import contextlib
import faulthandler
import json
import mmap
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the second process starts with little, and nearly never needs more
    import pytest

    from tests.judge.report import Report

ROOT = Path(__file__).parent.parent.parent
LOOK = 0.1  # seconds between two looks
STACK_SECONDS = 5.0  # that the other process may need to write its stack, on a busy machine
# The number of the call, after how many seconds it is hopeless (0: never), whose call it is.
STATE = struct.Struct("<Qd64p")
SIGNAL: int | None = getattr(signal, "SIGUSR1", None)  # asks for the stack; not on Windows


class Watch:
    """A pytest plugin: starts the second process, and tells it what there is to know.

    Parameters
    ----------
    report : Report
        What the second process may have to write.
    speaks : bool
        Whether it writes that; else it ends the run, and no more.
    """

    def __init__(self, report: "Report", speaks: bool) -> None:
        self.report = report
        self.speaks = speaks
        self.calls = 0
        self.process: subprocess.Popen[str] | None = None

    def pytest_runtest_setup(self, item: "pytest.Item") -> None:
        """Start the second process, which writes to the terminal, whatever is captured here."""
        capture: Any = item.config.pluginmanager.getplugin("capturemanager")
        if self.process is None and capture is not None:
            with capture.global_and_fixture_disabled():
                self.start()

    def start(self) -> None:
        """Start the second process."""
        self.files = Path(tempfile.mkdtemp(prefix="kata-"))
        (self.files / "state").write_bytes(bytes(STATE.size))
        self.state = mapped(self.files)
        self.stack = (self.files / "stack").open("wb")
        if SIGNAL is not None:
            faulthandler.register(SIGNAL, self.stack, all_threads=False)
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(os.getpid()), str(self.files)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            text=True,
            encoding="ascii",
        )
        implementation, report = self.report.implementation, self.report
        settings = (report.folder, report.command, implementation.package)
        self.say([self.speaks, str(implementation.folder), *settings])
        self.report.submission.guard.limit.last_resort = self.allow

    def allow(self, seconds: float) -> None:
        """End all if nothing more is heard for so many seconds; 0 is no limit."""
        self.calls += 1
        about = self.report.submission.asked.encode()
        STATE.pack_into(self.state, 0, self.calls, seconds, about)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Tell what a test has found."""
        if hasattr(report, "kata") and self.process is not None:
            self.say(report.kata)

    def say(self, what: Any) -> None:
        """Tell something, as long as there is somebody to hear it."""
        assert self.process is not None
        with contextlib.suppress(OSError):
            print(json.dumps(what), file=self.process.stdin, flush=True)

    def pytest_unconfigure(self) -> None:
        """End the second process."""
        if self.process is None:
            return
        self.report.submission.guard.limit.last_resort = lambda seconds: None
        if SIGNAL is not None:
            faulthandler.unregister(SIGNAL)
        self.process.communicate()
        self.stack.close()
        self.state.close()
        shutil.rmtree(self.files, ignore_errors=True)


def mapped(files: Path) -> mmap.mmap:
    """Return the memory that both processes see."""
    with (files / "state").open("r+b") as file:
        return mmap.mmap(file.fileno(), STATE.size)


# -- the second process -----------------------------------------------------------------------


def main(process: int, files: Path) -> None:
    """Wait until the first process ends, or a call in it is hopeless."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first one
    told: list[Any] = []
    threading.Thread(target=listen, args=[told, files], daemon=True).start()
    about, seconds = hopeless(mapped(files))
    try:
        (speaks, folder, *settings), *outcomes = told
        if speaks:
            write(outcomes, settings, about, seconds, place(process, files, folder))
    finally:
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        shutil.rmtree(files, ignore_errors=True)


def listen(told: list[Any], files: Path) -> None:
    """Keep what the first process says; when it ends there is nothing left to do."""
    for line in sys.stdin:
        told.append(json.loads(line))
    shutil.rmtree(files, ignore_errors=True)  # it may not have come to that itself
    os._exit(0)


def hopeless(state: mmap.mmap) -> tuple[str, float]:
    """Return whose call has lasted too long, and how long."""
    call, waited = 0, 0.0
    while True:
        time.sleep(LOOK)  # counted by looks: a machine that is busy or sleeps needs longer
        now, allowed, about = STATE.unpack_from(state)
        waited = waited + LOOK if now == call else 0.0
        call = now
        if 0 < allowed < waited:
            return about.decode(), waited


def write(outcomes: list[Any], settings: list[str], about: str, seconds: float, at: str) -> None:
    """Write what pytest would have written at the end."""
    from tests.judge.report import printable
    from tests.judge.summary import Outcome, Summary
    from tests.judge.verdicts import Verdict, finding

    found = finding("stuck", seconds=round(seconds))
    stuck = Verdict(about, "wrong", (found,), where=at, problem="timeout")
    known = [Outcome.from_plain(plain) for plain in outcomes]
    known.append(Outcome(about, "", -1, stuck, passed=False))
    print(f"\n{f' kata: {settings[0]} ':-^80}")
    for text, _ in Summary(known, *settings).lines():
        print(printable(text), flush=True)


def place(process: int, files: Path, folder: str) -> str:
    """Say in which line of the learner's the first process is, if that can be known."""
    if SIGNAL is None:
        return ""
    for _ in range(round(STACK_SECONDS / LOOK)):
        os.kill(process, SIGNAL)  # each time: on a busy machine the call may not have begun yet
        time.sleep(LOOK)
        stack = (files / "stack").read_text(encoding="utf-8", errors="replace")
        line = re.search(rf'File "{re.escape(folder)}[/\\](.*?)", line (\d+)', stack)
        if line:
            return f"{Path(folder).name}/{line[1]}, line {line[2]}"
    return ""


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
