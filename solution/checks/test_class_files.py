"""What is written of a class: by whoever reads it, a spreadsheet, a terminal or a platform."""

from pathlib import Path
from typing import Any

import pytest

from solution import grade
from solution.grading import results, run
from solution.grading.handed_back import gradescope, report

POINTS = dict.fromkeys(results.FUNCTIONS, 5.0) | {"make_data": 7.5}
CLEARS = "\x1b[2J\x9b31m\r\u202e"  # the screen; colours; goes back; writes from right to left


def result(name: str, **changed: Any) -> dict[str, Any]:
    """Return the JSON of a submission that has every function right."""
    found = results.of_all("passed", "")
    for function, status in changed.items():
        found[function] |= {"status": status, "headline": f"{function} is {status}"}
    return {
        "format": results.FORMAT,
        "submission": name,
        "key": "",
        "locked": True,
        "problem": "",
        "functions": found,
        "report": "what pytest says",
        "seconds": 1.0,
    }


# -- terminals ----------------------------------------------------------------------------------


def test_no_text_of_strangers_steers_the_terminal_of_who_reads_a_report() -> None:
    found = result(f"ann{CLEARS}\n", predict="wrong")
    found["functions"]["predict"]["headline"] += CLEARS
    found["functions"]["predict"]["lines"] = [["got", f"李 {CLEARS}"]]
    found["report"] += CLEARS
    said = [report(found, POINTS), *(test["output"] for test in gradescope(found, POINTS)["tests"])]
    for text in said:
        assert all(results.is_shown(c) for c in text.replace("\n", "")), text
    assert said[0].startswith("ann\\x1b[2J\\x9b31m\\r\\u202e\\n: ")
    assert "李" in "".join(said)


def test_what_cannot_be_read_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    grade.say_what_is_missing({f"ann{CLEARS}": f"holds {CLEARS}"}, 0)
    assert all(map(results.is_shown, capsys.readouterr().out.rstrip("\n")))


def test_errors_of_the_grader_do_not_steer_the_terminal(tmp_path: Path) -> None:
    run.write_errors({f"ann{CLEARS}": ["line 1\nline 2"]}, tmp_path)
    text = (tmp_path / run.ERRORS).read_text(encoding="utf-8")
    assert text == "ann\\x1b[2J\\x9b31m\\r\\u202e: line 1\nline 2"


def test_a_wide_space_in_a_name_is_a_space() -> None:
    assert results.on_one_line("李\u3000明") == "李\u3000明"
