"""Whose a submission is: somebody's beyond doubt, or nobody's."""

from pathlib import Path

import pytest

from solution.grading import gradebooks, sheets, submitters
from solution.grading.roster import Student, matched
from solution.grading.submissions.sources import Piece

ANN = Student(0, "20230001", "Ann Lee", "ann.lee@uni.edu")
BOB = Student(1, "s-77000", "van der Berg, Bob", "bob@uni.edu", "berg1")
LI = Student(2, "7", "李小明", "xm@uni.edu")
ZOE = Student(3, "", "Zoë Müller", "", "", "4242")
CLASS = [ANN, BOB, LI, ZOE]


@pytest.mark.parametrize(
    ("submission", "student"),
    [
        *((name, ANN) for name in ("20230001", "hw1_20230001", "20230001李", "ann.lee@uni.edu")),
        *((name, ANN) for name in ("ANN.LEE", "ann_lee", "Lee, Ann", "annlee", "class/leeann")),
        *((name, BOB) for name in ("S-77000-final", "berg1", "Bob van der Berg", "vanderbergbob")),
        *((name, LI) for name in ("李小明", "xm", "hw1 (7)")),
        *((name, ZOE) for name in ("zoe muller", "Müller_Zoë", "mullerzoe_4242")),
        # as they are called that Canvas or Moodle export
        *((name, ANN) for name in ("leeann_1000", "Ann Lee_12345", "somebody_20230001")),
        *((name, ZOE) for name in ("Participant_4242", "zmue_4242_9_kata.pdf", "z_4242_8_final")),
        # nobody's
        *((name, None) for name in ("ann", "lee", "joann lee", "ann lee smith", "120230001", "")),
        ("leeann_7", None),  # Ann's name and Li's id
        ("ann lee 7", LI),
    ],
)
def test_a_submission_is_whose_it_can_only_be(submission: str, student: Student | None) -> None:
    assert matched([submission], CLASS).student_of.get(submission) == student


def test_of_two_with_one_name_it_is_nobodys_but_an_id_tells() -> None:
    other = Student(9, "20230009", "Lee Ann", "lee@uni.edu")
    found = matched(["ann lee", "ann lee_20230009", "20230001"], [ANN, other])
    assert found.student_of == {"20230001": ANN, "ann lee_20230009": other}
    assert matched(["ann lee", "20230001"], [ANN, other]).missing() == [other]


def test_of_namesakes_a_platforms_number_tells() -> None:
    one, two = (Student(k, "", "Ann Lee", "", "", number) for k, number in enumerate("56"))
    found = matched(["leeann_5", "Ann Lee_6", "ann lee"], [one, two])
    assert found.student_of == {"leeann_5": one, "Ann Lee_6": two}


def test_the_rosters_word_counts_before_all_else() -> None:
    said = Student(5, "", "Ann Lee", submission="x")
    other = Student(6, "", "Ann Lee", submission="ann lee")
    found = matched(["x", "ann lee", "lee ann"], [said, other])
    assert found.student_of == {"x": said, "ann lee": other}


def test_gradescopes_list_says_whose_a_submission_is(tmp_path: Path) -> None:
    path = tmp_path / submitters.LIST
    path.write_text(
        """\
---
submission_1:
  :submitters:
  - :name: Ann Lee
    :sid: '20230001'
    :email: ann.lee@uni.edu
  - :name: Zoë Müller
    :sid:
  :created_at: 2024-03-01
  :results:
    - :name: bob
submission_2:
  :submitters:
  - :name: 李小明
    :email: xm@uni.edu
  - :name: somebody
""",
        encoding="utf-8",
    )
    students = submitters.with_submissions(CLASS, [Piece(tmp_path / "submission_1")])
    assert [one.submission for one in students] == [
        "submission_1",
        "",
        "submission_2",
        "submission_1",
    ]
    found = matched(["submission_1", "submission_2"], students)
    assert [one.name for one in found.missing()] == [BOB.name]


def test_two_submissions_of_one_are_told() -> None:
    found = matched(["ann lee", "20230001", "bob"], CLASS)
    assert found.several() == [ANN]
    assert found.submission_of(ANN) is None
    assert found.submission_of(BOB) == "bob"
    assert found.missing() == [LI, ZOE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "header", ["id|name|email", "Student ID|Full Name|E-Mail", "学号|姓名|邮箱"]
)
def test_a_roster_is_read_however_a_spreadsheet_saves_it(
    tmp_path: Path, encoding: str, delimiter: str, newline: str, header: str
) -> None:
    path = tmp_path / "roster.csv"
    lines = [header.split("|"), ["1", '"Lee, Ann"', "a@b.c"], ["", "", ""], ["2", "李", ""]]
    text = "".join(delimiter.join(line) + newline for line in lines)
    path.write_bytes(text.encode(encoding))
    roster = gradebooks.read(path, None, 100)
    assert [*roster.students] == [Student(0, "1", "Lee, Ann", "a@b.c"), Student(1, "2", "李", "")]
    assert roster.platform == ""


def test_a_name_may_have_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("Surname,First name,Username\nLee,Ann,al\n")
    (student,) = gradebooks.read(path, None, 100).students
    assert (student.name, student.login) == ("Ann Lee", "al")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "its first line must name the columns"),
        (b"a,b\n1,2\n", "such as: id,name,email"),
        (b"id,name\n1,x\n1,y\n", "the id 1 is there twice"),
        (b"id\n1,2\n", "more cells than the first"),
        ("id,name\n1,李\n".encode("gbk"), "save it as “CSV UTF-8”"),
        (b"\xff\xfei", "save it as"),
    ],
)
def test_a_bad_roster_is_refused_in_a_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(sheets.BadSheet, match=why):
        gradebooks.read(path, None, 100)
    with pytest.raises(sheets.BadSheet, match="No such file"):
        gradebooks.read(tmp_path / "nothing", None, 100)
