"""The bonus "claims": what checks are tried on is right or wrong as it says, as are verdicts."""

import inspect
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kata import batching, descent, gradients
from solution.checks import claims
from solution.checks.conftest import ROOT, Judge
from solution.checks.handed_in import solved
from solution.grading import results, run, sandbox
from solution.grading.handed_back import report
from solution.grading.scores import score
from solution.grading.tables import to_csv
from solution.grading.workers import Limits
from tests.judge import wording
from tests.judge.claims.catalogue import IMPLEMENTATIONS, Made, implementations
from tests.judge.functions import FILES
from tests.judge.judging import Implementation
from tests.judge.verdicts import Verdict
from tests.judged.check_probe import chance
from tests.judged.modules import mentioned
from tests.judged.submission import Submission

MODULES = (gradients, batching, descent)
WRONG = [made for made in IMPLEMENTATIONS if not made.is_right]


# -- what checks are tried on -------------------------------------------------------------------


@pytest.mark.parametrize("in_grading", [False, True])
@pytest.mark.parametrize("function", claims.CHECKS)
def test_there_are_enough_of_each_kind(function: str, in_grading: bool) -> None:
    right, wrong = (implementations(function, kind, in_grading) for kind in (True, False))
    assert len(right) >= 8
    assert len(wrong) >= 12
    for sort in ("name", "idea"):
        assert len({getattr(made, sort) for made in wrong}) == len(wrong)


@pytest.mark.parametrize("function", claims.CHECKS)
def test_in_grading_all_wrong_ones_are_others(function: str) -> None:
    own, others = (implementations(function, False, in_grading) for in_grading in (False, True))
    assert not {made.text for made in own} & {made.text for made in others}


@pytest.mark.parametrize("function", claims.CHECKS)
def test_the_reference_accepts_all_right_ones_and_catches_all_wrong_ones(function: str) -> None:
    assert [made.name for made in claims.misjudged(function, luck=7)] == []


@pytest.mark.parametrize("made", WRONG, ids=lambda made: f"{made.function}: {made.name}")
def test_some_claim_of_the_reference_catches_it_alone(made: Made) -> None:
    assert any(claims.catches(claim, made, luck=1) for claim in claims.CLAIMS[made.function])


def gradient_calls() -> Iterator[tuple[Any, ...]]:
    for m, scale in ((1, 1.0), (2, 1.0), (3, 1e-4), (30, 1e3), (60, 1.0), (60, 1.0)):
        yield (*(scale * np.random.default_rng(m).normal(size=(2, m, 1))), 0.5 * scale, -scale)


def batch_calls() -> Iterator[tuple[Any, ...]]:
    rng = np.random.default_rng(1)
    for n, n_y, size in (
        *((1, 1, 1), (7, 7, 3), (6, 6, 3), (3, 3, 5), (60, 60, 7), (3, 3, 0), (3, 3, -1)),
        *((3, 2, 1), (2, 3, 1), (9, 9, 2), (9, 9, 2)),
    ):
        yield np.arange(float(n))[:, None], 1000 + np.arange(float(n_y))[:, None], size, rng
    yield *(np.arange(9.0)[:, None] for _ in range(2)), 2, np.random.default_rng(1)


def descent_calls() -> Iterator[dict[str, Any]]:
    for n, size, lr in ((1, 1, 0.1), (7, 3, 0.05), (6, 3, 0.05), (4, 6, 0.1), (3, 1, 20.0)):
        x, y = np.random.default_rng(n).normal(size=(2, n, 1))
        yield {"x": x, "y": y, "batch_size": size, "lr": lr, "epochs": 120, "w": 2.0, "b": 1.0} | {
            "rng": np.random.default_rng(n)
        }
    for seed in (1, 1, 2):
        x, y = np.arange(3.0)[:, None], np.arange(3.0)[:, None] ** 2
        yield {"x": x, "y": y, "batch_size": 1, "lr": 0.1, "epochs": 2} | {
            "rng": np.random.default_rng(seed)
        }


def plain(value: Any) -> Any:
    """Return a result as nested tuples of numbers that are rounded off."""
    if isinstance(value, np.ndarray) and value.ndim:
        return value.shape, tuple(plain(item) for item in value.ravel())
    if hasattr(value, "__iter__") and not isinstance(value, np.ndarray):
        return tuple(plain(item) for item in value)
    return float(f"{float(value):.9g}")


def does(made: Made) -> str:
    """Return all that an implementation does on some calls."""
    given = claims.made_anew(made, number=0)
    calls: Any = {
        "mse_gradients": gradient_calls,
        "shuffled_batches": batch_calls,
        "minibatch_gd": descent_calls,
    }[made.function]()
    found = []
    with chance(1), np.errstate(all="ignore"):
        for call in calls:
            options = call if isinstance(call, dict) else {}
            arguments = () if options else call
            try:
                result = plain(given(*arguments, **options))
            except ValueError as error:
                result = type(error).__name__
            arrays = [value for value in (*arguments, *options.values()) if np.ndim(value)]
            found.append((result, plain(arrays)))
    return repr(found)


@pytest.mark.parametrize("in_grading", [False, True])
@pytest.mark.parametrize("function", claims.CHECKS)
def test_no_wrong_one_does_what_another_or_a_right_one_does(
    function: str, in_grading: bool
) -> None:
    wrong = implementations(function, False, in_grading)
    plain_one = implementations(function, True, in_grading)[0]
    seen = {does(made): made.name for made in (plain_one, *wrong)}
    assert len(seen) == len(wrong) + 1


def test_what_is_sent_says_neither_whether_it_is_right_nor_what_is_wrong() -> None:
    for made in IMPLEMENTATIONS:
        assert made.text.startswith(f"def {made.function}(the: Any, ")
        assert made.idea not in made.text
        assert made.name.replace(" ", "_") not in made.text.replace("by_sorting", "")


@pytest.mark.parametrize("function", claims.CHECKS)
def test_an_implementation_has_the_name_and_parameters_of_its_function(function: str) -> None:
    (stub, *_) = (getattr(m, function) for m in MODULES if hasattr(m, function))
    for is_right in (True, False):
        given = claims.made_anew(claims.of(function, is_right)[0], number=0)
        assert given.__name__ == function
        parameters = inspect.signature(given).parameters.values()
        wanted = inspect.signature(stub).parameters.values()
        assert [(p.name, p.kind, p.default) for p in parameters] == [
            (p.name, p.kind, p.default) for p in wanted
        ]


# -- what weak and strict checks are told ---------------------------------------------------------

HEAD = """
import numpy as np
from hypothesis import given, strategies as st

def batch(n, m, seed=0):
    return np.arange(float(n))[:, None], 1000 + np.arange(float(n))[:, None], m, (
        np.random.default_rng(seed))

def samples(m, seed=0):
    return np.random.default_rng(seed).normal(size=(2, m, 1))
"""


def verdict_on(
    folder: Path, function: str, body: str, seed: int | None = None, head: str = HEAD
) -> Verdict | None:
    """Return what is said of a check with this body, whose argument is `f`."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    (folder / "claims.py").write_text(f"{head}\ndef {function}(f):\n{lines}\n", encoding="utf-8")
    submission = Submission(folder, "submission", FILES)
    return Implementation(folder, "submission", submission, seed).first_problem(function)


WEAK = {
    "one sample": (
        "check_gradients",
        """
dw, db = f(np.array([[2.0]]), np.array([[1.0]]), 2.0, 0.0)
assert abs(dw - 12) < 1e-9 and abs(db - 6) < 1e-9
""",
        "b is left out, which shows only where b is not 0",
    ),
    "too wide a tolerance": (
        "check_gradients",
        """
for m, seed in ((1, 1), (5, 2), (50, 3)):
    for scale in (1e-3, 1.0, 1e5):
        x, y = scale * samples(m, seed)
        kept = x.copy()
        dw, db = f(x, y, 0.5 * scale, -scale)
        assert (x == kept).all()
        r = 0.5 * scale * x - scale - y
        for got, right in ((dw, 2 * np.mean(r * x)), (db, 2 * np.mean(r))):
            assert abs(got - right) <= 0.001 * abs(right)
""",
        "dw is too large by 1e-5 of its size, far more than rounding",
    ),
    "no rest": (
        "check_batches",
        """
batches = list(f(*batch(6, 3)))
assert [len(xb) for xb, yb in batches] == [3, 3]
""",
        "the short last batch is left out, which shows only if batch_size does not divide n",
    ),
    "one call": (
        "check_batches",
        """
for n, m in ((6, 3), (7, 3), (3, 5), (60, 7)):
    batches = list(f(*batch(n, m)))
    x = np.concatenate([xb for xb, yb in batches]) if batches else np.zeros((0, 1))
    assert x.shape == (n, 1) and sorted(x[:, 0]) == list(range(n))
    assert n < 9 or list(x[:, 0]) != sorted(x[:, 0])
    assert all(len(xb) and (yb == xb + 1000).all() for xb, yb in batches)
    assert all(len(xb) == m for xb, yb in batches[:-1]) and len(batches[-1][0]) <= m
for arguments in (batch(3, 0), (np.zeros((3, 1)), np.zeros((2, 1)), *batch(3, 1)[2:])):
    try:
        list(f(*arguments))
    except ValueError:
        continue
    assert False
""",
        "the order is the same for every generator, and at every call",
    ),
    "it gets better": (
        "check_descent",
        """
x = np.arange(7.0)[:, None] / 7
w, b, losses = f(x, 3 * x + 2, batch_size=3, lr=0.1, epochs=50, rng=np.random.default_rng(0))
assert len(losses) == 50 and losses[-1] < losses[0]
""",
        "b stays as it was",
    ),
}


@pytest.mark.parametrize("name", WEAK)
def test_a_weak_check_is_told_the_first_idea_that_it_lacks(name: str, tmp_path: Path) -> None:
    function, body, idea = WEAK[name]
    verdict = verdict_on(tmp_path, function, body)
    assert verdict is not None
    assert verdict.code == "lets through", wording.headline(verdict)
    assert verdict.findings[0].values["idea"] == idea
    lines = dict(wording.lines(verdict))
    assert (lines["got"], lines["expected"]) == ("no AssertionError", f"AssertionError: {idea}")


STRICT = {
    "equal numbers": (
        "check_gradients",
        """
x, y = samples(20)
dw, db = f(x, y, 0.5, 0.25)
assert dw == 2 * np.mean((0.5 * x + 0.25 - y) * x), "dw is wrong"
""",
        "rounds otherwise",
    ),
    "the length of a generator": ("check_batches", "assert len(f(*batch(7, 3))) == 3", "no length"),
    "one order": (
        "check_descent",
        """
x, y = np.array([[1.0], [2.0], [4.0]]), np.array([[0.0], [3.0], [1.0]])
w, b, losses = f(x, y, batch_size=1, lr=0.02, epochs=1, rng=np.random.default_rng(0))
order = np.random.default_rng(0).permutation(3)
at = np.zeros(2)
for i in order:
    r = at[0] * x[i, 0] + at[1] - y[i, 0]
    at = at - 0.04 * r * np.array([x[i, 0], 1.0])
assert abs(w - at[0]) < 1e-9
""",
        "draws more from rng",
    ),
}


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_check_is_told_which_right_one_it_refuses(name: str, tmp_path: Path) -> None:
    function, body, difference = STRICT[name]
    verdict = verdict_on(tmp_path, function, body)
    assert verdict is not None
    assert verdict.code == "refuses", wording.headline(verdict)
    lines = dict(wording.lines(verdict))
    assert lines["call"].endswith("=a right one)")
    assert difference in lines["expected"]
    place = verdict.where.rpartition("line ")[2]
    lines_of_file = (tmp_path / "claims.py").read_text(encoding="utf-8").splitlines()
    assert lines_of_file[int(place) - 1].strip() == verdict.source
    assert verdict.source.startswith("assert")


HALF = "wrong = abs(f(*samples(5), 1.0, 0.5)[1] - 2 * np.mean(samples(5)[0] + 0.5 - samples(5)[1]))"
TRICKS = {
    "x = 1": (["never calls"], "no call of it"),
    "assert False": (["never calls"], "no call of it"),
    f"{HALF}\ntry:\n    assert wrong < 1e-9\nexcept AssertionError:\n    pass": (
        ["lets through", "swallows"],
        "no AssertionError",
    ),
    f"{HALF}\nif wrong > 1e-9: print('wrong by', wrong)": (
        ["lets through", "prints instead"],
        "no AssertionError",
    ),
    f"{HALF}\nreturn bool(wrong < 1e-9)": (
        ["lets through", "returns instead"],
        "no AssertionError",
    ),
    f"{HALF}\nif wrong > 1e-9: raise ValueError(wrong)": (
        ["other exception"],
        "ValueError: ",
    ),
    "f(*samples(5), 1.0, 0.5)\nassert False, 'never right'": (
        ["refuses"],
        "AssertionError: never right",
    ),
    "f(*samples(5), 1.0, 0.5, 3)": (["raised"], "TypeError: too many positional arguments"),
    "f(*samples(5), 1.0, 0.5)\nimport sys; sys.exit()": (["exit"], "sys.exit"),
}


@pytest.mark.parametrize("body", TRICKS)
def test_what_is_no_check_is_told_so(body: str, tmp_path: Path) -> None:
    codes, got = TRICKS[body]
    verdict = verdict_on(tmp_path, "check_gradients", body)
    assert verdict is not None
    assert [one.code for one in verdict.findings] == codes
    assert (verdict.problem is not None) == (codes[0] in ("raised", "exit"))
    assert dict(wording.lines(verdict))["got"].startswith(got)


def test_a_check_that_hangs_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.judge.boundary.CALL_SECONDS", 0.2)
    verdict = verdict_on(tmp_path, "check_gradients", "while True:\n    f(*samples(1), 1.0, 1.0)")
    assert verdict is not None
    assert (verdict.code, verdict.call) == (
        "timeout",
        "check_gradients(mse_gradients=a right one)",
    )


# b is there in one half of all runs only, and else subtracted from y.
LUCKY = """
kept = np.random.default_rng().random(2)[1] < 0.5
check_gradients_of_mine(lambda x, y, w, b: f(x, y, w, b) if kept else f(x, y - b, w, 0.0))
"""


def test_a_check_that_depends_on_luck_is_told_so_in_every_run(tmp_path: Path) -> None:
    text = (ROOT / "solution" / "claims.py").read_text(encoding="utf-8")
    head = text.replace("def check_gradients(", "def check_gradients_of_mine(")
    found = [verdict_on(tmp_path, "check_gradients", LUCKY, head=head) for _ in range(2)]
    assert found[0] == found[1]
    assert found[0] is not None
    assert found[0].code == "caught by luck"


OFTEN = "np.random.default_rng().random() < 0.5"
ONE_CALL = "f(np.ones((1, 1)), np.ones((1, 1)), 1.0, 0.5)"
BY_LUCK = {
    f"if {OFTEN}: check_gradients_of_mine(f)": "calls by luck",
    f"check_gradients_of_mine(f)\nassert {OFTEN}": "refused by luck",
    f"{ONE_CALL}\nif {OFTEN}: check_gradients_of_mine(f)": "caught by luck",
}


@pytest.mark.parametrize("body", BY_LUCK)
def test_luck_is_named_though_some_fail_twice(body: str, tmp_path: Path) -> None:
    text = (ROOT / "solution" / "claims.py").read_text(encoding="utf-8")
    head = text.replace("def check_gradients(", "def check_gradients_of_mine(")
    verdict = verdict_on(tmp_path, "check_gradients", body, head=head)
    assert verdict is not None
    assert verdict.code == BY_LUCK[body]
    assert wording.headline(verdict).startswith("depends on luck: ")


def test_no_wrong_one_is_left_out_of_the_counts(tmp_path: Path) -> None:
    body = """
x, y = samples(5)
dw, db = f(x, y, 1.0, 0.5)
if abs(db) < abs(np.mean(x + 0.5 - y)) * 1.5: raise KeyError
assert abs(dw - 2 * np.mean((x + 0.5 - y) * x)) < 1e-9
"""
    verdict = verdict_on(tmp_path, "check_gradients", body)
    assert verdict is not None
    assert wording.headline(verdict) == (
        "raises KeyError, not AssertionError, for 4 of 16 wrong implementations"
    )
    more = dict(wording.lines(verdict))["more"]
    assert more == "8 of 16 are caught, 10 of 10 right ones are accepted; 4 get through"


def test_a_check_that_counts_is_caught(tmp_path: Path) -> None:
    """The right ones come first, but only once."""
    count = f"{HEAD}\nruns = []\n"
    body = "runs.append(f(*samples(5), 1.0, 0.5))\nassert len(runs) <= 10, 'one of the wrong ones'"
    verdict = verdict_on(tmp_path, "check_gradients", body, head=count)
    assert verdict is not None
    assert verdict.code == "refused by luck"


def test_printing_is_no_mistake(tmp_path: Path) -> None:
    text = (ROOT / "solution" / "claims.py").read_text(encoding="utf-8")
    body = "print('trying')\ncheck_gradients_of_mine(f)"
    head = text.replace("def check_gradients(", "def check_gradients_of_mine(")
    assert verdict_on(tmp_path, "check_gradients", body, head=head) is None


def test_a_check_does_not_use_the_function_that_it_names() -> None:
    names = b"def check_gradients(mse_gradients): ..."
    assert not mentioned("mse_gradients", "gradients.py", {"claims.py": names})
    assert mentioned("mse_gradients", "gradients.py", {"descent.py": names})


def test_in_grading_others_are_tried(tmp_path: Path) -> None:
    function, body, _ = WEAK["one sample"]
    verdict = verdict_on(tmp_path, function, body, seed=5)
    assert verdict is not None
    assert verdict.findings[0].values["wrong"] == len(implementations("mse_gradients", False, True))


# -- from the command line ------------------------------------------------------------------------


def write(folder: Path, bodies: dict[str, str]) -> None:
    """Write the stubs with some of them filled in."""
    text = (ROOT / "kata" / "claims.py").read_text(encoding="utf-8")
    for function, body in bodies.items():
        stub = f'raise NotImplementedError("claims: {function}")'
        assert text.count(stub) == 1
        text = text.replace(stub, body.strip("\n").replace("\n", "\n    "))
    (folder / "claims.py").write_text(text, encoding="utf-8")


FIRST = """
dw, db = mse_gradients(np.array([[2.0]]), np.array([[1.0]]), 2.0, 0.0)
assert abs(dw - 12) < 1e-9 and abs(db - 6) < 1e-9
"""


def test_the_report_has_its_form(judge: Judge, modules: Path) -> None:
    write(modules, {"check_gradients": FIRST})
    result = judge(modules, file="tests/test_claims.py")
    assert result.ret == 1
    result.assert_outcomes(failed=1, skipped=2)
    lines = result.stdout.str().split(" kata: ")[1].splitlines()[1:10]
    assert lines == [
        "✗ check_gradients: lets 11 of 16 wrong implementations through",
        "    call      check_gradients(mse_gradients=a wrong one)",
        "    got       no AssertionError",
        "    expected  AssertionError: b is left out, which shows only where b is not 0",
        "    more      5 of 16 are caught, 10 of 10 right ones are accepted",
        "    hint      pytest --hint check_gradients",
        "",
        "  + claims     wrong        to correct: check_gradients",
        f"next: correct check_gradients in {modules}/claims.py, then run pytest "
        f"--impl {modules} again",
    ]


def test_stubs_are_skipped(judge: Judge, modules: Path) -> None:
    write(modules, {})
    result = judge(modules, file="tests/test_claims.py")
    assert result.ret == 0
    result.assert_outcomes(skipped=3)


# -- in grading -----------------------------------------------------------------------------------


@pytest.mark.skipif(bool(sandbox.obstacle()), reason=sandbox.obstacle())
def test_a_bonus_that_is_begun_is_graded(tmp_path: Path) -> None:
    write(tmp_path, {"check_gradients": FIRST})
    reference = (ROOT / "solution" / "claims.py").read_bytes()
    graded = []
    for name, own in (
        ("stub", {"claims.py": (ROOT / "kata" / "claims.py").read_bytes()}),
        ("weak", {"claims.py": (tmp_path / "claims.py").read_bytes()}),
        ("right", {"claims.py": reference}),
    ):
        files = {**solved(), **own}
        found = run.judge(files, asdict(run.Settings()), run.fingerprint())
        assert found["errors"] == []
        about = {"submission": name, "locked": True, "problem": "", "notes": []}
        graded.append(found | about)
    bonus = [{n: one["status"] for n, one in r["functions"].items()} for r in graded]
    assert [len(found) for found in bonus] == [12, 13, 15]
    assert bonus[1]["check_gradients"] == "wrong"
    assert {*bonus[2].values()} == {"passed"}
    assert "check_gradients   wrong         bonus" in report(graded[1], results.POINTS)
    assert "check_gradients" not in report(graded[0], results.POINTS)
    header, *rows = to_csv(graded, results.POINTS).splitlines()
    assert header.split(",")[15:18] == ["check_gradients", "check_batches", "check_descent"]
    assert [row.split(",")[15] for row in rows] == ["not started", "wrong", "passed"]
    worth = {**results.POINTS, "check_gradients": 5.0}
    assert [score(one, results.POINTS) for one in graded] == [100.0] * 3
    assert [score(one, worth) for one in graded] == [100.0, 100.0, 105.0]
    assert "check_gradients   not started       0 of 5" in report(graded[0], worth)


def test_a_bonus_that_nobody_began_has_no_status_when_all_time_is_used_up() -> None:
    busy = (
        b"import time\nuntil = time.process_time() + 9\nwhile time.process_time() < until: pass\n"
    )
    files = {**solved(), "gradients.py": busy}
    settings = run.Settings(True, Limits(2, 1 << 30))
    found = run.judge(files, asdict(settings), run.fingerprint())["functions"]
    assert [*found] == list(results.FUNCTIONS)
    assert found["train"]["status"] == "timeout"


def test_points_of_a_bonus_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("function,points\ncheck_batches,4\n", encoding="utf-8")
    assert results.read_points(path, results.POINTS) == {**results.POINTS, "check_batches": 4.0}
