"""One visit to the page: what is set on it, what it shows, and what goes on behind it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from bokeh.core.properties import Dict, String
from bokeh.model import DataModel

from plots.experiment import SAMPLES
from plots.lab import words
from plots.lab.asking import Asking
from plots.lab.bench import LONG, SOON, Bench
from plots.lab.child import Job
from plots.lab.functions import Step
from plots.lab.pictures import Pictures
from plots.lab.predictions import Measured
from plots.lab.settings import KNOBS, Setting
from plots.lab.style import DARK, LIGHT, RUNS
from plots.lab.track import Track

PRESETS = {"batch": SAMPLES, "stochastic": 1, "mini-batch": 128}
MOST_STEPS = 1000
OWN = [name for name, knob in KNOBS.items() if not knob.shared]


class Said(DataModel):
    """What is set on the page: the browser writes it."""

    values = Dict(String, String)


class Shown(DataModel):
    """What the page shows: HTML for its parts, values for its controls; the server writes it."""

    parts = Dict(String, String)
    values = Dict(String, String)


class Session:
    """What one open page does.

    Parameters
    ----------
    bench : Bench
        What runs the functions.
    keep : callable
        Writes the page to keep, and returns a sentence.
    """

    def __init__(self, bench: Bench, keep: Callable[["Session"], str]) -> None:
        self.bench, self.keep = bench, keep
        self.pictures = Pictures()
        self.asking = Asking()
        self.settings = [Setting()]
        self.active = 0
        self.step = 1
        self.right = False
        self.errors: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.said, self.shown = Said(values={}), Shown(parts={}, values={})
        self.said.on_change("values", lambda name, old, new: self.hear(new))
        self.run_all()
        self.show_settings()
        self.show()

    # what is wanted

    def run(self, index: int, seconds: float = SOON) -> None:
        """Run one descent."""
        self.bench.want(RUNS[index], Job("run", self.settings[index], seconds))
        if index == self.active:
            self.look()

    def run_all(self, seconds: float = SOON) -> None:
        """Run all descents, and forget the others."""
        for index, name in enumerate(RUNS):
            if index < len(self.settings):
                self.run(index, seconds)
            else:
                self.bench.drop(name)

    def look(self) -> None:
        """Look at one update, and at the right path, of the run that the knobs turn."""
        setting = self.settings[self.active]
        self.step = min(self.step, setting.updates, MOST_STEPS)
        self.bench.want("step", Job("step", setting, number=self.step))
        if self.right:
            self.bench.want("right", Job("right", setting))
        else:
            self.bench.drop("right")

    def hide(self) -> None:
        """Forget all results."""
        for name in list(self.bench.slots):
            self.bench.drop(name)

    # what the browser says

    def hear(self, values: Mapping[str, str]) -> None:
        """Do what a control asks for."""
        what, _, more = values.get("what", "").partition(" ")
        if what == "hello" or what == "dark":
            self.pictures.colour(DARK if values.get("dark") else LIGHT)
            if what == "hello":
                self.show_settings()
        elif what.removesuffix("-slider") in KNOBS:
            self.turn(what, values)
        elif hasattr(self, f"do_{what}"):
            getattr(self, f"do_{what}")(more or values)
        self.show()

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
                other = {name: f"{value:g}" if not knob.whole else f"{value:.0f}"}
        except ValueError as error:
            self.errors[name] = str(error)
            return
        self.errors.pop(name, None)
        self.shown.update(values=other)
        changes: dict[str, Any] = {name: int(value) if knob.whole else value}
        if knob.shared:
            self.settings = [replace(setting, **changes) for setting in self.settings]
        else:
            self.settings[self.active] = replace(self.settings[self.active], **changes)
        if self.asking.hides:
            return
        if knob.shared:
            self.run_all()
        else:
            self.run(self.active)

    def do_active(self, values: Mapping[str, str]) -> None:
        """Turn the knobs of another run."""
        self.active = min(int(values["active"]), len(self.settings) - 1)
        self.show_settings()
        if not self.asking.hides:
            self.look()

    def do_preset(self, name: str) -> None:
        """Set the batch size to that of a method."""
        self.settings[self.active] = replace(
            self.settings[self.active], batch_size=PRESETS.get(name, 128)
        )
        self.show_settings()
        if not self.asking.hides:
            self.run(self.active)

    def do_add(self, values: Mapping[str, str]) -> None:
        """Add a run beside the others, of a method that is not there yet."""
        if len(self.settings) < len(RUNS):
            there = {setting.batch_size for setting in self.settings}
            size = next((size for size in PRESETS.values() if size not in there), 32)
            self.settings.append(replace(self.settings[self.active], batch_size=size))
            self.active = len(self.settings) - 1
            self.show_settings()
            if not self.asking.hides:
                self.run(self.active)

    def do_remove(self, values: Mapping[str, str]) -> None:
        """Remove the last run."""
        if len(self.settings) > 1:
            self.settings.pop()
            self.bench.drop(RUNS[len(self.settings)])
            self.active = min(self.active, len(self.settings) - 1)
            self.show_settings()
            if not self.asking.hides:
                self.look()

    def do_right(self, values: Mapping[str, str]) -> None:
        """Show the right path, or not."""
        self.right = values.get("right") == "yes"
        if not self.asking.hides:
            self.look()

    def do_step(self, values: Mapping[str, str]) -> None:
        """Look at another update."""
        most = min(self.settings[self.active].updates, MOST_STEPS)
        try:
            self.step = max(1, min(int(values["step"]), most))
        except ValueError:
            return
        if not self.asking.hides:
            self.look()

    def do_next(self, values: Mapping[str, str], by: int = 1) -> None:
        """Look at the next update."""
        self.do_step({"step": str(self.step + by)})
        self.shown.update(values={"step": str(self.step)})

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
            if slot.state == "waiting":
                slot.state = "over"
            self.bench.stop(name)

    def do_keep(self, values: Mapping[str, str]) -> None:
        """Write the page to keep."""
        self.parts["#kept"] = escape(self.keep(self))

    # questions

    def do_ask(self, values: Mapping[str, str]) -> None:
        """Ask a question, and hide everything until it is answered."""
        self.asking.ask(values.get("question", ""))
        experiment = self.asking.experiment
        if experiment is not None and self.bench.line is not None:
            self.hide()
            seed = self.settings[0].seed
            runs = experiment.runs(self.bench.line)
            self.settings = [replace(setting, seed=seed) for setting in runs]
            self.active, self.step = 0, 1
            self.show_settings()
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
        """Ask nothing, and show the runs."""
        self.errors.pop("answer", None)
        self.asking.ask("")
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
        if trouble:
            self.asking.trouble = trouble
        else:
            numbers = {n: s.result for n, s in done.items() if isinstance(s.result, float)}
            self.asking.seen = experiment.see(Measured(self.bench.line, tracks, numbers))

    # what is shown

    def tick(self) -> None:
        """Go on, and show what is new. Called often."""
        self.bench.tick()
        if self.bench.changed:
            self.answer()
            self.show()

    def show_settings(self) -> None:
        """Set the controls to what the run that they turn has."""
        setting = vars(self.settings[self.active])
        values = {name: f"{setting[name]:g}" for name in KNOBS} | {"seed": str(setting["seed"])}
        values["epochs"] = str(setting["epochs"])
        values |= {
            f"{name}-slider": f"{knob.position(setting[name]):.4f}"
            for name, knob in KNOBS.items()
            if knob.slides
        }
        self.shown.update(values=values | {"step": str(self.step)})

    def show(self) -> None:
        """Show all that has changed."""
        bench, changed = self.bench, self.bench.changed
        bench.changed = set()
        line = bench.line
        if line is not None and "data" in changed:
            self.pictures.show_samples(line)
            changed |= set(RUNS)
        tracks = {i: t for i in range(len(RUNS)) if (t := bench.track(RUNS[i])) is not None}
        if line is not None and changed & set(RUNS):
            for index, name in enumerate(RUNS):
                if name in changed:
                    self.pictures.show_run(index, tracks.get(index), line)
            self.pictures.frame(list(tracks.values()), line)
        if "right" in changed:
            self.pictures.show_right(bench.track("right"))
        step = bench.slots.get("step")
        found = step.result if step is not None and isinstance(step.result, Step) else None
        if "step" in changed:
            self.pictures.show_step(found)
        setting = self.settings[self.active]
        engine = ", as a scan" if bench.engine is not None else ""
        self.parts |= {
            "#verdict": words.verdict(bench.verdict, bench.package, engine),
            "#runs": words.runs(self.settings, self.active),
            "#of-run": f"Knobs of run {RUNS[self.active]}",
            ".active": RUNS[self.active],
            "#table": words.table(tracks, line),
            "#states": words.states(tracks, line),
            "#update": words.update(found, setting, step.job.number if step else 1),
            "#troubles": words.troubles(self.troubles()),
            "#predict": self.asking.html(),
            "#progress": self.progress(),
            "#mark-lr": words.mark(line) if line is not None else "",
            **words.notes(setting),
        }
        for name in KNOBS:
            if name in self.errors:
                self.parts[f"#note-{name}"] = f'<span class="trouble">{self.errors[name]}</span>'
            elif name not in ("batch_size", "epochs"):
                self.parts[f"#note-{name}"] = ""
        if self.parts != self.shown.parts:
            self.shown.update(parts=dict(self.parts))

    def troubles(self) -> list[tuple[str, str]]:
        """Return all that has gone wrong, and whose fault it is."""
        found = []
        if "answer" in self.errors:
            found.append(("your prediction", self.errors["answer"]))
        if self.bench.data_trouble:
            found.append(("data, of the tests' own instead", self.bench.data_trouble))
        for name, slot in self.bench.slots.items():
            if slot.trouble:
                found.append(("the update" if name == "step" else f"run {name}", slot.trouble))
        return found

    def progress(self) -> str:
        """Say how far the runs are that have not reached their end."""
        said = []
        for name in RUNS:
            slot = self.bench.slots.get(name)
            if slot is None or slot.trouble:
                continue
            track = slot.result if slot.fresh else None
            done = track.epochs if track is not None else 0
            if slot.state != "over":
                share = math.floor(100 * done / slot.job.setting.epochs)
                said.append(f"run {name}: running, {share} %")
            elif done < slot.job.setting.epochs:
                said.append(
                    f"run {name}: {done:,} of {slot.job.setting.epochs:,} epochs "
                    f"in the time it had ({slot.job.seconds:g} s)"
                    if slot.job.seconds < LONG
                    else f"run {name}: stopped at epoch {done:,} of {slot.job.setting.epochs:,}"
                )
        done = all(track.complete for name in RUNS if (track := self.bench.track(name)) is not None)
        return "<br>".join(said) or ("All runs are at their end." if done else "")
