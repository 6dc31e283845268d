"""What learners get works by itself, and gives nothing away."""

import ast
import functools
import inspect
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solution import handout
from solution.checks.attempts import pair
from solution.checks.conftest import ROOT
from solution.handout import File, Files, Refused
from tests.judge import diagnosis, trusted
from tests.judge.fingerprints import Loose, alike
from tests.judge.functions import BONUS, COMPARED, FILES, STAGE_OF, STAGES
from tests.judge.mistakes import RECORD, Recorded, entries, known, record

WITH_MISTAKES = [*dict.fromkeys(STAGE_OF[function] for function in COMPARED)]


@pytest.fixture(scope="session")
def files() -> Files:
    """Return all files of the handout."""
    return handout.handout()


@pytest.fixture(scope="session")
def folder(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that learners get."""
    out = tmp_path_factory.mktemp("handed out") / "kata"
    handout.write_folder(files, out)
    return out


def pytest_in(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def unpacked(files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield all files, those in zips in zips, too."""
    for path, file in files.items():
        yield path, file.content
        if path.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                inner = {f"{path}/{name}": File(archive.read(name)) for name in archive.namelist()}
            yield from unpacked(inner)


# -- nothing is given away --------------------------------------------------------------------


@functools.cache  # many a file is in the zips, too
def blocks(content: bytes) -> list[tuple[str, ...]]:
    """Return the statements of each block of a module, without docstrings."""
    return [
        tuple(ast.unparse(statement) for statement in statements if not is_text(statement))
        for node in ast.walk(ast.parse(content))
        for block in ("body", "orelse", "finalbody")
        if isinstance(statements := getattr(node, block, None), list)
    ]


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def bodies(*modules: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each function of some modules, methods too, and its statements."""
    for module in modules:
        for node in ast.walk(ast.parse((ROOT / f"{module}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node.name, [ast.unparse(s) for s in node.body if not is_text(s)]


def handed_out(functions: Iterable[tuple[str, list[str]]], files: Files) -> Iterator[str]:
    """Yield "FILE: FUNCTION" for each function whose statements are in a file."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, body in functions:
        names.setdefault(tuple(body), []).append(name)
    lengths = {len(body) for body in names}
    for path, content in unpacked(files):
        if path.endswith(".py"):
            for block in blocks(content):
                for length in lengths:
                    for end in range(length, len(block) + 1):
                        for name in names.get(block[end - length : end], ()):
                            yield f"{path.rpartition('.zip/')[2]}: {name}"


def test_no_function_of_the_solution_is_anywhere(files: Files) -> None:
    solved = list(bodies(*(f"solution/{stage}" for stage in FILES)))
    assert {name for name, _ in solved} >= {*STAGE_OF} - {"LinearRegression"}
    # What the tests cannot do without: see README.md, "What a learner can peek at".
    assert {*handed_out(solved, files)} == {
        "tests/judged/torch_probes.py: __init__",  # of the right model
    }


def test_trusted_versions_are_no_text_and_the_same_functions(files: Files, folder: Path) -> None:
    path = "tests/judge/trusted.py"
    right = [name for name, _ in bodies("tests/judge/trusted")]
    handed = files[path].content.decode()
    assert handed.startswith('"""Plain, right versions of the functions')
    for name in right:
        assert name not in handed
    assert {*handed_out(bodies("tests/judge/trusted"), files)} == set()
    show = "import inspect, tests.judge.trusted as t; print(inspect.getsource(t.{}), end='')"
    for name in right[:2]:
        source = inspect.getsource(getattr(trusted, name))
        command = [sys.executable, "-c", show.format(name)]
        assert subprocess.check_output(command, cwd=folder, text=True) == source


def test_a_trusted_version_stands_in_for_a_function_that_is_missing(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "solution", tmp_path / "kata")
    shutil.copy(ROOT / "kata" / "batching.py", tmp_path / "kata")
    result = pytest_in(folder, f"--impl={tmp_path / 'kata'}", "tests/test_descent.py")
    assert result.returncode == 0, result.stdout


def test_no_known_mistake_is_anywhere(files: Files) -> None:
    wrong = list(bodies(*(f"tests/judge/mistakes/{stage}" for stage in WITH_MISTAKES)))
    assert len(wrong) > 300
    assert {*handed_out(wrong, files)} == set()
    assert {path for path in files if "/mistakes/" in path} == {
        f"tests/judge/mistakes/{name}"
        for name in ("__init__.py", "catalogue.py", "record.py", "recorded.json")
    }
    recorded = files["tests/judge/mistakes/recorded.json"].content.decode()
    assert not re.search(r"\bdef |\blambda|import ", recorded)


def test_no_checks_settings_or_bytecode_are_there(files: Files) -> None:
    for path, content in unpacked(files):
        inner = path.rpartition(".zip/")[2]
        assert "checks" not in path
        assert not inner.startswith((".ci", ".git/")), path
        assert not inner.endswith(".pyc"), path
        if inner.startswith("solution/"):
            assert path.startswith("autograding/")
            assert handout.matches(inner, handout.GRADER_OF_SOLUTION), path
        if inner in ("pyproject.toml", "constraints.txt", ".gitignore"):
            assert not re.search("solution|ruff|mypy|instructors", content.decode()), path


def test_nothing_that_learners_get_imports_the_solution(files: Files) -> None:
    for path, file in files.items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(file.content)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not [n for n in names if n.split(".")[0] == "solution"], path


def test_stubs_are_unsolved(files: Files) -> None:
    for stage in FILES:
        content = files[f"kata/{stage}.py"].content
        assert content == (ROOT / "kata" / f"{stage}.py").read_bytes()
        handout.must_be_unsolved(f"kata/{stage}.py", content)


@pytest.mark.parametrize("stage", FILES)
def test_solved_stubs_are_refused(stage: str) -> None:
    content = (ROOT / "solution" / f"{stage}.py").read_bytes()
    with pytest.raises(Refused, match=rf"^kata/{stage}.py is not the stub: "):
        handout.must_be_unsolved(f"kata/{stage}.py", content)


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("kata/data.py", "make_data = lambda: 0", "it has a lambda, line 1"),
        ("kata/data.py", "def (", "is no Python"),
        ("kata/data.py", "def f():\n    'Do.'\n    return 1", "f is written already"),
        ("kata/data.py", "def f():\n    raise NotImplementedError('data: f')", "f is written"),
        ("kata/mine.py", "", "is none of the stubs"),
    ],
)
def test_what_is_no_stub_is_refused(path: str, text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        handout.must_be_unsolved(path, text.encode())


def test_solved_project_is_not_handed_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = handout.project_files()
    project["kata/data.py"] = handout.File((ROOT / "solution" / "data.py").read_bytes())
    monkeypatch.setattr(handout, "project_files", lambda: project)
    assert handout.main([str(tmp_path / "out")]) == 1
    assert "kata/data.py is not the stub: make_data is written" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# -- what is handed out works -----------------------------------------------------------------


def test_fresh_handout_says_what_to_write(folder: Path) -> None:
    result = pytest_in(folder)
    assert result.returncode == 1
    assert result.stdout.count("not started") == len(STAGES)
    assert "Traceback" not in result.stdout + result.stderr
    assert not re.search("passed|✗|error", result.stdout)
    assert pytest_in(folder, "--hint", "train:3").returncode == 0


def test_right_code_passes_without_a_look_at_the_record(files: Files, tmp_path: Path) -> None:
    broken = {**files, "tests/judge/mistakes/recorded.json": File(b"{")}
    handout.write_folder(broken, tmp_path / "kata")
    right = ("tests/test_gradients.py", "tests/test_scan.py", "tests/test_claims.py")
    result = pytest_in(tmp_path / "kata", f"--impl={ROOT / 'solution'}", *right)
    assert result.returncode == 0, result.stdout


def wrong(stage: str, which: int) -> str:
    """Return a module of known mistakes: for each function of a stage, one."""
    text = (ROOT / "tests" / "judge" / "mistakes" / f"{stage}.py").read_text(encoding="utf-8")
    imported = r"from tests\.judge\.mistakes\.catalogue import .*\n"
    text, count = re.subn(imported, COLLECT, text)
    assert count == 1
    for function in FILES[stage]:
        text += f"\n{function} = found[{function!r}, {chosen(function, which).sentence!r}]"
    return text


COLLECT = """
found = {}
def mistake(function, sentence):
    return lambda implementation: found.setdefault((function, sentence), implementation)
def right(function):
    return lambda implementation: implementation
"""


def chosen(function: str, which: int) -> Any:
    return known(function)[which % len(known(function))]


def test_report_is_that_of_the_whole_project(folder: Path, tmp_path: Path) -> None:
    which, stages = 13, ("gradients", "descent")  # any: half of all are compared below
    for stage in WITH_MISTAKES:
        right = (ROOT / "solution" / f"{stage}.py").read_text(encoding="utf-8")
        text = wrong(stage, which) if stage in stages else right
        (tmp_path / f"{stage}.py").write_text(text, encoding="utf-8")
    reports = []
    for project in (ROOT, folder):
        tests = [f"tests/test_{stage}.py" for stage in stages]
        result = pytest_in(project, f"--impl={tmp_path}", *tests)
        assert result.returncode == 1
        reports.append(result.stdout.split(" kata: ")[1].rpartition("\n")[0].splitlines()[1:])
    assert reports[0][:-1] == reports[1][:-1]
    likely = [line.split(maxsplit=1)[1] for line in reports[1] if line.startswith("    likely")]
    assert likely == [
        chosen(function, which).sentence for function in COMPARED if STAGE_OF[function] in stages
    ]


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("function", COMPARED)
def test_record_names_the_mistake(
    function: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.judge.mistakes.RECORD", folder / RECORD.relative_to(ROOT))
    assert len(entries(function)) == len(known(function)) > 7
    for mistake in known(function)[::2]:
        implementation = diagnosis.sample(mistake.implementation)
        verdict = implementation.first_problem(function)
        assert verdict is not None, mistake.name
        (found,) = diagnosis.likely(implementation.subjects[function], verdict)
        assert isinstance(found, Recorded)
        assert (found.name, found.sentence) == (mistake.name, mistake.sentence)


def test_record_names_two_mistakes_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.judge.mistakes.RECORD", folder / RECORD.relative_to(ROOT))
    (start,) = (m for m in known("train") if m.name == "starts from zero")
    (sums,) = (m for m in known("train") if m.name == "summed losses")
    code, _ = pair(start, sums)
    assert code is not None
    judged = diagnosis.sample(code)
    verdict = judged.first_problem("train")
    assert verdict is not None
    found = diagnosis.likely(judged.subjects["train"], verdict)
    assert {entry.name for entry in found} == {start.name, sums.name}


def test_the_whole_project_runs_its_mistakes() -> None:
    assert not RECORD.exists()
    assert list(entries("predict")) == known("predict")


@pytest.mark.parametrize(
    "feature",
    [
        *(True, 1, 1.0, -0.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, "", "π", None),
        *(np.nan, np.inf, -np.inf, Loose(0.3)),
        *([], [1, [2.5, "x"]], [True, np.inf]),
        *(np.zeros((0, 1)), np.array([[1.5], [np.nan]]), np.array([0.1, 3.0], np.float32)),
        *(np.array([1, 2]), np.array([True])),
    ],
    ids=repr,
)
def test_features_come_back_as_they_were(feature: Any, tmp_path: Path) -> None:
    complaint = [["value", "all"], ["flaky"]]
    entry = Recorded("a name", "predict", "a sentence", complaint, [feature])
    (tmp_path / "recorded.json").write_text(record.write([entry]), encoding="utf-8")
    (back,) = record.read(tmp_path / "recorded.json", "predict")
    assert (back, back.complaint) == (entry, complaint)
    (found,) = back.features
    assert type(found) is type(feature)
    assert repr(found) == repr(feature)
    if isinstance(feature, np.ndarray):
        assert (found.dtype, found.shape) == (feature.dtype, feature.shape)
    assert alike(feature, found)


def test_what_is_not_plain_is_not_recorded() -> None:
    entry = Recorded("", "predict", "", [], [np.bool_(True)])
    with pytest.raises(TypeError, match="cannot be recorded"):
        record.write([entry])


# -- its README -------------------------------------------------------------------------------


def test_readme_is_for_learners(files: Files) -> None:
    text = files["README.md"].content.decode()
    assert not re.search("solution|instructor|<!--|grader|handout", text, re.IGNORECASE)
    assert "\n\n\n" not in text
    assert text.startswith("# Mini-batch gradient descent kata\n")
    assert "python -m pip install -c constraints.txt -e .\n" in text


def test_readme_names_nothing_that_is_not_there(files: Files, folder: Path) -> None:
    text = files["README.md"].content.decode()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert "plots/comparison.png" in links
    assert {link for link in links if link not in files} == set()
    text = re.sub(r"https://\S+|python -m venv [^;]+;|[12]/[√mλ]", "", text)
    made = files[".gitignore"].content.decode().split()
    for name in re.findall(r"[\w./-]+\.(?:py|png|toml|txt|json|yml)\b|[\w./*-]+/", text):
        places = [folder / part / name for part in ("", "kata", "plots")]
        assert name in made or any(place.exists() for place in places), name
    for module in re.findall(r"python -m (\w+)", text):
        assert module in ("pip", "venv", "kata"), module
    options = (folder / "conftest.py").read_text(encoding="utf-8") + " --now --hypothesis-profile"
    for option in re.findall(r" (--[a-z][a-z-]+)", text):
        assert option in options + " --epochs --index-url", option


def test_learners_have_the_lab_and_not_its_scan(files: Files) -> None:
    here = {path.name for path in (ROOT / "plots/lab").iterdir() if path.is_file()}
    assert {path for path in files if "lab" in path} == {
        "plots/lab.png",
        *(f"plots/lab/{name}" for name in here),
    }
    assert "lab = [" in files["pyproject.toml"].content.decode()
    assert "\nbokeh==" in files["constraints.txt"].content.decode()


def test_readme_of_the_project_keeps_its_instructors_part() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n<!-- instructors -->\n") == text.count("\n<!-- end instructors -->\n") > 1
    assert "## For instructors" in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n\n<!-- instructors -->\nb\n\n<!-- end instructors -->\n\nc\n", "a\n\nc\n"),
        ("a\n# instructors\nb\n# end instructors\nc\n", "a\nc\n"),
        ("a # instructors\n# instructors read\n", "a # instructors\n# instructors read\n"),
    ],
)
def test_blocks_are_left_out(text: str, left: str) -> None:
    assert handout.for_learners(text) == left


# -- writing ----------------------------------------------------------------------------------


def contents(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): File(
            path.read_bytes(), bool(path.stat().st_mode & 0o100)
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Records every thirtieth mistake: what differs from run to run, differs in many of them.
HAND_OUT_SOME = """
from solution import handout
handout.MISTAKES, handout.RIGHT = handout.MISTAKES[::30], {}
raise SystemExit(handout.main())
"""


def test_another_run_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one.zip", "two.zip"):
        command = [sys.executable, "-c", HAND_OUT_SOME, str(tmp_path / name)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert "known mistakes as a record" in result.stdout
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_zip_and_folder_hold_the_same(files: Files, tmp_path: Path) -> None:
    handout.write_zip(files, tmp_path / "kata.zip")
    handout.write_folder(files, tmp_path / "kata")
    with zipfile.ZipFile(tmp_path / "kata.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        held = {name: File(archive.read(name), bool(mode & 0o100)) for name, mode in modes.items()}
    assert held == contents(tmp_path / "kata") == files
    assert list(held) == sorted(held)
    assert {name for name, file in held.items() if file.executable} == {
        "autograding/run_autograder",
        "autograding/setup.sh",
    }


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Files:
    """Make handouts of two small files."""
    files = {"kata/data.py": File(b"new"), "run": File(b"#!", executable=True)}
    monkeypatch.setattr(handout, "handout", lambda: files)
    return files


def test_folder_may_be_new_or_empty(small: Files, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new/folder"):
        assert handout.main([str(tmp_path / name)]) == 0
        assert contents(tmp_path / name) == small
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]


def test_what_is_there_is_replaced_on_request_only(
    small: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kata").mkdir()
    for name in ("kata/old.py", "notes"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        handout.main([str(tmp_path)])
    assert f"cannot write to {tmp_path}: it is not empty" in capsys.readouterr().err
    assert contents(tmp_path) == before
    assert handout.main([str(tmp_path), "--force"]) == 0
    assert contents(tmp_path) == {**small, "notes": File(b"mine")}  # a file of one's own stays

    archive = tmp_path / "a.zip"
    archive.write_bytes(b"mine")
    with pytest.raises(SystemExit, match="2"):
        handout.main([str(archive)])
    assert archive.read_bytes() == b"mine"
    assert handout.main([str(archive), "--force"]) == 0
    assert zipfile.ZipFile(archive).namelist() == list(small)


def test_all_is_written_or_nothing(
    small: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    (out / "kata").mkdir(parents=True)
    (out / "kata" / "old.py").write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    rename = Path.rename

    def full(source: Path, target: Path) -> Path:
        if Path(target) == out / "run":
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(SystemExit, match="2"):
        handout.main([str(out), "--force"])
    assert contents(tmp_path) == before
    monkeypatch.setattr(Path, "write_bytes", lambda *_: full(tmp_path, out / "run"))
    for name in ("new", "new.zip"):
        with pytest.raises(SystemExit, match="2"):
            handout.main([str(tmp_path / name)])
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("out", "reason"),
    [
        (ROOT, "it holds the project"),
        (ROOT.parent, "it holds the project"),
        (ROOT / "README.md", "it is a file"),
    ],
)
def test_project_is_never_written_over(
    small: Files, out: Path, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        handout.main([str(out), "--force"])
    assert reason in capsys.readouterr().err


BELONGS = (
    *(".gitignore", "README.md", "kata/data.py", "plots/paths.png", "solution/grade.py"),
    *("tests/judge/mistakes/record.py", "tests/judge/verdicts.py"),
)
LIES_AROUND = (
    *("class/ann/kata/data.py", "class/ann.zip", "results/results.csv", "results/class.json"),
    *("roster.csv", "tests/results.csv", "tests/class/data.py", "plots/counterexample-predict.png"),
    *("kata/__pycache__/data.pyc", ".venv/a.py", ".git/config", "tests/judge/mistakes/own.py"),
    *("solution/grading/results/results.csv", "notes/README.md", "solution/data.py"),
)


def test_nothing_else_that_lies_in_the_folder_goes_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in BELONGS + LIES_AROUND:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("", encoding="utf-8")
    monkeypatch.setattr(handout, "ROOT", tmp_path)
    monkeypatch.setattr(handout, "tracked", list)
    assert {*handout.project_files()} == {*BELONGS}
    monkeypatch.setattr(handout, "tracked", lambda: [*BELONGS, *LIES_AROUND])
    assert {*handout.project_files()} == {*BELONGS}


def test_what_git_does_not_track_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    tracked = handout.tracked()
    if not tracked:
        pytest.skip("this is no git checkout")
    assert "tests/strategies.py" in handout.project_files()
    monkeypatch.setattr(handout, "tracked", lambda: sorted({*tracked} - {"tests/strategies.py"}))
    assert "tests/strategies.py" not in handout.project_files()


def test_every_module_of_the_project_is_on_the_list_or_of_the_instructor() -> None:
    """A new folder of modules would be missing in the handout without this."""
    mistakes = {f"tests/judge/mistakes/{stage}.py" for stage in FILES}
    assert {
        path
        for path in handout.tracked()
        if path.endswith(".py") and not path.startswith("solution/")
    } <= {*handout.project_files()} | mistakes


# -- grading ----------------------------------------------------------------------------------


def test_grader_has_the_tests_of_the_handout_and_nothing_solved(files: Files) -> None:
    with zipfile.ZipFile(io.BytesIO(files["autograding/grader.zip"].content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    solved = {f"solution/{stage}.py" for stage in [*STAGES, *BONUS]}
    assert not solved & {*held}
    own = {name for name in held if name.startswith("solution/")}
    assert "solution/__init__.py" in own
    assert {name for name in held if name.startswith("tests/")} == {
        name for name in files if name.startswith("tests/")
    }
    assert {name for name in held if name not in own and held[name] != files[name].content} == set()
    with zipfile.ZipFile(io.BytesIO(files["autograding/gradescope.zip"].content)) as archive:
        upload = {name: archive.read(name) for name in archive.namelist()}
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert modes == {"grader.zip": 0o644, "run_autograder": 0o755, "setup.sh": 0o755}
    assert upload == {name: files[f"autograding/{name}"].content for name in modes}


def test_grader_has_all_that_it_imports(files: Files, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(files["autograding/grader.zip"].content)) as archive:
        archive.extractall(tmp_path)
    modules = [f"solution.grading.{name}" for name in ("judge", "locked", "run", "sandbox")]
    code = f"import solution.grade, {', '.join(modules)}"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


# Stands for Python: makes an environment of itself, notes what is installed, and "grades".
STAND_IN = """#!/usr/bin/env bash
case "$2" in
zipfile) exec {python} "$@" ;;
venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
pip) echo "$PWD: $*" >>"$AUTOGRADER/installed" ;;
solution.grade)
    echo "$PWD: $*" >"$AUTOGRADER/graded"
    mkdir -p "$5/submissions/submission"
    cd "$5/submissions/submission"
    echo '::notice title=Autograding report::100' >report.txt
    echo '{{"tests": []}}' >gradescope.json
    echo 'RUNNERS=predict' >classroom.env
    exit "${{GRADE_STATUS:-0}}"
    ;;
esac
"""


@pytest.fixture
def host(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return /autograder of a host where Python and apt-get are stand-ins."""
    host = tmp_path / "autograder"
    for part in ("source", "submission", "bin"):
        (host / part).mkdir(parents=True)
    (host / "submission" / "data.py").touch()
    (host / "source" / "grader.zip").write_bytes((folder / "autograding/grader.zip").read_bytes())
    for name, text in (
        ("python3", STAND_IN.format(python=sys.executable)),
        ("apt-get", '#!/usr/bin/env bash\necho "$*" >>"$AUTOGRADER/apt"\n'),
    ):
        (host / "bin" / name).write_text(text, encoding="utf-8")
        (host / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(host / "bin"), prepend=":")
    monkeypatch.setenv("AUTOGRADER", str(host))
    return host


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(script)], capture_output=True, text=True)


def test_gradescope_installs_and_grades(
    folder: Path, host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(folder / "autograding" / "setup.sh")
    assert result.returncode == 0, result.stderr
    assert (host / "grader" / "tests" / "judge" / "mistakes" / "recorded.json").is_file()
    installed = (host / "installed").read_text(encoding="utf-8").splitlines()
    begin = f"{host / 'grader'}: -m pip install --no-cache-dir -c constraints.txt"
    assert installed == [
        f"{begin} torch --index-url https://download.pytorch.org/whl/cpu",
        f"{begin} -e . pyseccomp landlockpy",
    ]
    monkeypatch.setenv("GRADE_OPTIONS", "--no-sandbox --quick")
    result = run(folder / "autograding" / "run_autograder")
    assert result.returncode == 0, result.stderr
    assert (host / "graded").read_text(encoding="utf-8") == (
        f"{host / 'grader'}: -m solution.grade {host / 'submission'} --out {host / 'out'} "
        "--secret none --no-sandbox --quick\n"
    )
    results = host / "results" / "results.json"
    assert results.read_text(encoding="utf-8") == '{"tests": []}\n'
    for status in ("1", "2"):  # no score where the grader itself failed, and none of before
        monkeypatch.setenv("GRADE_STATUS", status)
        assert run(folder / "autograding" / "run_autograder").returncode == int(status)
        assert not results.exists()


def steps(workflow: str) -> list[str]:
    """Return the scripts of a workflow's steps."""
    found = re.findall(r"^ +run: \|\n((?: {10}.*\n)+)", workflow, re.MULTILINE)
    return [re.sub("^ {10}", "", script, flags=re.MULTILINE) for script in found]


def test_classroom_grades_and_hands_the_result_on(
    folder: Path, host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = (folder / ".github/workflows/classroom.yml").read_text(encoding="utf-8")
    install, grade = steps(workflow)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path / "temp"))
    monkeypatch.setenv("GITHUB_ENV", str(tmp_path / "GITHUB_ENV"))

    def step(script: str) -> "subprocess.CompletedProcess[str]":
        command = ["bash", "-e", "-c", script]  # as GitHub does
        return subprocess.run(command, cwd=folder, capture_output=True, text=True)

    result = step(install)
    assert result.returncode == 0, result.stderr
    at = str(tmp_path / "temp" / "autograder")
    assert (tmp_path / "GITHUB_ENV").read_text(encoding="utf-8") == f"AUTOGRADER={at}\n"
    assert Path(at, "submission", "data.py").read_bytes() == (folder / "kata/data.py").read_bytes()
    monkeypatch.setenv("AUTOGRADER", at)
    result = step(grade)
    assert result.returncode == 0, result.stderr
    first, *report, last = result.stdout.splitlines()
    assert first.startswith("::stop-commands::")
    assert last == first.replace("stop-commands::", "") + "::"
    assert report == ["::notice title=Autograding report::100"]
    variables = (tmp_path / "GITHUB_ENV").read_text(encoding="utf-8")
    assert variables == f"AUTOGRADER={at}\nRUNNERS=predict\n"
    assert "runners: ${{ env.RUNNERS }}" in workflow
    monkeypatch.setenv("GRADE_STATUS", "1")
    assert step(grade).returncode == 1
