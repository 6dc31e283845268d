"""One visit to the page: what is set on it, what it shows, and what goes on behind it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bokeh.core.properties import Dict, String
from bokeh.model import DataModel

from plots.experiment import SAMPLES
from plots.lab.bench import LONG, Bench
from plots.lab.child import Job
from plots.lab.display import MOST_STEPS, Display
from plots.lab.seen import Measured
from plots.lab.settings import KNOBS
from plots.lab.state import State
from plots.lab.style import DARK, LIGHT, RUNS
from plots.lab.track import Track

PRESETS = {"batch": SAMPLES, "stochastic": 1, "mini-batch": 128}
REDRAW_SECONDS = 0.3  # between two pictures of a run that goes on
NOT_RIGHT = "what is true of right functions may be false of these."
ANYWAY = ("ask", "commit", "leave", "stop", "keep")  # also before a question is answered


class Said(DataModel):
    """What is set on the page: the browser writes it."""

    values = Dict(String, String)


class Session(State):
    """What one open page does.

    Parameters
    ----------
    bench : Bench
        What runs the functions.
    keep : callable
        Writes the page to keep, and returns a sentence.
    """

    def __init__(self, bench: Bench, keep: Callable[["Session"], str]) -> None:
        super().__init__()
        self.bench, self.keep = bench, keep
        self.display = Display()
        self.drawn = 0.0
        self.said = Said(values={})
        self.said.on_change("values", lambda name, old, new: self.hear(new))
        self.run_all()
        self.set_controls()
        self.display.show(self.bench, self)

    # what is wanted

    def run(self, index: int, seconds: float | None = None) -> None:
        """Run one descent."""
        job = Job("run", self.settings[index], seconds or self.bench.soon)
        self.bench.want(RUNS[index], job)
        if index == self.active:
            self.look()

    def run_all(self, seconds: float | None = None) -> None:
        """Run all descents, and forget the others."""
        for index, name in enumerate(RUNS):
            if index < len(self.settings):
                self.run(index, seconds)
            else:
                self.bench.drop(name)

    def look(self) -> None:
        """Look at one update, and at the right path, of the run that the knobs turn."""
        setting = self.settings[self.active]
        step = max(1, min(self.step, setting.updates, MOST_STEPS))
        if step != self.step:
            self.step = step
            self.display.set_values({"step": str(step)})
        self.bench.want("step", Job("step", setting, number=self.step))
        if self.right:
            self.bench.want("right", Job("right", setting))
        else:
            self.bench.drop("right")

    def hide(self) -> None:
        """Forget all results."""
        for name in list(self.bench.slots):
            self.bench.drop(name)

    def set_controls(self) -> None:
        """Set the controls of the page to the run that the knobs turn: none of them is wrong."""
        for name in KNOBS:
            self.errors.pop(name, None)
        self.display.set_controls(self.settings[self.active], self.step)

    # what the browser says

    def hear(self, values: Mapping[str, str]) -> None:
        """Do what a control asks for."""
        what, _, more = values.get("what", "").partition(" ")
        if what in ("hello", "dark"):
            self.display.pictures.colour(DARK if values.get("dark") else LIGHT)
            self.set_controls()
        elif self.asking.busy and what not in ANYWAY:
            self.set_controls()  # as the question has them
        elif what.removesuffix("-slider") in KNOBS:
            self.turn(what, values)
        elif hasattr(self, f"do_{what}"):
            getattr(self, f"do_{what}")(more or values)
        self.display.show(self.bench, self)

    def turn(self, what: str, values: Mapping[str, str]) -> None:
        """Turn a knob: its slider, or its number."""
        name = what.removesuffix("-slider")
        knob = KNOBS[name]
        try:
            if what == name:
                value = knob.parse(values[name])
                other = {f"{name}-slider": f"{knob.position(value):.4f}"} if knob.slides else {}
            else:
                value = knob.at(float(values[what]))
                other = {name: knob.text(value)}
        except ValueError as error:
            self.errors[name] = str(error)
            return
        self.errors.pop(name, None)
        self.display.set_values(other)
        changes: dict[str, Any] = {name: int(value) if knob.whole else value}
        if knob.shared:
            self.settings = [replace(setting, **changes) for setting in self.settings]
            self.run_all()
        else:
            self.settings[self.active] = replace(self.settings[self.active], **changes)
            self.run(self.active)

    def do_active(self, values: Mapping[str, str]) -> None:
        """Turn the knobs of another run."""
        self.active = min(int(values["active"]), len(self.settings) - 1)
        self.set_controls()
        self.look()

    def do_preset(self, name: str) -> None:
        """Set the batch size to that of a method."""
        self.settings[self.active] = replace(
            self.settings[self.active], batch_size=PRESETS.get(name, 128)
        )
        self.set_controls()
        self.run(self.active)

    def do_add(self, values: Mapping[str, str]) -> None:
        """Add a run beside the others, of a method that is not there yet."""
        if len(self.settings) < len(RUNS):
            there = {setting.batch_size for setting in self.settings}
            size = next((size for size in PRESETS.values() if size not in there), 32)
            self.settings.append(replace(self.settings[self.active], batch_size=size))
            self.active = len(self.settings) - 1
            self.set_controls()
            self.run(self.active)

    def do_remove(self, values: Mapping[str, str]) -> None:
        """Remove the last run."""
        if len(self.settings) > 1:
            self.settings.pop()
            self.bench.drop(RUNS[len(self.settings)])
            self.active = min(self.active, len(self.settings) - 1)
            self.set_controls()
            self.look()

    def do_right(self, values: Mapping[str, str]) -> None:
        """Show the right path, or not."""
        self.right = values.get("right") == "yes"
        self.look()

    def do_step(self, values: Mapping[str, str]) -> None:
        """Look at another update."""
        try:
            self.step = int(values["step"])
        except ValueError:
            return
        self.look()

    def do_next(self, values: Mapping[str, str], by: int = 1) -> None:
        """Look at the next update."""
        self.do_step({"step": str(self.step + by)})
        self.display.set_values({"step": str(self.step)})

    def do_previous(self, values: Mapping[str, str]) -> None:
        """Look at the update before."""
        self.do_next(values, -1)

    def do_further(self, values: Mapping[str, str]) -> None:
        """Run what is not complete to its end."""
        for index in range(len(self.settings)):
            track = self.bench.track(RUNS[index])
            if track is None or not track.complete:
                self.bench.want(RUNS[index], Job("run", self.settings[index], LONG))

    def do_stop(self, values: Mapping[str, str]) -> None:
        """Stop what runs, and what waits."""
        for name, slot in list(self.bench.slots.items()):
            if slot.state != "over":
                slot.stopped = True
            if slot.state == "waiting":
                slot.state = "over"
            self.bench.stop(name)

    def do_keep(self, values: Mapping[str, str]) -> None:
        """Write the page to keep."""
        self.kept = self.keep(self)

    # questions

    def do_ask(self, values: Mapping[str, str]) -> None:
        """Ask a question, and hide everything until it is answered."""
        self.errors.pop("answer", None)
        self.asking.ask(values.get("question", ""))
        experiment = self.asking.experiment
        if experiment is not None and self.bench.line is not None:
            self.hide()
            self.before = self.settings, self.active, self.step
            seed = self.settings[0].seed
            runs = experiment.runs(self.bench.line)
            self.settings = [replace(setting, seed=seed) for setting in runs]
            self.active, self.step = 0, 1
            self.set_controls()
        else:
            self.asking.ask("")

    def do_commit(self, values: Mapping[str, str]) -> None:
        """Take the prediction, and run."""
        experiment, answer = self.asking.experiment, values.get("answer", "")
        if experiment is None or answer not in experiment.options:
            self.errors["answer"] = "choose an answer first"
            return
        self.errors.pop("answer", None)
        self.asking.chosen = answer
        self.run_all(LONG)
        for name, job in experiment.probes.items():
            seeded = replace(job.setting, seed=self.settings[0].seed)
            self.bench.want(name, job._replace(setting=seeded))

    def do_leave(self, values: Mapping[str, str]) -> None:
        """Ask nothing, and show the runs as they were before."""
        self.errors.pop("answer", None)
        self.asking.ask("")
        self.settings, self.active, self.step = self.before
        self.set_controls()
        self.run_all()

    def answer(self) -> None:
        """Look what the runs of a question have shown, once they are over."""
        experiment = self.asking.experiment
        if experiment is None or not self.asking.waits or self.bench.line is None:
            return
        names = [*RUNS[: len(self.settings)], *experiment.probes]
        slots = {name: self.bench.slots.get(name) for name in names}
        if any(slot is None or slot.state != "over" for slot in slots.values()):
            return
        done = {name: slot for name, slot in slots.items() if slot is not None}
        trouble = next((slot.trouble for slot in done.values() if slot.trouble), "")
        tracks = {n: s.result for n, s in done.items() if isinstance(s.result, Track)}
        if not trouble and not all(track.complete for track in tracks.values()):
            trouble = "a run was stopped before its end"
        verdict = self.bench.verdict
        if not trouble and verdict is None:
            return
        if not trouble and verdict is not None and verdict.state != "right":
            trouble = f"{NOT_RIGHT} {verdict.text}"  # what explains the answer may be false of it
        if trouble:
            self.asking.trouble = f"It cannot be seen: {trouble}"
        else:
            numbers = {n: s.result for n, s in done.items() if isinstance(s.result, float)}
            self.asking.seen = experiment.see(Measured(self.bench.line, tracks, numbers))

    # what goes on

    def tick(self) -> None:
        """Go on, and show what is new. Called often."""
        self.bench.tick()
        if "verdict" in self.bench.changed and self.bench.verdict is None:
            self.asking.forget()  # what other functions have shown
        now = time.monotonic()
        if self.bench.changed and (self.bench.idle or now - self.drawn > REDRAW_SECONDS):
            self.drawn = now
            self.answer()
            self.display.show(self.bench, self)
