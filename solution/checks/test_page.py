"""The page of a class: its numbers, its links and filters, and that it runs nobody else's code.

Most of it is looked at in Chromium, for which the `dev` extra brings selenium.
"""

import json
import random
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from solution.checks.browser import chromium
from solution.grading.page import PLACES, render
from solution.grading.results import FOR_THE_INSTRUCTOR, FORMAT
from tests.judge.functions import STAGE_OF, STAGES

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Result = dict[str, Any]

POINTS = {name: 5 + 0.5 * n for n, name in enumerate(n for ns in STAGES.values() for n in ns)}
STATUSES = "passed", "wrong", "not started", "raised", "timeout", "memory", "crashed", "protocol"
UNJUDGED = "unreadable", "grader error"

# Each would set window.ran if it ran, or look like something else if it were shown as it is.
HOSTILE = [
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    "<!--<script>",
    '"><img src=x onerror="window.ran = 3">',
    "' onmouseover='window.ran = 4' '",
    "</pre></title></style><svg onload=window.ran=5>",
    "$data ${script} $$ &lt;b&gt; &amp;",
    "line\nbreak\ttab\r",
    "\u202eecila\u202c",
    "zero\u200bwidth\u00a0space\ufeff",
    "\x00\x07\x1b[31m\x7f\x85",
    "\u2028\u2029\U000e0041",
    "x" * 300,
    "😀 élève 👩\u200d👩\u200d👧",
    "\\u202e \\",
    "עברית علي",
    "__proto__",
    "   ",
    "",
]


def entry(
    status: str = "passed",
    headline: str = "",
    mistake: str = "",
    likely: str = "",
    complaint: str | None = None,  # the headline, if it is None
) -> Result:
    lines = [["call", "f(1)"], ["got", "2"], ["expected", "3"], ["likely", likely]]
    return {
        **FOR_THE_INSTRUCTOR,
        "status": status,
        "headline": headline,
        "lines": lines if status == "wrong" else [],
        "mistake": mistake,
        "complaint": [["value", headline if complaint is None else complaint]] if headline else [],
        "tests": 5,
        "passed": 5 if status == "passed" else 2,
    }


def submission(name: str = "alice", **functions: Result) -> Result:
    return {
        "format": FORMAT,
        "submission": name,
        "key": "0" * 64,
        "locked": True,
        "problem": "",
        "notes": [],
        "seconds": 1.25,
        "functions": {function: functions.get(function, entry()) for function in POINTS},
        "report": f"report of {name}",
    }


def stages_passed(count: int, name: str = "alice") -> Result:
    """Return a submission that has passed the first stages and not started the others."""
    todo = [function for names in list(STAGES.values())[count:] for function in names]
    return submission(name, **{function: entry("not started") for function in todo})


def unreadable(name: str, problem: str) -> Result:
    """Return a submission that could not be read."""
    functions = {function: entry("unreadable") for function in POINTS}
    return submission(name, **functions) | {"problem": problem}


def hostile_class() -> list[Result]:
    draw = random.Random(0)
    results = []
    for number in range(200):
        name = HOSTILE[number] if number < len(HOSTILE) else f"learner {number}"
        result = submission(name)
        for function in POINTS:
            status = draw.choices(STATUSES, [9, 6, 3, 1, 1, 1, 1, 1])[0]
            text = draw.choice(HOSTILE)
            mistake = draw.choice(["", "the 2 forgotten", text]) if status == "wrong" else ""
            headline = f"{text} {number}"
            result["functions"][function] = entry(status, headline, mistake, text, complaint=text)
        result["report"] = "\n".join(draw.choices(HOSTILE, k=8))
        results.append(result)
    results[50]["functions"]["predict"] = entry("grader error")
    results[60]["functions"]["train"] = entry("grader error")
    results[70] |= stages_passed(5, "finished")
    results[80]["locked"] = False
    results[90] |= unreadable("unread", HOSTILE[1])
    return results


def seen(text: str) -> str:
    """Return how the page must show a text: what is not seen, or moves others, as its number."""

    def show(character: str) -> str:
        if character == " " or unicodedata.category(character)[0] not in "CZ":
            return character
        code = f"{ord(character):04x}"
        return f"\\u{{{code}}}" if len(code) > 4 else f"\\u{code}"

    return "".join(map(show, text))


def status_of(result: Result, function: str) -> str:
    return str(result["functions"][function]["status"])


def count_of(result: Result, status: str) -> int:
    return [status_of(result, function) for function in POINTS].count(status)


def score_of(result: Result) -> float | None:
    if any(count_of(result, status) for status in UNJUDGED):
        return None
    return sum(points for name, points in POINTS.items() if status_of(result, name) == "passed")


def data_of(html: str) -> Any:
    found = re.findall(r'<script type="application/json" id="data">(.*)</script>', html)
    assert len(found) == 1
    return json.loads(found[0])


def topics_of(results: list[Result]) -> list[tuple[int, str]]:
    found = data_of(render(results, POINTS))["topics"]
    return [(topic["learners"], topic["text"]) for topic in found]


# -- without a browser ------------------------------------------------------------------------


def test_the_page_is_the_same_each_time_and_holds_no_seconds() -> None:
    quick, slow = hostile_class(), hostile_class()
    for result in slow:
        result["seconds"] = 98.7654
    assert render(quick, POINTS) == render(slow, POINTS)


def test_no_text_leaves_the_data() -> None:
    html = render(hostile_class(), POINTS)
    assert [r["submission"] for r in hostile_class()] == data_of(html)["names"]
    assert "window.ran" not in re.sub(r'id="data">.*', "", html)
    block = re.search(r'id="data">(.*)</script>', html)
    assert block is not None
    assert not set(block[1]) & set("<>&\u2028\u2029\u202e")


def test_nothing_is_fetched_and_other_code_is_forbidden() -> None:
    html = render([], POINTS)
    assert not re.search(r"https?:|url\(|@import|\ssrc=|<link|\sstyle=|\son\w+=", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert "default-src 'none'; script-src 'sha256-" in policy[1]
    assert "unsafe" not in policy[1]
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_without_javascript_the_page_says_what_to_read() -> None:
    note = re.search(r"<noscript>(.*?)</noscript>", render([], POINTS))
    assert note is not None
    assert "JavaScript" in note[1]
    assert "results.csv" in note[1]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (stages_passed(0), "about to begin data"),
        (stages_passed(1), "about to begin gradients"),
        (stages_passed(4), "about to begin training"),
        (stages_passed(5), "finished"),
        (submission(predict=entry("wrong")), "working on gradients"),
        (submission(make_data=entry("raised"), train=entry("wrong")), "working on data"),
        (submission(train=entry("not started")), "working on training"),
        (submission(train=entry("grader error")), "no score yet: run again"),
        (unreadable("alice", "no kata/"), "unreadable"),
    ],
)
def test_a_learner_is_at_the_first_stage_not_passed(result: Result, expected: str) -> None:
    assert PLACES[data_of(render([result], POINTS))["where"][0]] == expected


def test_who_could_not_be_read_has_no_score_and_no_part_in_the_median() -> None:
    data = data_of(render([unreadable("alice", "no kata/"), submission("bob")], POINTS))
    assert data["scores"] == [None, data["most"]]
    assert data["median"] == data["most"]
    assert sum(data["histogram"]) == 1


def test_a_stage_is_wrong_before_it_is_other_or_not_started() -> None:
    wrong, other, idle = entry("wrong"), entry("timeout"), entry("not started")
    results = [
        submission(predict=idle, mse_loss=wrong, sgd_step=other),
        submission(predict=idle, mse_loss=other),
        submission(predict=idle),
        submission(),
    ]
    assert data_of(render(results, POINTS))["stage_counts"][1] == [1, 1, 1, 1]


def test_failures_are_grouped_by_name_or_else_by_status_and_complaint() -> None:
    differ = "of samples differ"
    results = [
        submission(predict=entry("wrong", "half", "b left out", "cause", "one")),
        submission(predict=entry("wrong", "a third", "b left out", "cause", "another")),
        submission(mse_loss=entry("wrong", "half", "b left out", "cause")),
        submission(predict=entry("wrong", "3 of 12 differ by 1.5e-3", complaint=differ)),
        submission(predict=entry("wrong", "10 of 7 differ by 2", complaint=differ)),
        submission(predict=entry("wrong", "10 of 7 differ by 2", complaint=differ)),
        submission(predict=entry("raised", "10 of 7 differ by 2", complaint=differ)),
        submission(predict=entry("wrong", "10 of 7 differ by 2", complaint="of batches differ")),
        submission(predict=entry("protocol", "half"), train=entry("grader error", "half")),
    ]
    failures = data_of(render(results, POINTS))["failures"]
    names = ("function", "mistake", "headline", "learners", "others")
    assert [tuple(failure[name] for name in names) for failure in failures] == [
        ("predict", "", "3 of 12 differ by 1.5e-3", 3, True),
        ("predict", "b left out", "half", 2, False),
        ("predict", "", "10 of 7 differ by 2", 1, False),
        ("predict", "", "10 of 7 differ by 2", 1, False),
        ("mse_loss", "b left out", "half", 1, False),
    ]
    assert failures[1]["sentence"] == "cause"
    assert failures[1]["lines"] == [["call", "f(1)"], ["got", "2"], ["expected", "3"]]


def test_each_cell_belongs_to_its_group() -> None:
    results = [
        submission(predict=entry("wrong", "1 differs", complaint="some differ")),
        submission(predict=entry("wrong", "2 differ", complaint="some differ")),
        submission(predict=entry("wrong", "3 differ", complaint="others differ")),
    ]
    data = data_of(render(results, POINTS))
    place = [*POINTS].index("predict")
    cells = [data["cells"][row[place]] for row in data["rows"]]
    assert [(cell[1], cell[-1]) for cell in cells] == [
        ("1 differs", 0),
        ("2 differ", 0),
        ("3 differ", 1),
    ]


def test_a_topic_of_other_numbers_says_so() -> None:
    for headline, said in (("1 differs", ""), ("2 differ", ", or with other numbers")):
        wrong = [entry("wrong", text, complaint="differs") for text in ("1 differs", headline)]
        ((_, text),) = topics_of([submission(predict=one) for one in wrong])
        assert text == f"fail at predict (stage 2, gradients) alike: 1 differs{said}"


def test_topics_are_what_helps_most_and_then_the_earlier_stage() -> None:
    named = entry("wrong", "half", "swapped", "w and b are swapped")
    late = entry("raised", "KeyError: 1")
    results = [
        *(submission(train=late) for _ in range(3)),
        *(submission(mse_loss=late) for _ in range(2)),
        *(submission(predict=named) for _ in range(3)),
        *(stages_passed(2) for _ in range(3)),
    ]
    made = "made the same mistake in predict (stage 2, gradients), “swapped”: w and b are swapped"
    assert topics_of(results) == [
        (3, made),
        (3, "are about to begin stage 3, batching: nothing of it is written yet"),
        (3, "fail at train (stage 5, training) alike: KeyError: 1"),
        (2, "fail at mse_loss (stage 2, gradients) alike: KeyError: 1"),
    ]


def test_a_topic_is_shared_by_two_and_by_a_twentieth_of_the_class() -> None:
    wrong = entry("wrong", "half")
    assert topics_of([submission(predict=wrong)]) == []
    assert len(topics_of([submission(predict=wrong)] * 2)) == 1
    assert topics_of([submission(predict=wrong)] * 2 + [submission()] * 39) == []
    assert len(topics_of([submission(predict=wrong)] * 3 + [submission()] * 38)) == 1


def test_there_are_five_topics_at_most() -> None:
    results = [submission("alice", **{name: entry("wrong", "half")}) for name in POINTS] * 2
    found = topics_of(results)
    assert len(found) == 5
    assert "make_data" in found[0][1]


def test_a_large_class_keeps_repeated_texts_once() -> None:
    report = "\n".join(f"a line of the report that many others have {n}" for n in range(40))
    results = [
        submission(f"learner {n}", predict=entry("wrong", f"{n % 50} differ", complaint="differ"))
        | {"report": f"kata: learner {n}\n{report}"}
        for n in range(5000)
    ]
    # a name, a line of its own, 12 cells and 41 lines as short numbers: 100,000 learners are 30 MB
    assert len(render(results, POINTS)) < 300 * len(results)


# -- in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chrome]":
    with chromium(tmp_path_factory.mktemp("profile"), 1280) as driver:
        yield driver


class Page:
    """A page in the browser, read through its text and worked by clicks."""

    def __init__(self, chrome: "Chrome", file: Path) -> None:
        self.chrome = chrome
        self.file = file

    def open(self, results: list[Result], change: Callable[[str], str] = str) -> None:
        html = change(render(results, POINTS))
        self.file.write_text(html, encoding="utf-8")
        self.chrome.get(self.file.as_uri())

    def messages(self) -> list[str]:
        """Return what the browser said since it was last asked: errors, and what it forbade."""
        log: Any = self.chrome.get_log
        return [entry["message"] for entry in log("browser")]

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
        return list(self.chrome.execute_script(script, selector))

    def text(self, selector: str) -> str:
        (text,) = self.texts(selector)
        return text

    def click(self, selector: str) -> None:
        self.chrome.find_element("css selector", selector).click()

    def type(self, selector: str, text: str) -> None:
        self.chrome.find_element("css selector", selector).send_keys(text)

    def choose(self, name: str, text: str) -> None:
        from selenium.webdriver.support.select import Select

        field = self.chrome.find_element("css selector", f"#filter [name={name}]")
        Select(field).select_by_visible_text(text)

    def wait(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true: events come after the click."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.chrome, 30).until(
            lambda chrome: chrome.execute_script(f"return {condition}"), condition
        )

    def wait_for_learner(self, number: int) -> None:
        start = f"Learner {number} of"
        self.wait(f"document.getElementById('learner-facts').innerText.startsWith('{start}')")

    def wait_for_class(self) -> None:
        self.wait("!document.getElementById('class').hidden")

    def numbers(self) -> list[int]:
        """Return the numbers of the learners in the table."""
        return [int(text) for text in self.texts("#table tbody td:first-child")]


@pytest.fixture
def page(chrome: "Chrome", tmp_path: Path) -> Iterator[Page]:
    """Return a page to open, on which nothing may go wrong and no other code run."""
    page = Page(chrome, tmp_path / "page.html")
    yield page
    assert page.messages() == []
    assert chrome.execute_script("return window.ran") is None
    assert len(page.texts("script")) == 2
    assert page.texts("img, svg, #learner script, #class script") == []


def test_the_overview_counts_what_the_class_did(page: Page) -> None:
    results = hostile_class()
    page.open(results)
    scores = [score for result in results if (score := score_of(result)) is not None]
    assert len(scores) == 197
    assert page.texts("#tiles b") == ["200", f"{statistics.median(scores):g}", "1", "2"]
    passed = Counter(count_of(r, "passed") for r in results if score_of(r) is not None)
    assert list(map(int, page.texts("#histogram td"))) == [passed[n] for n in range(13)]
    assert sum(map(int, page.texts("#where td"))) == 200
    rows = page.texts("#stages tbody tr:not(.stage) > *")
    for number, function in enumerate(POINTS):
        counts = Counter(status_of(result, function) for result in results)
        known = [counts[status] for status in ("passed", "wrong", "not started")]
        shown = [str(count) for count in (*known, 200 - sum(known))]
        assert rows[6 * number : 6 * number + 6] == [function, "", *shown]


def test_a_number_of_the_overview_shows_who_they_are(page: Page) -> None:
    results = hostile_class()
    page.open(results)
    for kind, column in (("wrong", 4), ("other", 6)):
        page.click(f"#stages tbody:nth-of-type(2) tr:nth-child(3) td:nth-child({column}) button")
        statuses = [status_of(result, "mse_loss") for result in results]
        known = ("passed", "wrong", "not started")
        expected = [s == kind if kind in known else s not in known for s in statuses]
        assert page.numbers() == [n for n, fits in enumerate(expected, 1) if fits]


def test_names_are_shown_as_text_and_stay_in_their_place(page: Page) -> None:
    results = hostile_class()
    page.open(results)
    expected = [seen(result["submission"]) for result in results[:100]]
    expected[17] = expected[18] = "(no name)"
    assert page.texts("#table tbody th") == expected
    assert expected[8] == "\\u202eecila\\u202c"
    assert page.texts("#table tbody th bdi") == expected


def test_an_inserted_script_does_not_run(page: Page) -> None:
    def insert(html: str) -> str:
        return html.replace("</main>", "<script>window.ran = 6</script></main>", 1)

    page.open([submission()], insert)
    assert page.chrome.execute_script("return window.ran") is None
    (message,) = page.messages()
    assert "Content Security Policy" in message
    page.open([submission()])


def test_each_report_is_one_click_away(page: Page) -> None:
    results = hostile_class()
    page.open(results)
    for number in (1, 9, 91):
        page.click(f"#table tbody tr:nth-child({number}) a")
        page.wait_for_learner(number)
        lines = results[number - 1]["report"].split("\n")
        assert page.text("#report") == "\n".join(map(seen, lines))
        assert page.chrome.current_url.endswith(f"#learner-{number}")
        shown = page.texts("#learner-functions tbody td:nth-child(4)")
        assert [text[2:] for text in shown] == [
            status_of(results[number - 1], function) for function in POINTS
        ]
        page.click("#learner-links a")
        page.wait_for_class()
    assert not page.chrome.find_element("css selector", "#learner").is_displayed()


def test_links_reload_and_the_back_button_work(page: Page) -> None:
    page.open([submission(f"learner {n}") for n in range(1, 201)])
    page.type("#filter [name=text]", "9")
    page.click("#table tbody tr:nth-child(3) a")
    page.wait_for_learner(29)
    page.click("#learner-links a:nth-child(3)")  # the next one that the filter lets through
    page.wait_for_learner(39)
    page.chrome.refresh()
    page.wait_for_learner(39)
    assert page.text("#report") == "report of learner 39"
    page.chrome.back()
    page.wait_for_learner(29)
    page.chrome.back()
    page.wait_for_class()
    page.chrome.forward()
    page.wait_for_learner(29)
    for address in ("#learner-0", "#learner-201", "#learner-x", "#mistakes"):
        page.chrome.get(page.file.as_uri() + address)
        page.wait_for_class()


def test_the_class_is_where_it_was_left(page: Page) -> None:
    results = [submission(f"learner {n}") for n in range(200)]
    results[59]["report"] += "\n" * 300
    page.open(results)
    row = "#table tbody tr:nth-child(60)"
    scroll = f"document.querySelector('{row}').scrollIntoView({{block: 'center'}}); return scrollY"
    for next_first in (False, True):
        left_at = page.chrome.execute_script(scroll)
        page.click(f"{row} a")
        page.wait_for_learner(60)
        assert page.chrome.execute_script("return scrollY") == 0
        if next_first:
            page.click("#learner-links a:nth-child(3)")
            page.wait_for_learner(61)
        page.click("#learner-links a")
        page.wait_for_class()
        assert page.chrome.execute_script("return scrollY") == left_at > 0


def test_filters_let_through_whom_they_should(page: Page) -> None:
    results = hostile_class()
    page.open(results)
    page.type("#filter [name=text]", "LEARNER 12")
    assert page.numbers() == list(range(121, 131))
    page.choose("status", "timeout")
    both = [n for n in range(121, 131) if count_of(results[n - 1], "timeout")]
    assert page.numbers() == both
    page.choose("function", "train")
    assert page.numbers() == [n for n in both if status_of(results[n - 1], "train") == "timeout"]
    page.click("#show-all")
    assert page.text("#count") == "200 of 200 learners, rows 1 to 100"
    page.choose("where", "finished")
    assert page.numbers() == [71]
    assert page.text("#count") == "1 of 200 learners"
    page.type("#filter [name=text]", "\ue007")  # Enter sends nothing anywhere
    assert page.numbers() == [71]


def test_the_table_is_sorted_by_name_and_by_score(page: Page) -> None:
    wrong = entry("wrong")
    results = [
        submission("learner 10", train=wrong),
        submission("learner 9"),
        submission("Émile", predict=wrong, train=wrong),
        submission("zoe", train=entry("grader error")),
        submission("learner 9", predict=wrong, train=wrong),
    ]
    page.open(results)
    name, score = "#table thead th:nth-child(2)", "#table thead th:nth-child(3)"
    for header, orders in {
        name: {"ascending": [3, 2, 5, 1, 4], "descending": [4, 1, 2, 5, 3]},
        score: {"ascending": [3, 5, 1, 2, 4], "descending": [2, 1, 3, 5, 4]},
    }.items():
        for direction, order in orders.items():
            page.click(f"{header} button")
            assert page.numbers() == order
            assert len(page.texts(f"{header}[aria-sort={direction}]")) == 1
            assert len(page.texts("[aria-sort]")) == 1


def test_a_mistake_shows_its_example_and_who_made_it(page: Page) -> None:
    named = entry("wrong", "half", HOSTILE[3], HOSTILE[1])
    results = [submission(f"learner {n}") for n in range(40)]
    for n in range(3, 40, 2):
        results[n]["functions"]["predict"] = named
    results[2]["functions"]["mse_loss"] = named
    page.open(results)
    first = "#mistake-list li:nth-child(1)"
    assert page.text(f"{first} strong") == HOSTILE[3]
    assert HOSTILE[1] in page.text(f"{first} p")
    assert page.text(f"{first} p button") == "19 learners"
    page.click(f"{first} summary")
    page.wait(f"document.querySelector('{first} dl') !== null")
    assert page.texts(f"{first} dd")[:-1] == ["half", "f(1)", "2", "3", "learner 3"]
    assert page.texts(f"{first} .names a") == [f"learner {n}" for n in range(3, 27, 2)]
    assert page.text(f"{first} .names button") == "and 7 more"
    page.click(f"{first} p button")
    assert page.numbers() == list(range(4, 41, 2))
    page.choose("mistake", f"mse_loss: {HOSTILE[3]}")
    assert page.numbers() == [3]


def new_mistake(features: list[float], headline: str = "half", **own: Any) -> Result:
    wrong = entry("wrong", headline) | {"features": features, "code": "code", **own}
    wrong["lines"] = [["call", f"f({headline})"], ["got", "2"], ["expected", "3"]]
    return wrong


def test_a_new_mistake_is_a_group_with_its_smallest_call_its_code_and_an_entry(page: Page) -> None:
    draft = '@mistake("predict", "")\ndef unnamed_predict_0f(x):\n    return 1'
    code = f"def predict(x):\n    return {HOSTILE[1]!r}  # {HOSTILE[8]}"
    found = [
        new_mistake([1.0, 2.0], "a long headline", draft=draft, code=code),
        new_mistake([1.0, 2.0], "half", draft=draft, code=code),
        new_mistake([1.0, 2.0 + 1e-12], "a longer headline", draft=draft, code=code),
        new_mistake([1.0, 3.0], "half"),  # says the same, does another thing
        new_mistake([], "half"),
    ]
    results = [submission(f"learner {n}", predict=one) for n, one in enumerate(found)]
    results[0]["functions"]["train"] = new_mistake([4.0])
    results[4]["functions"]["train"] = new_mistake([4.0])
    page.open(results)
    assert page.text("#unknown").startswith("2 of them, marked as new, are not in the catalogue")
    heads = page.texts("#mistake-list p:first-child")
    assert heads[0] == "3 learnerspredicthalf, or with other wordsnew"
    assert heads[1:] == ["2 learnerspredicthalf", "2 learnerstrainhalfnew"]
    first = "#mistake-list li:nth-child(1)"
    page.click(f"{first} summary")
    page.wait(f"document.querySelector('{first} .draft') !== null")
    assert page.texts(f"{first} dd")[1] == "f(half)"
    shown = "\n".join(map(seen, code.split("\n")))
    assert page.texts(f"{first} pre") == [shown, draft]
    assert page.texts(f"{first} p code")[-1] == "tests/judge/mistakes/own/unnamed_predict_0f.py"
    third = "#mistake-list li:nth-child(3)"
    page.click(f"{third} summary")
    page.wait(f"document.querySelector('{third} pre') !== null")
    assert page.texts(f"{third} details > p:last-child")[0].startswith("No entry can be made")
    page.click(f"{first} p button")
    assert page.numbers() == [1, 2, 3]


def test_the_same_code_is_shown_as_a_hint_and_not_at_first_sight(page: Page) -> None:
    results = [submission(name) for name in [*HOSTILE, "ann", "bob"]]
    page.open(results)
    assert not page.chrome.find_element("id", "copies").is_displayed()
    for n in (1, 3):
        results[n]["functions"]["train"] = entry() | {"shape": ["one", 90]}
        results[n]["functions"]["minibatch_gd"] = entry("wrong", "half") | {"shape": ["two", 80]}
    page.open(results)
    assert page.text("#copies h2") == "Code that is the same"
    assert "no verdict" in page.text("#copies > p")
    assert page.text("#copies summary") == "Show who (1 group)"
    assert not page.chrome.find_element("id", "copies-list").is_displayed()
    page.click("#copies summary")
    (item,) = page.texts("#copies-list li")
    names = f"{seen(HOSTILE[1])} {seen(HOSTILE[3])} "
    assert item == f"{names} have the same minibatch_gd, train"
    page.click("#copies-list a:nth-child(2)")
    page.wait_for_learner(4)


def test_a_topic_shows_whom_it_would_help(page: Page) -> None:
    wrong = entry("wrong", "half")
    page.open([submission(), *[submission(predict=wrong)] * 3, *[stages_passed(3)] * 2])
    assert page.texts("#topics button") == ["3 of 6 learners", "2 of 6 learners"]
    page.click("#topics li:nth-child(1) button")
    assert page.numbers() == [2, 3, 4]
    page.click("#topics li:nth-child(2) button")
    assert page.numbers() == [5, 6]


def test_what_needs_attention_is_said_above_all(page: Page) -> None:
    results = [submission(f"learner {n}") for n in range(1, 21)]
    for n in (2, 3):
        results[n - 1]["functions"]["train"] = entry("grader error")
    results[4]["functions"]["train"] = entry("protocol")
    results[6] |= unreadable("learner 7", "no <kata>/ in it")
    for n in range(5, 20):
        results[n - 1]["locked"] = False
    page.open(results)
    assert page.text("#attention .banner").startswith("15 learners judged without the sandbox")
    assert [text.rpartition(" ")[2] for text in page.texts("#attention dt")] == [
        "(2)",
        "(1)",
        "(1)",
        "(15)",
    ]
    for row, numbers in enumerate(([2, 3], [5], [7], list(range(5, 20))), start=1):
        page.click(f"#attention dd:nth-of-type({row}) button")
        assert page.numbers() == numbers
    page.click("#show-all")
    notes = page.texts("#table tbody td:nth-child(4)")
    assert notes[:7] == ["", "", "", "", "unlockedprotocol", "unlocked", "unlockedunreadable"]
    assert page.texts("#table .score")[:2] == ["93", "run again"]
    page.click("#table tbody tr:nth-child(7) a")
    page.wait_for_learner(7)
    warnings = page.texts("#learner-facts .banner")
    assert warnings == ["Judged without the sandbox.", "Could not be read: no <kata>/ in it"]


@pytest.mark.parametrize(
    ("results", "tiles", "note"),
    [
        ([], ["0", "–", "0", "0"], "There are no submissions yet."),
        ([submission()], ["1", "93", "1", "0"], "Nothing stands out: everybody has finished."),
        (
            [submission(predict=entry("wrong", "half"))],
            ["1", "87.5", "0", "0"],
            "Nothing stands out: nothing would help 2 learners or more at once.",
        ),
        ([submission(predict=entry("grader error"))], ["1", "–", "0", "1"], "Nothing stands out"),
        ([stages_passed(0)] * 3, ["3", "0", "0", "0"], "Ranked by"),
    ],
)
def test_a_class_of_none_or_all_alike_is_shown(
    page: Page, results: list[Result], tiles: list[str], note: str
) -> None:
    page.open(results)
    assert page.texts("#tiles b") == tiles
    assert page.text("#topics-note").startswith(note)
    assert page.numbers() == list(range(1, len(results) + 1))


def test_a_large_class_is_drawn_a_part_at_a_time(page: Page) -> None:
    results = [
        submission(
            f"learner {n}", predict=entry("raised", f"{'abcdefg'[n % 7]} {chr(8704 + n % 60)}")
        )
        for n in range(20_050)
    ]
    page.open(results)
    assert len(page.texts("#mistake-list li")) == 10
    assert page.text("#count") == "20050 of 20050 learners, rows 1 to 100"
    page.click("#table thead th button")  # from the last one
    page.click("#next")
    page.click("#next")
    assert page.numbers() == list(range(19_850, 19_750, -1))
    page.click("#previous")
    assert page.numbers()[0] == 19_950
    while page.chrome.find_element("css selector", "#more-mistakes").is_displayed():
        page.click("#more-mistakes")
    assert len(page.texts("#mistake-list li")) == 420
    page.click("#mistake-list li:last-child p button")  # one that the list of options left out
    assert page.numbers()[-1] == 420
    assert page.text("#count") == "47 of 20050 learners"
    page.click("#show-all")
    page.click("#table tbody tr:nth-child(1) a")
    page.wait_for_learner(20_050)
    assert page.text("#report") == "report of learner 20049"


def test_every_control_has_a_name_and_every_status_a_word(page: Page) -> None:
    page.open([submission(f"l{s}", predict=entry(s)) for s in (*STATUSES, *UNJUDGED)])
    nameless = """return [...document.querySelectorAll("button, input, select, a")].filter(
        e => !(e.name ? e.labels[0]?.firstChild : e)?.textContent.trim()).length"""
    assert page.chrome.execute_script(nameless) == 0
    column = list(STAGE_OF).index("predict") + 5
    words = page.texts(f"#table tbody tr > :nth-child({column}) .for-reader")
    assert words == [*STATUSES, *UNJUDGED]
    symbols = page.texts(f"#table tbody tr > :nth-child({column}) [aria-hidden]")
    assert len(set(symbols)) == 10
    legend = [" ".join(text.split()) for text in page.texts("#legend > span")]
    assert legend == [f"{s} {word}" for s, word in zip(symbols, words, strict=True)]
