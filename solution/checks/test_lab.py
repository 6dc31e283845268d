"""The lab without a browser: its knobs, the process of the functions, its server."""

import http.client
import itertools
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plots.lab import command, judging
from plots.lab.bench import Bench
from plots.lab.child import Child, Job, Samples
from plots.lab.functions import Functions, Step, Trouble, stand_in_data
from plots.lab.settings import KNOBS, Setting, limit
from plots.lab.track import POINTS, evenly
from solution import batching, data, descent, gradients
from solution.checks.conftest import ROOT, Change, descendants
from solution.checks.labs import Lab, copy_of_project, crashing, hanging, last, slow, spoil, wait
from solution.lab import scan
from solution.landscape import compute

# -- knobs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KNOBS)
def test_a_slider_reaches_both_ends_and_stays_where_it_is_put(name: str) -> None:
    knob = KNOBS[name]
    assert (knob.at(0.0), knob.at(1.0)) == (knob.least, knob.most)
    for position in np.linspace(0.0, 1.0, 11):
        assert abs(knob.position(knob.at(float(position))) - position) < 0.07
        assert knob.parse(knob.text(knob.at(float(position)))) == knob.at(float(position))


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "0", "-1", "3"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^learning rate α: a number from 0\.0001 to 2, please$"):
        KNOBS["lr"].parse(text)


def test_a_batch_is_a_whole_number_of_samples() -> None:
    assert KNOBS["batch_size"].parse("128") == 128
    for text in ("0", "1001", "1.5"):
        with pytest.raises(ValueError, match="a whole number from 1 to 1000"):
            KNOBS["batch_size"].parse(text)
    with pytest.raises(ValueError, match="a whole number from 0 to 999999, please"):
        KNOBS["seed"].parse("-1")


def test_the_short_last_batch_is_counted() -> None:
    found = [(s.each, s.last_batch) for s in (Setting(batch_size=m) for m in (1, 128, 1000, 600))]
    assert found == [(1000, 1), (8, 104), (1, 1000), (2, 400)]


def test_the_limit_is_that_of_the_landscape(monkeypatch: pytest.MonkeyPatch) -> None:
    from plots.experiment import least_squares
    from solution import landscape

    monkeypatch.setattr(landscape, "BATCH_SIZES", (1000,))
    line = least_squares(*data.make_data())
    assert limit(line) == pytest.approx(compute(line, 0).limit)


def test_of_a_long_path_the_beginning_and_the_end_are_kept_whole() -> None:
    kept = evenly(1_000_001)
    assert len(kept) <= POINTS
    assert [*kept[:4]] == [0, 1, 2, 3]
    assert [*kept[-100:]] == [*range(999_901, 1_000_001)]
    assert [*evenly(5)] == [0, 1, 2, 3, 4]


# -- runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 128, 1000])
def test_loop_and_scan_draw_the_same(batch_size: int) -> None:
    setting = Setting(lr=0.05, batch_size=batch_size, epochs=7, w=-1.0, b=5.0, seed=3)
    x, y = data.make_data(seed=3)
    loop, fast = last(Functions("solution").run(setting, x, y)), last(scan(setting, x, y))
    np.testing.assert_allclose(loop.losses, fast.losses)
    both, own, other = np.intersect1d(loop.at, fast.at, return_indices=True)
    assert len(both) >= 7
    assert both[-1] == setting.updates
    np.testing.assert_allclose(loop.path[own], fast.path[other])
    assert loop.complete
    assert fast.complete


def test_a_long_scan_is_drawn_piece_by_piece_and_is_one_descent() -> None:
    setting = Setting(batch_size=1, epochs=600)
    x, y = data.make_data()
    tracks = list(scan(setting, x, y))
    assert [track.epochs for track in tracks] == [250, 500, 600]
    rng = np.random.default_rng(setting.seed)
    from solution.scan import minibatch_gd_scan

    w, b, losses = minibatch_gd_scan(x, y, batch_size=1, lr=0.01, epochs=600, rng=rng)
    assert (tracks[-1].w, tracks[-1].b) == pytest.approx((w, b))
    np.testing.assert_allclose(tracks[-1].losses, losses)


def test_one_update_is_that_of_the_run() -> None:
    setting = Setting(batch_size=128, lr=0.1)
    x, y = data.make_data()
    steps = Functions("solution").steps(setting, x, y)
    seen = [next(steps) for _ in range(8)]
    assert [len(step.x) for step in seen] == [128] * 7 + [104]
    track = last(Functions("solution").run(replace(setting, epochs=1), x, y))
    np.testing.assert_allclose(track.path, [(0.0, 0.0), *(step.after for step in seen)])
    for step in seen:
        moved = np.subtract(step.before, step.after)
        np.testing.assert_allclose(moved, 0.1 * np.array(step.gradient))


def test_updates_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from plots.lab.words import notes

    def dropping(*arguments: Any) -> Iterator[Any]:
        return (batch for batch in shuffled(*arguments) if len(batch[0]) == arguments[2])

    shuffled = batching.shuffled_batches
    for module in (batching, descent):
        monkeypatch.setattr(module, "shuffled_batches", dropping)
    setting, samples = Setting(batch_size=64, epochs=10), data.make_data()
    track = last(Functions("solution").run(setting, *samples))
    assert [*track.at] == [*range(151)]
    assert notes(setting, track, {})["#note-batch_size"] == "mini-batch: 15 batches in an epoch"
    assert notes(setting, track, {})["#note-epochs"] == "150 updates in all"
    steps = [*itertools.islice(Functions("solution").steps(setting, *samples), 16)]
    assert [(step.epoch, step.place, step.of) for step in steps[14:]] == [(1, 15, 15), (2, 1, 15)]


def test_a_run_that_diverges_is_a_fact() -> None:
    from plots.experiment import least_squares
    from plots.lab.words import state

    x, y = data.make_data()
    line = least_squares(x, y)
    setting = Setting(lr=2.0, batch_size=1000, epochs=1000)
    for track in (last(Functions("solution").run(setting, x, y)), last(scan(setting, x, y))):
        assert not np.isfinite(track.w)
        at = track.diverged_at(line)
        assert at is not None
        assert line.losses(track.path)[track.at < at].max() < 1e6
        assert state(track, line).startswith("diverged, its loss is beyond 10⁶ by update ")


def test_a_formula_is_right_whatever_sgd_step_returned() -> None:
    from plots.lab.words import update

    x, y = data.make_data()
    step = Step(x, y, (0.0, 2.0), (-4.16553, 1e200), (-0.04166, 2 - 1e198), 1, 1, 1)
    rows = update(step, Setting(), 1).splitlines()
    assert "  = 0.00000 − 0.01 · (-4.16553) = 0.04166, but sgd_step returned -0.04166" in rows
    assert rows[-1] == "  = 2.00000 − 0.01 · 1.00000e+200 = -1.00000e+198</p>"


def test_samples_that_determine_no_line_are_drawn(session: Any) -> None:
    x, y = data.make_data()
    session.bench.take_samples(Samples(0 * x + 0.1, y, ""), Setting(noise=0.0))
    session.display.show(session.bench, session)
    assert len(set(session.display.pictures.samples.data["x"])) == 1
    assert [*session.display.pictures.contours.data["w"]] == []
    assert "w and b are not determined" in session.display.parts["#troubles"]


# -- what is set ------------------------------------------------------------------------------


def test_controls_that_are_set_are_not_wrong(session: Any) -> None:
    for what in ({"what": "preset batch"}, {"what": "add"}, {"what": "ask", "question": "floor"}):
        session.hear({"what": "batch_size", "batch_size": "5000"})
        assert "from 1 to 1000, please" in session.display.parts["#note-batch_size"]
        session.hear(what)
        assert "please" not in session.display.parts["#note-batch_size"]


def test_the_number_of_an_update_is_that_of_the_update_shown(session: Any) -> None:
    for what, text, number in (
        ("step", "0", 1),
        ("step", "5000", 800),  # of 100 epochs
        ("epochs", "1000", 800),
        ("step", "5000", 1000),
        ("epochs", "3", 24),
    ):
        session.hear({"what": what, what: text})
        assert session.bench.slots["step"].job.number == number
        assert session.display.shown.values.get("step", str(number)) == str(number)
    assert session.display.shown.values == {"step": "24"}


def test_who_leaves_a_question_finds_the_runs_as_they_were(session: Any) -> None:
    session.hear({"what": "lr", "lr": "0.3"})
    session.hear({"what": "add"})
    before = session.settings, session.active
    session.hear({"what": "ask", "question": "crawl"})
    assert session.settings != before[0]
    session.hear({"what": "leave"})
    assert (session.settings, session.active) == before
    assert session.display.shown.values["lr"] == "0.3"
    assert session.bench.slots["B"].job.setting == before[0][1]


# -- functions that give nothing --------------------------------------------------------------


def unwritten(*arguments: Any, **options: Any) -> Any:
    raise NotImplementedError("descent: minibatch_gd")


def leaving(*arguments: Any, **options: Any) -> Any:
    raise SystemExit


TROUBLES = {
    "not written": (unwritten, "minibatch_gd"),
    "exit": (leaving, "minibatch_gd: SystemExit"),
    "None": (lambda *a, **o: None, "minibatch_gd returned None for one epoch, not w, b and one"),
    "no losses": (lambda *a, **o: (1.0, 2.0, []), "minibatch_gd returned (1.0, 2.0, []) for one"),
    "text": (lambda *a, **o: ("w", 2.0, [1.0]), "minibatch_gd returned ('w', 2.0, [1.0]) for one"),
    "array": (lambda *a, **o: (np.ones(3), 2.0, [1.0]), "minibatch_gd returned (array(["),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_descent_without_a_result_is_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, sentence = TROUBLES[name]
    monkeypatch.setattr(descent, "minibatch_gd", function)
    with pytest.raises(Trouble) as raised:
        last(Functions("solution").run(Setting(), *data.make_data()))
    assert str(raised.value).startswith(sentence)
    assert "\n" not in str(raised.value)


def test_data_that_cannot_be_drawn_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for made, said in (
        (None, "make_data returned None, not x and y"),
        ((np.ones(3), np.ones(3)), "make_data returned x of shape (3,) and y of shape (3,)"),
        ((np.full((1000, 1), np.nan),) * 2, "make_data returned x of shape (1000, 1)"),
    ):
        monkeypatch.setattr(data, "make_data", lambda *a, made=made, **o: made)
        with pytest.raises(Trouble) as raised:
            Functions("solution").data(Setting())
        assert str(raised.value).startswith(said)
    assert [part.shape for part in stand_in_data(Setting())] == [(1000, 1)] * 2


@pytest.mark.parametrize(
    ("module", "name", "result", "said"),
    [
        (batching, "shuffled_batches", [], "shuffled_batches gave no batch"),
        (batching, "shuffled_batches", 3, "shuffled_batches: TypeError"),
        (gradients, "mse_gradients", 1.0, "mse_gradients returned 1.0, not two numbers"),
        (gradients, "sgd_step", (1, None), "sgd_step returned (1, None), not two numbers"),
    ],
)
def test_an_update_that_cannot_be_made_is_a_sentence(
    module: Any, name: str, result: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, lambda *a, **o: result)
    with pytest.raises(Trouble) as raised:
        next(Functions("solution").steps(Setting(), *data.make_data()))
    assert str(raised.value).startswith(said)
    # the run is drawn all the same: its first epoch without its updates
    if name == "shuffled_batches":
        monkeypatch.setattr(descent, "minibatch_gd", lambda *a, **o: (1.0, 2.0, [3.0]))
        track = last(Functions("solution").run(Setting(epochs=2), *data.make_data()))
        assert [*track.at] == [0, 8, 16]


# -- the process ------------------------------------------------------------------------------


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench("solution", request.param)
    yield bench
    bench.close()
    assert not descendants(os.getpid()) & {bench._child.process.pid}


def until(bench: Bench, condition: Callable[[], bool]) -> None:
    def is_so() -> bool:
        bench.tick()
        return condition()

    wait(is_so)


def settle(bench: Bench) -> None:
    until(bench, lambda: bench.idle)


@pytest.mark.parametrize(
    ("bench", "said"),
    [(hanging, "no end after 3 s"), (crashing, "ended (status 3)")],
    indirect=["bench"],
)
def test_a_function_that_does_not_return_is_a_sentence_and_the_next_one_runs(
    bench: Bench, said: str
) -> None:
    bench.want("A", Job("run", Setting(epochs=13)))
    bench.want("B", Job("run", Setting(epochs=2)))
    settle(bench)
    assert said in bench.slots["A"].trouble
    assert bench.track("A") is None
    track = bench.track("B")
    assert track is not None
    assert track.complete


@pytest.mark.parametrize("bench", [slow], indirect=True)
def test_a_run_that_is_no_longer_wanted_is_not_waited_for(bench: Bench) -> None:
    bench.want("A", Job("run", Setting(epochs=10_000), seconds=1e9))
    until(bench, lambda: bench.track("A") is not None)
    started = time.monotonic()
    bench.want("A", Job("run", Setting(epochs=3)))
    settle(bench)
    assert time.monotonic() - started < 5
    track = bench.track("A")
    assert track is not None
    assert track.epochs == 3


@pytest.mark.parametrize("bench", [slow], indirect=True)
def test_a_run_gets_as_far_as_it_does_in_its_time_and_can_be_stopped(bench: Bench) -> None:
    bench.want("A", Job("run", Setting(epochs=10_000), seconds=0.5))
    settle(bench)
    track = bench.track("A")
    assert track is not None
    assert 1 <= track.epochs <= 25
    bench.want("A", Job("run", Setting(epochs=10_000), seconds=1e9))
    until(bench, lambda: bench.slots["A"].fresh)
    bench.stop("A")
    settle(bench)
    assert bench.slots["A"].state == "over"


# -- what the tests say -----------------------------------------------------------------------


def verdict_on(folder: Path) -> judging.Found:
    """Return what a process that judges a folder sends."""
    child = Child(judging.serve, folder, "kata")
    found: list[Any] = []
    try:

        def arrived() -> bool:
            found.extend(child.received())
            return bool(found)

        wait(arrived)
    finally:
        child.end()
    assert isinstance(found[0], judging.Found)
    return found[0]


def test_the_verdict_is_the_judges_in_one_line(modules: Path, change: Change) -> None:
    right = judging.Found("All functions of stages 1 to 4 pass their tests.", "right")
    assert verdict_on(modules) == right
    change("gradients", "2 * np.mean(residual * x)", "np.mean(residual * x)")
    found = verdict_on(modules)
    assert found.state == "wrong"
    assert found.text.startswith("✗ mse_gradients: ")
    assert "Likely: " in found.text
    assert "\n" not in found.text


def test_stubs_are_not_wrong() -> None:
    found = verdict_on(ROOT / "kata")
    assert found.state == "unwritten"
    assert found.text.startswith("Not written yet: make_data, ")


# -- the command and its server ---------------------------------------------------------------


def test_without_bokeh_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bokeh", None)
    assert command.main("kata", None, []) == 1
    assert capsys.readouterr().err == (
        "python -m kata lab: the lab draws with Bokeh: install it with "
        'python -m pip install -c constraints.txt -e ".[lab]"\n'
    )


def test_other_options_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main("kata", None, ["--epochs", "3"])
    assert "unrecognized arguments: --epochs 3" in capsys.readouterr().err


@pytest.fixture(scope="module")
def served() -> Iterator[Lab]:
    pytest.importorskip("bokeh", reason="the lab is not tried: there is no Bokeh")
    lab = Lab()
    yield lab
    lab.kill()


def status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_only_who_knows_the_token_gets_the_page(served: Lab) -> None:
    assert status(served.address) == 200
    host, _, token = served.address.rpartition("/")
    for path in ("", token[:-1], f"{token}x", f"{token}/nothing", "ws", "static/js/bokeh.min.js"):
        assert status(f"{host}/{path}") == 403


def test_no_page_from_elsewhere_may_talk_to_it(served: Lab) -> None:
    where = urllib.parse.urlsplit(served.address)
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    def answer(origin: str, path: str = f"{where.path}/ws") -> int:
        connection = http.client.HTTPConnection(where.netloc)
        connection.request("GET", path, headers={**upgrade, "Origin": origin})
        return connection.getresponse().status

    for origin in ("http://example.org", f"http://localhost:{where.port}", "null"):
        assert answer(origin) == 403
    assert answer(f"http://{where.netloc}", "/ws") == 403
    assert answer(f"http://{where.netloc}") != 403  # but there is no session for it yet


def test_nothing_in_the_page_is_loaded_from_elsewhere(served: Lab) -> None:
    with urllib.request.urlopen(served.address) as answer:
        html = answer.read().decode()
    assert "content=\"default-src 'none';" in html
    assert re.findall(r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=[^>]*>", html) == [
        '<link rel="icon" href="data:,">'
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="has no Ctrl-C to send")
def test_ctrl_c_ends_it_and_all_its_processes_even_if_a_function_hangs(tmp_path: Path) -> None:
    pytest.importorskip("bokeh", reason="the lab is not tried: there is no Bokeh")
    folder = copy_of_project(tmp_path)
    spoil(folder, "descent", "    losses = []\n", "    while True: pass\n")
    lab = Lab("kata", folder)
    try:
        assert status(lab.address) == 200
        wait(lambda: len(descendants(lab.process.pid)) >= 3)
        there = descendants(lab.process.pid)
        assert lab.interrupt() == (0, "")
        wait(lambda: not any(Path(f"/proc/{process}").exists() for process in there), 10)
    finally:
        lab.kill()
