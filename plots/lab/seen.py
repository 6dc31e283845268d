"""What a run has to say to a question: which answer is right, and why.

Nothing here is taken for granted: the answer, and every number in a sentence, is computed from the
run. The reasons are those of right functions, so nothing is said of others.
`solution/checks/test_lab_questions.py` runs them all.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from plots.experiment import SAMPLES, Array, Line
from plots.lab.settings import curvatures, limit
from plots.lab.track import Track


class Measured(NamedTuple):
    """What has come of the runs, by their letter, and of what else was measured."""

    line: Line
    tracks: Mapping[str, Track]
    numbers: Mapping[str, float]


class Seen(NamedTuple):
    """Which answer the run gives, "" for none of them, what it did, and the reason for that."""

    answer: str
    facts: tuple[str, ...]
    reason: tuple[str, ...]


DRAWS = 1000  # batches, over which the spread of a gradient is taken


# -- what is seen -----------------------------------------------------------------------------


def beyond(measured: Measured) -> Seen:
    """Look what a rate beyond 2/λ does."""
    line, track = measured.line, measured.tracks["A"]
    excess = line.excess(track.path)
    ratio = excess[-1] / excess[0]
    answer = "reaches" if ratio < 1e-4 else "swings" if ratio < 1e4 else "grows"  # NaN grows
    sharp, rate = float(curvatures(line)[-1]), track.setting.lr
    with np.errstate(all="ignore"):
        growth = math.sqrt(excess[-1] / excess[-2])
    return Seen(
        answer,
        (f"After {track.updates} updates the loss is {line.loss + excess[-1]:.3g}.",),
        (
            "Along the steepest direction an update multiplies the error by 1 − αλ: with "
            f"α = {rate:.3f} and λ = {sharp:.3f} that is −{rate * sharp - 1:.3f}.",
            "Its size is above 1, so each update lands on the other side of the valley, and "
            f"further away: in the last one of this run the distance grew by {growth:.3f}.",
            f"Below 2/λ = {limit(line):.3f} the same update brings it nearer.",
        ),
    )


def floor(measured: Measured) -> Seen:
    """Look whether stochastic descent ends at the least-squares loss."""
    line, track = measured.line, measured.tracks["A"]
    above, late = late_excess(track, line), late_points(track)
    answer = "above" if above > 1e-3 else "at" if above > -1e-9 else "below"
    return Seen(
        answer,
        (
            f"In the second half of the run the loss on all samples was {percent(above)} above "
            f"the least-squares loss of {line.loss:.5f}, on average of {len(late)} looks.",
        ),
        (
            "An update follows the gradient of one sample: at the best line these gradients are "
            "not 0, they only cancel on average.",
            "At a rate that stays the same the run keeps moving: these looks find w from "
            f"{late[:, 0].min():.3f} to {late[:, 0].max():.3f}; the best is {line.w:.3f}.",
            f"So its loss stays above, here by {percent(above)}; no line is below.",
        ),
    )


def counts(measured: Measured) -> Seen:
    """Compare epochs with updates."""
    one, two = measured.tracks["A"], measured.tracks["B"]
    first, second = (float(measured.line.excess(t.path)[-1]) for t in (one, two))
    ratio = first / second if second else math.inf
    answer = "alike" if 0.75 < ratio < 4 / 3 else "whole" if ratio < 1 else "tenth"
    read = [track.epochs * SAMPLES for track in (one, two)]
    return Seen(
        answer,
        (f"A ends {first:.4f} above the least-squares loss, and B {second:.4f}.",),
        (
            f"Both made {one.updates} updates, and an update goes about as far whether "
            f"{one.setting.batch_size} samples vote on it or {two.setting.batch_size}.",
            f"What is left of the one loss is {ratio:.2f} times what is left of the other.",
            f"But A has read {read[0]:,} samples for it, and B {read[1]:,}: counted in epochs the "
            f"small batch is {read[0] / read[1]:.0f} times as fast.",
        ),
    )


def spread(measured: Measured) -> Seen:
    """Compare the spread of the gradient for a batch and one four times as large."""
    small, large = measured.numbers["m = 16"], measured.numbers["m = 64"]
    ratio = large / small if small else math.nan
    answer = nearest(ratio, {"same": 1.0, "half": 0.5, "quarter": 0.25}, 0.1)
    return Seen(
        answer,
        (
            f"Over {DRAWS} random batches at w = b = 0 the derivative dw has a standard deviation "
            f"of {small:.3f} for m = 16, and of {large:.3f} for m = 64.",
        ),
        (
            "The spread of a mean falls as 1/√m, and √4 is 2.",
            f"Here four times the samples multiply it by {ratio:.2f}.",
            "So half the noise costs four times the samples in each update.",
        ),
    )


def clocks(measured: Measured) -> Seen:
    """Look which method is first on which clock."""
    near = [measured.tracks[name].near_at(measured.line) for name in "ABC"]
    if None in near:
        return Seen("", ("Not all three runs have come within 10 % of the least loss.",), ())
    updates = [at for at in near if at is not None]
    tracks = [measured.tracks[name] for name in "ABC"]
    epochs = [at / track.setting.each for at, track in zip(updates, tracks, strict=True)]
    cost = [track.update_seconds for track in tracks]
    first_by_epoch, ratio = int(np.argmin(epochs)), max(updates) / max(min(updates), 1)
    first = ("batch", "stochastic", "mini")
    answer = first[int(np.argmin(updates))] if ratio > 2 else "alike" if first_by_epoch == 1 else ""
    times = [1e3 * seconds * at for seconds, at in zip(cost, updates, strict=True)]
    return Seen(
        answer,
        (
            f"Batch descent is within 10 % of the least loss by epoch {epochs[0]:.0f}, stochastic "
            f"by epoch {epochs[1]:.1f}, mini-batch by epoch {epochs[2]:.0f}.",
        ),
        (
            f"In updates that is {updates[0]:,}, {updates[1]:,} and {updates[2]:,}: an update goes "
            "about as far with any batch.",
            f"But an epoch has {tracks[0].setting.each}, {tracks[1].setting.each} or "
            f"{tracks[2].setting.each} of them.",
            f"In the loop of stage 4 an update takes {1e6 * cost[0]:.0f}, {1e6 * cost[1]:.0f} or "
            f"{1e6 * cost[2]:.0f} µs here, and so they need {times[0]:.0f}, {times[1]:.0f} and "
            f"{times[2]:.0f} ms.",
        ),
    )


def crawl(measured: Measured) -> Seen:
    """Look what batch descent at 0.01 has reached after 1000 epochs."""
    line, track = measured.line, measured.tracks["A"]
    above = float(line.excess(track.path)[-1]) / line.loss
    to_best = math.hypot(track.w - line.w, track.b - line.b)
    to_true = math.hypot(track.w - 3.0, track.b - 2.0)
    answer = "way" if not above < 0.1 else "least" if to_best <= to_true else "true"
    flat, rate = float(curvatures(line)[0]), track.setting.lr
    return Seen(
        answer,
        (
            f"It ends at w = {track.w:.3f}, b = {track.b:.3f}, with a loss {percent(above)} above "
            "the least.",
        ),
        (
            f"Along the valley the curvature is only {flat:.3f}: there an update takes "
            f"αλ = {100 * rate * flat:.2f} % off the error.",
            f"After {track.updates} updates {percent((1 - rate * flat) ** track.updates)} of it "
            "are left.",
            f"And it goes to the least-squares line, w = {line.w:.3f}, b = {line.b:.3f}: the noise "
            "of the samples has moved the minimum away from w = 3, b = 2.",
        ),
    )


def rates(measured: Measured) -> Seen:
    """Look what a rate that suits m = 128 does at m = 1."""
    line, few, one = measured.line, measured.tracks["A"], measured.tracks["B"]
    calm, wild = late_excess(few, line), late_excess(one, line)
    times = wild / calm if calm else math.inf
    far = one.diverged_at(line) is not None
    answer = "diverges" if far else "swings" if wild > max(5 * calm, 0.1) else "better"
    return Seen(
        answer,
        (
            f"In the second half of the runs the loss was {percent(calm)} above the least for "
            f"m = 128, and {percent(wild)} for m = 1, on average of some looks.",
        ),
        (
            f"The gradient of one sample spreads more than √128 = {math.sqrt(128):.1f} times as "
            "much as that of 128, and a large rate lets all of it through.",
            f"B made {one.updates:,} updates, A {few.updates:,}, and B is {times:.0f} times "
            "as far above: more updates do not calm it.",
            "Small batches want small rates: turn the rate of B down, and look.",
        ),
    )


def short(measured: Measured) -> Seen:
    """Look what becomes of the short last batch."""
    made, setting = measured.numbers["updates"], measured.tracks["A"].setting
    share = setting.last_batch / setting.batch_size
    full = setting.each - 1.0
    answer = nearest(made, {"dropped": full, "scaled": full + share, "own": full + 1}, 0.005)
    return Seen(
        answer,
        (
            "On samples that are all alike each update takes the same share off the error: an "
            f"epoch of minibatch_gd took as much off as {made:.3f} updates.",
        ),
        (
            f"{SAMPLES} samples in batches of {setting.batch_size} are {full:.0f} whole ones and "
            f"one of {setting.last_batch}.",
            "Its gradient is the mean over its own samples, so its step is as long as the others.",
            f"Divided by {setting.batch_size} the epoch would amount to {full + share:.3f} "
            f"updates, and without it to {full:.0f}.",
        ),
    )


# -- what that is made of ---------------------------------------------------------------------


def late_points(track: Track) -> Array:
    """Return w and b at some fifty times in the second half of a run."""
    times = np.linspace(track.updates / 2, track.updates, 50)
    return np.asarray(track.path[np.unique(np.searchsorted(track.at, times))])


def late_excess(track: Track, line: Line) -> float:
    """Return how far the loss was above the least in the second half, as a share of it."""
    return float(line.excess(late_points(track)).mean()) / line.loss


def nearest(value: float, candidates: Mapping[str, float], share: float) -> str:
    """Return the name of the candidate that a value is within a share of, "" for none."""
    return next((n for n, v in candidates.items() if abs(value - v) <= share * v), "")


def percent(share: float) -> str:
    """Return a share as a text."""
    return f"{100 * share:.3g} %"
