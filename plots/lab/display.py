"""What the page shows: pictures, and the texts beside them."""

from html import escape

from bokeh.core.properties import Dict, Float, List, String
from bokeh.model import DataModel

from plots.lab import words
from plots.lab.bench import LONG, Bench, Slot
from plots.lab.functions import Step
from plots.lab.pictures import Pictures
from plots.lab.settings import KNOBS, Setting
from plots.lab.state import State
from plots.lab.style import RUNS

MOST_STEPS = 1000  # of which one can be looked at
WHERE = {"step": "the single update", "right": "the right path"}


class Shown(DataModel):
    """What the server writes: HTML for parts of the page, values for its controls, ends of axes.

    The axes' ends are in one place, since each change of a model is a message of its own.
    """

    parts = Dict(String, String)
    values = Dict(String, String)
    ranges = Dict(String, List(Float))


class Display:
    """Shows what a session knows."""

    def __init__(self) -> None:
        self.pictures = Pictures()
        self.shown = Shown(parts={}, values={}, ranges={})
        self.parts: dict[str, str] = {}

    def set_controls(self, setting: Setting, step: int) -> None:
        """Set the controls to what the run that they turn has."""
        numbers = vars(setting)
        values = {name: knob.text(numbers[name]) for name, knob in KNOBS.items()}
        for name, knob in KNOBS.items():
            if knob.slides:
                values[f"{name}-slider"] = f"{knob.position(numbers[name]):.4f}"
        self.set_values(values | {"step": str(step)})

    def set_values(self, values: dict[str, str]) -> None:
        """Set some controls, also to what they have been set to before."""
        self.shown.values = {}  # type: ignore[assignment]
        self.shown.values = values  # type: ignore[assignment]

    def show(self, bench: Bench, state: State) -> None:
        """Show all that has changed."""
        changed, bench.changed = bench.changed, set()
        self.draw(bench, changed)
        line, setting = bench.line, state.settings[state.active]
        tracks = {i: t for i in range(len(RUNS)) if (t := bench.track(RUNS[i])) is not None}
        step, number = step_of(bench)
        self.parts |= {
            "#verdict": words.verdict(bench.verdict, bench.package, bench.engine is not None),
            "#runs": words.runs(state.settings, state.active),
            "#of-run": f"Knobs of run {RUNS[state.active]}",
            ".active": RUNS[state.active],
            "#table": words.table(tracks, line),
            "#states": words.states(tracks, line),
            "#update": words.update(step, setting, number),
            "#troubles": words.troubles(troubles(bench, state.errors)),
            "#predict": state.asking.html(),
            "#progress": progress(bench, state.asking.hides),
            "#mark-lr": words.mark(line),
            "#kept": escape(state.kept),
            **words.notes(setting, tracks.get(state.active), state.errors),
        }
        if self.parts != self.shown.parts:
            self.shown.update(parts=dict(self.parts))

    def draw(self, bench: Bench, changed: set[str]) -> None:
        """Draw those pictures anew whose runs have changed."""
        line = bench.line
        if line is not None and "data" in changed:
            self.pictures.show_samples(line)
            changed |= set(RUNS)
        if line is not None and changed & set(RUNS):
            tracks = [bench.track(name) for name in RUNS]
            for index, name in enumerate(RUNS):
                if name in changed:
                    self.pictures.show_run(index, tracks[index], line)
            there = [track for track in tracks if track is not None]
            self.shown.ranges = self.pictures.frame(there, line)  # type: ignore[assignment]
        if "right" in changed:
            self.pictures.show_right(bench.track("right"))
        if "step" in changed:
            self.pictures.show_step(step_of(bench)[0])


def step_of(bench: Bench) -> tuple[Step | None, int]:
    """Return the update that is looked at, if there is one, and its number."""
    slot = bench.slots.get("step")
    if slot is None or not isinstance(slot.result, Step):
        return None, 1
    return slot.result, slot.job.number


def troubles(bench: Bench, errors: dict[str, str]) -> list[tuple[str, str]]:
    """Return all that has gone wrong, and where."""
    found = [("your prediction", errors["answer"])] if "answer" in errors else []
    if bench.data_trouble:
        found.append(("data, of the tests' own instead", bench.data_trouble))
    if bench.line is not None and not bench.line.determined:
        found.append(("data", "all x are the same, so that w and b are not determined"))
    for name, slot in bench.slots.items():
        if slot.trouble:
            where = f"run {name}" if name in RUNS else WHERE.get(name, "what was measured")
            found.append((where, slot.trouble))
    return found


def progress(bench: Bench, hides: bool) -> str:
    """Say how far the runs are."""
    if hides:
        return "Nothing runs before you have committed to an answer."
    slots = {name: bench.slots[name] for name in RUNS if name in bench.slots}
    said = [f"run {name}: {how_far(slot)}" for name, slot in slots.items() if how_far(slot)]
    complete = slots and not any(slot.trouble for slot in slots.values())
    return "<br>".join(said) or ("All runs are at their end." if complete else "")


def how_far(slot: Slot) -> str:
    """Say how far a run is, "" if it is at its end."""
    wanted = slot.job.setting.epochs
    done = slot.result.epochs if slot.fresh else 0
    if slot.trouble or (slot.state == "over" and done == wanted):
        return ""
    if slot.state != "over":
        return f"running, {100 * done // wanted} %"
    if slot.job.seconds < LONG and not slot.stopped:
        return f"{done:,} of {wanted:,} epochs in the {slot.job.seconds:g} s that it had"
    return f"stopped at epoch {done:,} of {wanted:,}"
