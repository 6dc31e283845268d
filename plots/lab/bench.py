"""What the page knows and does, without the page: runs, the process they run in, the verdict."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plots.experiment import Line, least_squares
from plots.lab import child, judging
from plots.lab.child import LOST_SECONDS, STUCK_SECONDS, Child, Job, Over, Samples
from plots.lab.settings import Setting
from plots.lab.track import Engine, Track

ROOT = Path(__file__).parent.parent.parent
LOOK_SECONDS = 0.3  # between two looks whether a file has been saved
START_SECONDS = 60.0  # that a new process may take, from a cold disk
SOON = 1.0  # seconds that a loop gets before anybody asks for more
AMPLE = 10.0  # seconds for what is much faster than a loop: on a busy machine it may need them
LONG = 3600.0  # for those that somebody waits for


@dataclass
class Slot:
    """A place for one result: what was asked for, what has come of it."""

    job: Job
    result: Any = None
    fresh: bool = False  # whether the result is of this job, and not of the one before
    trouble: str = ""
    stopped: bool = False  # by whoever looks at it
    state: str = "waiting"  # then "running", then "over"


class Bench:
    """Runs descents, one after the other, and forgets those that are no longer wanted.

    Parameters
    ----------
    package : str
        Whose functions to run.
    engine : Engine, optional
        Runs descents in the place of the package's `minibatch_gd`.
    """

    def __init__(self, package: str, engine: Engine | None = None) -> None:
        self.package, self.engine = package, engine
        self.folder = ROOT / package
        self.slots: dict[str, Slot] = {}
        self.line: Line | None = None
        self.data_of: tuple[int, float] | None = None
        self.data_trouble = ""
        self.verdict: judging.Found | None = None
        self.changed: set[str] = set()  # slots, "data", "verdict": for the page to show
        self._busy: str | None = None
        self._asked: Job | None = None
        self._stopping = False
        self._ready = False
        self._heard = time.monotonic()
        self._looked = 0.0
        self._saved = self.stamps()
        self._child = self.child()
        self._judge: Child | None = self.judge()

    def child(self) -> Child:
        """Start a process for the functions."""
        self._busy, self._ready, self._stopping = None, False, False
        self._heard = time.monotonic()
        return Child(child.serve, self.package, self.engine)

    def judge(self) -> Child:
        """Start a process that judges them."""
        return Child(judging.serve, self.folder, self.package)

    def close(self) -> None:
        """End all processes."""
        for one in (self._child, self._judge):
            if one is not None:
                one.end()

    @property
    def soon(self) -> float:
        """How many seconds a run gets before anybody asks for more."""
        return SOON if self.engine is None else AMPLE

    # what is wanted

    def want(self, name: str, job: Job) -> None:
        """Ask for something, in the place of what was asked for under this name."""
        old = self.slots.pop(name, None)
        slot = Slot(job)
        if old is not None and old.job.kind == job.kind == "run":
            slot.result = old.result  # to be looked at until there is another
        self.slots[name] = slot
        self.changed.add(name)
        self.stop(name)

    def drop(self, name: str) -> None:
        """Forget something."""
        if self.slots.pop(name, None) is not None:
            self.changed.add(name)
            self.stop(name)

    def stop(self, name: str) -> None:
        """End a job where it is, if it is at work."""
        if self._busy == name and not self._stopping:
            self._child.send("stop")
            self._stopping = True

    def track(self, name: str) -> Track | None:
        """Return what there is of a run, if there is any."""
        slot = self.slots.get(name)
        return slot.result if slot is not None else None

    @property
    def idle(self) -> bool:
        """Whether all that was wanted is over."""
        return all(slot.state == "over" for slot in self.slots.values())

    # what goes on

    def tick(self) -> None:
        """Look what has come, and what is to be done next. Called often."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._looked = now
            stamps = self.stamps()
            if stamps != self._saved:
                self._saved = stamps
                self.reload()
        for message in self._child.received():
            self._heard, self._ready = now, True
            self.receive(message)
            if isinstance(message, Over) and message.lost:
                self.renew()
                break
        self.give_up(now)
        if self._judge is not None:
            for message in self._judge.received():
                found = isinstance(message, judging.Found)
                self.verdict = message if found else judging.Found(message.trouble, "wrong")
                self._judge.end()
                self._judge = None
                self.changed.add("verdict")
                break
        if self._busy is None:
            waiting = (name for name, slot in self.slots.items() if slot.state == "waiting")
            name = next(waiting, None)
            if name is not None:
                slot = self.slots[name]
                self._busy, self._asked, self._heard = name, slot.job, now
                slot.state = "running"
                self._child.send(slot.job)

    def receive(self, message: Any) -> None:
        """Take in what a job gives."""
        name = self._busy
        slot = self.slots.get(name) if name is not None else None
        wanted = slot is not None and slot.job is self._asked
        if isinstance(message, Samples):
            if wanted and self._asked is not None:
                self.take_samples(message, self._asked.setting)
        elif isinstance(message, Over):
            if wanted and slot is not None:
                slot.state, slot.trouble = "over", message.trouble
                if not slot.fresh:
                    slot.result = None
                self.changed.add(str(name))
            self._busy = None
            self._stopping = False
        elif wanted and slot is not None:
            slot.result, slot.fresh = message, True
            self.changed.add(str(name))

    def take_samples(self, samples: Samples, setting: Setting) -> None:
        """Fit the line to other samples than before."""
        key = setting.seed, setting.noise
        if key != self.data_of or samples.trouble != self.data_trouble:
            self.data_of, self.data_trouble = key, samples.trouble
            self.line = least_squares(samples.x, samples.y)
            self.changed.add("data")

    def give_up(self, now: float) -> None:
        """End a process that says nothing any more."""
        patience = STUCK_SECONDS + LOST_SECONDS if self._ready else START_SECONDS
        if self._busy is not None and now - self._heard > patience:
            self.receive(Over(child.no_end(patience)))
            self.renew()

    def renew(self) -> None:
        """Put a new process in the place of the one that there is."""
        self._child.end()
        self._child = self.child()

    # what is saved

    def stamps(self) -> Mapping[str, int]:
        """Return when each module was saved."""
        found = {}
        for file in self.folder.glob("*.py"):
            try:
                found[file.name] = file.stat().st_mtime_ns
            except OSError:  # an editor is putting a new one in its place
                continue
        return found

    def reload(self) -> None:
        """Run and judge everything anew, in new processes."""
        self.renew()
        if self._judge is not None:
            self._judge.end()
        self._judge = self.judge()
        self.verdict = None
        self.data_of = None
        self.changed |= {"verdict", *self.slots}
        for name, slot in self.slots.items():
            self.slots[name] = Slot(slot.job, slot.result)
