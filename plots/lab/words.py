"""What the page says in HTML: the numbers of the runs, the one update, the troubles."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from plots.experiment import Line
from plots.lab.functions import Step
from plots.lab.judging import Found
from plots.lab.settings import KNOBS, Setting, limit
from plots.lab.style import RUNS
from plots.lab.track import Track

DASHES = ("", "9 5", "12 4 2 4")  # as pictures.py draws them
COLUMNS = ("run", "α", "m", "epochs", "updates", "w", "b", "loss", "above least")


def key(index: int) -> str:
    """Return a sample of a run's line, for those who see it."""
    style = f'stroke="var(--{RUNS[index]})" stroke-width="4" stroke-dasharray="{DASHES[index]}"'
    return (
        '<svg class="key" viewBox="0 0 40 12" aria-hidden="true">'
        f'<line x1="0" y1="6" x2="40" y2="6" {style}/></svg>'
    )


def runs(settings: Sequence[Setting], active: int) -> str:
    """Return the choice among the runs."""
    radios = [
        f'<label><input type="radio" name="active" value="{index}"'
        f"{' checked' if index == active else ''}>{RUNS[index]} {key(index)}</label>"
        for index in range(len(settings))
    ]
    more = '<button type="button" name="do" value="add">add a run</button>'
    less = (
        f'<button type="button" name="do" value="remove">remove run {RUNS[len(settings) - 1]}'
        "</button>"
    )
    return "".join(
        [*radios, more if len(settings) < len(RUNS) else "", less if len(settings) > 1 else ""]
    )


def notes(setting: Setting, track: Track | None, errors: Mapping[str, str]) -> Mapping[str, str]:
    """Return what there is to say below the knobs: what they amount to, or what is wrong."""
    counted = track is not None and track.setting.batch_size == setting.batch_size
    each, rest = track.each if track and counted else setting.each, setting.last_batch
    last = "" if rest == setting.batch_size or each != setting.each else f", the last of {rest}"
    batches = "batch" if each == 1 else "batches"
    said = {
        "batch_size": f"{setting.method}: {each:,} {batches} in an epoch{last}",
        "epochs": f"{each * setting.epochs:,} updates in all",
    }
    wrong = {name: f'<span class="trouble">{escape(text)}</span>' for name, text in errors.items()}
    return {f"#note-{name}": {**said, **wrong}.get(name, "") for name in KNOBS}


def mark(line: Line | None) -> str:
    """Return the mark of 2/λ below the slider of the rate."""
    if line is None:
        return ""
    place = min(KNOBS["lr"].position(limit(line)), 1.0)
    right = f"calc(.3rem + {1 - place:.4f} * (100% - 1.2rem))"  # a slider's knob is 1.2rem wide
    return f'<span style="right: {right}">2/λ = {limit(line):.3f} ▲</span>'


def state(track: Track, line: Line) -> str:
    """Say how a run is."""
    diverged = track.diverged_at(line)
    if diverged is not None:
        return f"diverged, its loss is beyond 10⁶ by update {diverged:,}"
    near = track.near_at(line)
    if near is None:
        return "has not come within 10 % of the least-squares loss"
    return f"within 10 % of the least-squares loss by update {near:,}"


def table(tracks: Mapping[int, Track], line: Line | None) -> str:
    """Return the numbers of all runs."""
    if line is None:
        return ""
    rows = []
    for index, track in tracks.items():
        excess = float(line.excess(track.path)[-1])
        setting = track.setting
        rows.append(
            [
                f"{RUNS[index]} {key(index)}",
                *(f"{setting.lr:g}", f"{setting.batch_size}", f"{track.epochs:,}"),
                *(f"{track.updates:,}", number(track.w), number(track.b)),
                *(number(line.loss + excess), share(excess, line.loss)),
            ]
        )
    rows.append(["least squares", *[""] * 4, number(line.w), number(line.b), number(line.loss), ""])
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def states(tracks: Mapping[int, Track], line: Line | None) -> str:
    """Say how all runs are."""
    if line is None:
        return ""
    return " ".join(f"{RUNS[index]}: {state(track, line)}." for index, track in tracks.items())


def number(value: float) -> str:
    """Return a number for a cell."""
    return f"{value:.5g}" if abs(value) < 1e5 else f"{value:.2e}"


def share(excess: float, least: float) -> str:
    """Return by which share of the least loss another one is above it."""
    ratio = excess / least if least > 1e-12 else math.inf
    if not ratio < 1e6:
        return number(excess)
    return f"{100 * ratio:.3g} %" if ratio < 9.99 else f"{ratio:,.0f} times"


def update(step: Step | None, setting: Setting, count: int) -> str:
    """Return one update as a formula with its numbers."""
    if step is None:
        return ""
    (w, b), (dw, db), (w2, b2) = step.before, step.gradient, step.after
    of = f"the {len(step.x)} samples of its batch"
    if len(step.x) == 1:
        of = f"its one sample, x = {step.x.flat[0]:.4f}, y = {step.y.flat[0]:.4f}"
    rows = [
        f"update {count}: batch {step.place} of {step.of} in epoch {step.epoch}; over {of}",
        f"mse_gradients returned ∂L/∂w = {digits(dw)}   ∂L/∂b = {digits(db)}",
        "w ← w − α · ∂L/∂w",
        moved(w, setting.lr, dw, w2),
        "b ← b − α · ∂L/∂b",
        moved(b, setting.lr, db, b2),
    ]
    return f'<p class="formula">{escape(chr(10).join(rows))}</p>'


def moved(before: float, lr: float, slope: float, after: float) -> str:
    """Return the formula for a parameter, and what sgd_step returned if that is something else."""
    right = before - lr * slope
    factor = f"({digits(slope)})" if slope < 0 else digits(slope)
    formula = f"  = {digits(before)} − {lr:g} · {factor} = {digits(right)}"
    same = digits(right) == digits(after) or math.isclose(right, after, abs_tol=1e-9)
    return formula if same else f"{formula}, but sgd_step returned {digits(after)}"


def digits(value: float) -> str:
    """Return a number with the digits that a formula shows."""
    return f"{value:.5f}" if abs(value) < 1e6 else f"{value:.5e}"


def troubles(sentences: Iterable[tuple[str, str]]) -> str:
    """Return what has gone wrong, and where."""
    found = dict.fromkeys(sentences)
    return "".join(f'<p class="trouble">{escape(f"{who}: {what}")}</p>' for who, what in found)


def verdict(found: Found | None, package: str, as_scan: bool) -> str:
    """Return the line on top: whose functions these are, and what the tests say."""
    said = "The tests are running …" if found is None else escape(found.text)
    style = ' class="trouble"' if found is not None and found.state == "wrong" else ""
    scan = ", the descent as a scan" if as_scan else ""
    return f"Runs the functions in <b>{package}/</b>{scan}. <span{style}>{said}</span>"
