"""What the lab says of its eight questions is true of the run, whichever data it is made on.

Each run is made again here, with nothing of the lab's: plain updates on the batches that the
reference solution draws.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from plots.experiment import SAMPLES, Array, Line, least_squares
from plots.lab.asking import Asking
from plots.lab.child import Job, Over, answers
from plots.lab.judging import Found
from plots.lab.questions import EXPERIMENTS, Experiment
from plots.lab.seen import DRAWS, Measured, Seen
from plots.lab.settings import Setting
from plots.lab.track import Track
from solution import gradients
from solution.batching import sample_batch
from solution.data import make_data
from solution.lab import scan

SEEDS = (0, 42, 2024)


class Shown(NamedTuple):
    """What is said, and all that it may be about."""

    text: str
    line: Line
    paths: dict[str, Array]  # w and b before the first update and after each
    settings: tuple[Setting, ...]
    measured: Measured

    def numbers(self, pattern: str) -> list[float]:
        """Return the numbers that stand for the groups of a pattern, which the text must have."""
        found = re.search(pattern, self.text)
        assert found is not None, (pattern, self.text)
        return [float(group.replace(",", "").replace("−", "-")) for group in found.groups()]


def path_of(x: Array, y: Array, setting: Setting) -> Array:
    rng = np.random.default_rng(setting.seed)
    w, b = setting.w, setting.b
    path = [(w, b)]
    for _ in range(setting.epochs):
        order = rng.permutation(SAMPLES)
        for start in range(0, SAMPLES, setting.batch_size):
            rows = order[start : start + setting.batch_size]
            residual = w * x[rows, 0] + b - y[rows, 0]
            w, b = (
                w - setting.lr * 2 * float(np.mean(residual * x[rows, 0])),
                b - setting.lr * 2 * float(np.mean(residual)),
            )
            path.append((w, b))
    return np.array(path)


def last(job: Job, engine: Any) -> Any:
    """Return the last result of a job."""
    *_, result, over = answers(job, "solution", engine)
    assert over == Over()
    return result


def measure(experiment: Experiment, seed: int, engine: Any) -> Measured:
    line = least_squares(*make_data(seed=seed))
    runs = [replace(setting, seed=seed) for setting in experiment.runs(line)]
    tracks = {
        name: last(Job("run", setting, math.inf), engine)
        for name, setting in zip("ABC", runs, strict=False)
    }
    probes = {
        name: last(replace_seed(job, seed), engine) for name, job in experiment.probes.items()
    }
    return Measured(line, tracks, probes)


def replace_seed(job: Job, seed: int) -> Job:
    return job._replace(setting=replace(job.setting, seed=seed))


def shown(name: str, seed: int, engine: Any) -> Shown:
    experiment = EXPERIMENTS[name]
    measured = measure(experiment, seed, engine)
    seen = experiment.see(measured)
    assert seen.answer == experiment.expected
    settings = tuple(track.setting for track in measured.tracks.values())
    x, y = make_data(seed=seed)
    paths = {n: path_of(x, y, t.setting) for n, t in measured.tracks.items()}
    return Shown(" ".join(seen.facts + seen.reason), measured.line, paths, settings, measured)


def hessian(line: Line) -> Array:
    columns = np.hstack([line.x, np.ones_like(line.x)])
    return np.asarray(2 * columns.T @ columns / SAMPLES)


def loss(line: Line, point: Array) -> float:
    return float(np.mean((point[0] * line.x + point[1] - line.y) ** 2))


def close(*pairs: tuple[float, float], within: float = 0.006) -> None:
    """Demand numbers as they are, but for the digits that are not shown."""
    for said, is_so in pairs:
        assert math.isclose(said, is_so, rel_tol=within, abs_tol=6e-4), (said, is_so)


def check_beyond(it: Shown) -> None:
    path, (setting,) = it.paths["A"], it.settings
    sharp = np.linalg.eigvalsh(hessian(it.line))[1]
    (count, value) = it.numbers(r"After (\d+) updates the loss is ([\d.e+]+)\.")
    assert count == len(path) - 1
    close((value, loss(it.line, path[-1])))
    close(*zip(it.numbers(r"α = ([\d.]+) and λ = ([\d.]+) that"), (setting.lr, sharp), strict=True))
    assert it.numbers(r"that is (−[\d.]+)\.")[0] < -1
    close((it.numbers(r"that is (−[\d.]+)\.")[0], 1 - setting.lr * sharp))
    away = np.linalg.norm(path - [it.line.w, it.line.b], axis=1)
    assert away[-1] > away[-2] > away[-3]
    assert np.dot(*(path[-2:] - [it.line.w, it.line.b])) < 0
    close((it.numbers(r"grew by ([\d.]+)\.")[0], away[-1] / away[-2]))
    (edge,) = it.numbers(r"2/λ = ([\d.]+) the same")
    close((edge, 2 / sharp))
    assert math.isclose(setting.lr, 1.08 * 2 / sharp, rel_tol=1e-9)


def check_floor(it: Shown) -> None:
    track, path = it.measured.tracks["A"], it.paths["A"]
    assert track.updates == len(path) - 1 == 30_000
    share, least, looks = it.numbers(r"was ([\d.]+) % above the .* of ([\d.]+), .* of (\d+) looks")
    close((least, it.line.loss))
    assert share > 0.1
    assert looks >= 10
    whole = np.mean([loss(it.line, p) for p in path[15_000::50]]) / it.line.loss - 1
    assert 0.2 < share / (100 * whole) < 5  # looks are few, and the run's own average is near
    low, high, best = it.numbers(r"find w from ([\d.]+) to ([\d.]+); the best is ([\d.]+)\.")
    assert path[15_000:, 0].min() - 1e-3 <= low < high <= path[15_000:, 0].max() + 1e-3
    close((best, it.line.w))
    each = [np.hypot(*gradients.mse_gradients(x, y, it.line.w, it.line.b)) for x, y in ones(it)]
    assert min(each) > 0  # no single gradient is 0 there
    total = gradients.mse_gradients(it.line.x, it.line.y, it.line.w, it.line.b)
    assert max(map(abs, total)) < 1e-12  # and their mean is
    near = next(k for k, p in enumerate(path) if loss(it.line, p) < 1.1 * it.line.loss)
    assert near < 30_000 / 5  # "far more than it needs"


def ones(it: Shown) -> Iterator[tuple[Array, Array]]:
    return zip(it.line.x[:, None], it.line.y[:, None], strict=True)


def check_counts(it: Shown) -> None:
    above = [loss(it.line, it.paths[n][-1]) - it.line.loss for n in "AB"]
    close(*zip(it.numbers(r"A ends ([\d.]+) above .* and B ([\d.]+)\."), above, strict=True))
    made, size, other = it.numbers(r"made (\d+) updates, .* whether (\d+) .* or (\d+)\.")
    assert {len(path) - 1 for path in it.paths.values()} == {made}
    assert [size, other] == [setting.batch_size for setting in it.settings]
    close((it.numbers(r"is ([\d.]+) times what")[0], above[0] / above[1]))
    read = it.numbers(r"read ([\d,]+) samples for it, and B ([\d,]+): .* is (\d+) times")
    assert read == [200 * SAMPLES, 20 * SAMPLES, 10]


def check_spread(it: Shown) -> None:
    draws, small, large = it.numbers(r"Over (\d+) .* of ([\d.]+) for m = 16, .* of ([\d.]+) for")
    assert draws == DRAWS
    x, y = it.line.x, it.line.y
    rng = np.random.default_rng(1)  # other batches than the lab's
    for said, size in ((small, 16), (large, 64)):
        slopes = [
            gradients.mse_gradients(*sample_batch(x, y, size, rng), 0.0, 0.0)[0]
            for _ in range(4000)
        ]
        assert math.isclose(said, np.std(slopes), rel_tol=0.12)  # 4 standard errors of both
    (ratio,) = it.numbers(r"multiply it by ([\d.]+)\.")
    close((ratio, large / small), within=0.02)
    assert 0.45 <= ratio <= 0.55


def check_clocks(it: Shown) -> None:
    epochs = it.numbers(
        r"by epoch (\d+), stochastic by epoch ([\d.]+), mini-batch by epoch (\d+)\."
    )
    updates = it.numbers(r"In updates that is ([\d,]+), ([\d,]+) and ([\d,]+):")
    each = it.numbers(r"an epoch has (\d+), (\d+) or (\d+) of them")
    assert each == [1, 1000, 8]
    for name, epoch, update, batches in zip("ABC", epochs, updates, each, strict=True):
        path = it.paths[name]
        first = next(k for k, p in enumerate(path) if loss(it.line, p) < 1.1 * it.line.loss)
        assert update == first
        assert abs(epoch - update / batches) <= 0.5
    assert max(updates) <= 2 * min(updates)  # "about as far"
    assert min(epochs) == epochs[1] < epochs[2] / 10 < epochs[0] / 10
    micro = it.numbers(r"takes (\d+), (\d+) or (\d+) µs")
    milli = it.numbers(r"need (\d+), (\d+) and (\d+) ms")
    for cost, total, update in zip(micro, milli, updates, strict=True):
        assert abs(total - cost * update / 1000) <= 0.5 + 0.0005 * update


def check_crawl(it: Shown) -> None:
    path, line = it.paths["A"], it.line
    w, b, share = it.numbers(r"at w = ([\d.]+), b = ([\d.]+), with a loss ([\d.]+) % above")
    close((w, path[-1, 0]), (b, path[-1, 1]), (share, 100 * (loss(line, path[-1]) / line.loss - 1)))
    values, vectors = np.linalg.eigh(hessian(line))
    flat, off = it.numbers(r"is only ([\d.]+): .* αλ = ([\d.]+) %")
    close((flat, values[0]), within=0.01)
    left = (path - [line.w, line.b]) @ vectors[:, 0]  # along the valley
    close((off, 100 * (1 - left[-1] / left[-2])), within=0.05)
    count, rest = it.numbers(r"After (\d+) updates ([\d.]+) % of it are left")
    assert count == len(path) - 1
    close((rest, 100 * left[-1] / left[0]))
    close(*zip(it.numbers(r"line, w = ([\d.]+), b = ([\d.]+):"), (line.w, line.b), strict=True))
    across = (path - [line.w, line.b]) @ vectors[:, 1]
    assert abs(across[-1]) < 1e-6 * abs(across[0])  # it is the valley that it is still in


def check_rates(it: Shown) -> None:
    calm, wild = it.numbers(r"was ([\d.]+) % above .*, and ([\d.]+) % for")
    assert calm < 10  # "close to the least-squares loss"
    for said, name, start in ((calm, "A", 80), (wild, "B", 10_000)):
        late = it.paths[name][start:]
        own = np.mean([loss(it.line, p) for p in late[:: max(len(late) // 500, 1)]])
        assert 0.2 < said / (100 * (own / it.line.loss - 1)) < 5
    ones_made, few_made, times = it.numbers(r"B made ([\d,]+) .* A (\d+), and B is (\d+) times")
    assert [few_made, ones_made] == [len(it.paths[n]) - 1 for n in "AB"]
    assert ones_made == 125 * few_made
    close((times, wild / calm), within=0.1)
    assert times >= 5


def check_short(it: Shown) -> None:
    assert it.numbers(r"as much off as ([\d.]+) updates\.") == [8.0]
    assert it.numbers(r"128 are (\d+) whole ones and one of (\d+)\.") == [7, 104]
    assert it.numbers(r"amount to ([\d.]+) updates, and without it to (\d+)\.") == [7.812, 7]


CHECKS: Mapping[str, Callable[[Shown], None]] = {
    "beyond": check_beyond,
    "floor": check_floor,
    "counts": check_counts,
    "spread": check_spread,
    "clocks": check_clocks,
    "crawl": check_crawl,
    "rates": check_rates,
    "short": check_short,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_sentence_is_true_of_the_scan(name: str, seed: int) -> None:
    CHECKS[name](shown(name, seed, scan))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_sentence_is_true_of_the_loop(name: str) -> None:
    CHECKS[name](shown(name, 1, None))


def test_there_are_eight_and_each_is_checked() -> None:
    assert len(EXPERIMENTS) == 8
    assert CHECKS.keys() == EXPERIMENTS.keys()
    for experiment in EXPERIMENTS.values():
        assert experiment.expected in experiment.options


# -- runs that are not right ------------------------------------------------------------------


def track(setting: Setting, path: Any) -> Track:
    points = np.array(path, dtype=float)
    return Track(setting, np.ones(setting.epochs), np.arange(len(points)), points, 1e-5)


def seen_of(name: str, *paths: Any, **numbers: float) -> Seen:
    line = least_squares(*make_data())
    runs = EXPERIMENTS[name].runs(line)
    tracks = {n: track(s, p) for n, s, p in zip("ABC", runs, paths, strict=False)}
    return EXPERIMENTS[name].see(Measured(line, tracks, numbers))


def test_other_runs_get_other_answers() -> None:
    line = least_squares(*make_data())
    best, away = (line.w, line.b), (9.0, 9.0)
    assert seen_of("beyond", [away, best, best]).answer == "reaches"
    assert seen_of("beyond", [away, away, away]).answer == "swings"
    assert seen_of("beyond", [away, (np.nan, np.nan)]).answer == "grows"
    assert seen_of("floor", [away, best, best]).answer == "at"
    assert seen_of("counts", [away, best], [away, away]).answer == "whole"
    assert seen_of("counts", [away, away], [away, best]).answer == "tenth"
    assert seen_of("clocks", [away], [away], [away]).answer == ""
    assert seen_of("clocks", [best], [away] * 3 + [best], [away] * 3 + [best]).answer == "batch"
    assert seen_of("crawl", [away, best]).answer == "least"
    assert seen_of("crawl", [away, (np.nan, np.nan)]).answer == "way"
    assert seen_of("rates", [away, best, best], [away, best, best]).answer == "better"
    assert seen_of("rates", [away, best], [away, (np.inf, 0.0)]).answer == "diverges"
    for updates, answer in ((7.0, "dropped"), (7.8125, "scaled"), (8.0, "own"), (4.0, "")):
        assert seen_of("short", [away, best], updates=updates).answer == answer
    for large, answer in ((1.0, "same"), (0.49, "half"), (0.25, "quarter"), (2.0, "")):
        spreads = {"m = 16": 1.0, "m = 64": large}
        assert seen_of("spread", [away], [away], **spreads).answer == answer


def test_a_reason_is_given_only_where_it_is_the_run_s() -> None:
    asking = Asking()
    asking.ask("beyond")
    asking.chosen = "swings"
    asking.seen = Seen("swings", ("the fact",), ("the reason",))
    assert "the fact" in asking.html()
    assert "the reason" not in asking.html()
    assert EXPERIMENTS["beyond"].options["grows"] in asking.html()
    asking.seen = Seen("grows", ("the fact",), ("the reason",))
    assert "the reason" in asking.html()


def answered(session: Any) -> str:
    """Answer the first question with a run that goes uphill and overflows, and return the words."""
    session.hear({"what": "ask", "question": "beyond"})
    session.hear({"what": "commit", "answer": "grows"})
    session.bench.give("A", track(session.settings[0], [(0.0, 0.0), (np.inf, np.nan)]))
    session.drawn = 0.0  # which is long ago
    session.tick()
    return str(session.asking.html())


def test_no_answer_is_explained_before_the_functions_are_known_to_be_right(session: Any) -> None:
    assert "Running" in answered(session)
    for state in ("wrong", "unwritten"):
        session.bench.verdict = Found("✗ sgd_step: it goes uphill", state)
        said = answered(session)
        assert "It cannot be seen:" in said
        assert "✗ sgd_step: it goes uphill" in said
        assert not re.search("2/λ the|inf|nan", said)
    session.bench.verdict = Found("All pass.", "right")
    assert "2/λ = 0.791" in answered(session)


def test_an_answer_goes_with_the_functions_that_gave_it(session: Any) -> None:
    session.bench.verdict = Found("All pass.", "right")
    assert "After 1 updates" in answered(session)
    session.bench.reload()
    session.tick()
    assert "After 1 updates" not in session.asking.html()
    assert "Your functions have been saved since: ask again." in session.asking.html()
