"""The lab in Chromium: knobs, questions, functions that fail, and that it keeps nobody out."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from solution.checks.browser import chromium
from solution.checks.labs import Lab, copy_of_project, spoil

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
SECONDS = 90  # that something may take on a busy machine


@pytest.fixture(scope="module", autouse=True)
def _needed() -> None:
    pytest.importorskip("bokeh", reason="the lab is not tried: there is no Bokeh")


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chrome]":
    with chromium(tmp_path_factory.mktemp("profile"), 1400) as driver:
        yield driver


class Page:
    """A lab's page in the browser, read through its text and worked by keys and clicks."""

    def __init__(self, chrome: "Chrome", lab: Lab) -> None:
        self.chrome, self.lab = chrome, lab
        chrome.get("about:blank")
        self.messages()  # of the page before
        chrome.get(lab.address)
        self.wait(lambda: "least squares" in self.text("#table"))

    def find(self, selector: str) -> Any:
        return self.chrome.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        script = "return document.querySelector(arguments[0]).innerText"
        return str(self.chrome.execute_script(script, selector))

    def wait(self, condition: Callable[[], object]) -> None:
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.chrome, SECONDS, 0.05).until(lambda _: condition())

    def wait_for(self, selector: str, text: str) -> None:
        from selenium.common import TimeoutException

        try:
            self.wait(lambda: text in self.text(selector))
        except TimeoutException:
            pytest.fail(f"{selector} does not say {text!r} but {self.text(selector)!r}")

    def press(self, action: str) -> None:
        """Press a button, at once: what is found first may have been replaced by then."""
        script = "document.querySelector(arguments[0]).click()"
        self.chrome.execute_script(script, f"button[value='{action}']")

    def set(self, name: str, text: str) -> None:
        field = self.find(f"[name={name}]")
        field.clear()
        field.send_keys(text)

    def value(self, name: str) -> str:
        return str(self.find(f"[name={name}]").get_property("value"))

    def shadows(self) -> str:
        """Return the texts of what Bokeh adds to the page."""
        script = (
            "return [...document.querySelectorAll('*')].map(e => e.shadowRoot?.textContent).join()"
        )
        return str(self.chrome.execute_script(script))

    def rows(self) -> list[list[str]]:
        """Return the cells of the runs in the table, without that of least squares."""
        script = (
            "return [...document.querySelectorAll('#table tbody tr')].map("
            "row => [...row.cells].map(cell => cell.innerText.trim()))"
        )
        return list(self.chrome.execute_script(script))[:-1]

    def columns(self, figure: str) -> list[int]:
        """Return how many points each glyph of a figure has: what is in the browser, drawn."""
        script = (
            "return Bokeh.documents[0].roots().find(r => r.name === arguments[0]).renderers.map("
            "r => Math.max(0, ...Object.values(r.data_source.data).map(c => c.length)))"
        )
        return list(self.chrome.execute_script(script, figure))

    def messages(self) -> list[str]:
        """Return the browser's own complaints since it was last asked."""
        log: Any = self.chrome.get_log
        return [e["message"] for e in log("browser") if e["level"] in ("WARNING", "SEVERE")]

    def violations(self) -> list[str]:
        """Return what axe-core finds on the page as it is."""
        self.chrome.execute_script(axe())
        script = "const done = arguments[0]; axe.run().then(result => done(result.violations))"
        found: Any = self.chrome.execute_async_script(script)
        return [f"{v['id']}: {[n['html'][:200] for n in v['nodes'][:3]]}" for v in found]


def axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("there is no axe-core: install .[dev]")
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> Iterator[Lab]:
    lab = Lab()
    yield lab
    assert lab.interrupt() == (0, "")


@pytest.fixture
def page(chrome: "Chrome", reference: Lab) -> Iterator[Page]:
    """Return a new page of the reference solution's lab, on which nothing may go wrong."""
    yield (page := Page(chrome, reference))
    assert page.messages() == []


# -- knobs and pictures -----------------------------------------------------------------------


def test_a_slider_is_turned_by_keys_and_the_pictures_follow(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    page.wait(lambda: page.rows() and page.columns("by_update"))
    before = page.rows()[0]
    page.find("[name=lr-slider]").send_keys(Keys.ARROW_RIGHT * 3)
    page.wait(lambda: page.value("lr") != "0.01")
    page.wait(lambda: page.rows()[0][1] == page.value("lr"))
    assert page.rows()[0][5:] != before[5:]
    assert page.chrome.switch_to.active_element.get_attribute("name") == "lr-slider"


def test_a_number_moves_its_slider_and_a_wrong_one_is_said(page: Page) -> None:
    page.set("batch_size", "1")
    page.wait_for("#note-batch_size", "stochastic: 1,000 batches in an epoch")
    page.wait(lambda: page.value("batch_size-slider") == "0")
    page.wait(lambda: page.rows() and page.rows()[0][4] == "100,000")
    page.set("batch_size", "1001")
    page.wait_for("#note-batch_size", "batch size m: a whole number from 1 to 1000, please")
    page.set("batch_size", "300")
    page.wait_for("#note-batch_size", "mini-batch: 4 batches in an epoch, the last of 100")


def test_three_runs_stand_side_by_side(page: Page) -> None:
    page.press("add")
    page.press("add")
    page.wait(lambda: len(page.rows()) == 3)
    assert [row[2] for row in page.rows()] == ["128", "1000", "1"]
    assert page.text("#of-run") == "Knobs of run C"
    page.find("#runs input[value='0']").click()
    page.wait_for("#of-run", "Knobs of run A")
    page.wait(lambda: page.value("batch_size") == "128")
    page.press("remove")
    page.wait(lambda: len(page.rows()) == 2)


def test_the_focus_stays_in_a_part_that_is_written_anew(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    def focus() -> tuple[str, str]:
        script = "return [document.activeElement.name ?? '', document.activeElement.value ?? '']"
        name, value = page.chrome.execute_script(script)
        return name, value

    def press(action: str) -> None:
        page.find(f"button[value={action}]").send_keys(Keys.ENTER)

    page.wait(lambda: page.rows())
    press("add")
    page.wait_for("#of-run", "Knobs of run B")
    assert focus() == ("do", "add")
    press("add")
    page.wait_for("#of-run", "Knobs of run C")
    assert focus() == ("active", "2")
    page.chrome.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    page.wait_for("#of-run", "Knobs of run B")
    assert focus() == ("active", "1")
    press("ask")
    page.wait_for("#predict", "What does it do?")
    assert focus() == ("answer", "reaches")
    page.chrome.switch_to.active_element.send_keys(Keys.SPACE)
    press("commit")
    page.wait_for("#predict", "The run did something else.")
    assert focus() == ("question", "floor")


def test_a_page_that_one_comes_back_to_starts_anew(page: Page) -> None:
    script = "window.old = 1; dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    page.chrome.execute_script(script)
    page.wait(lambda: page.chrome.execute_script("return window.old !== 1"))
    page.wait(lambda: page.rows())


def test_a_million_updates_are_drawn_and_a_run_beyond_the_limit_is_said(page: Page) -> None:
    page.set("batch_size", "1")
    page.set("epochs", "1000")
    page.wait(lambda: page.rows() and page.rows()[0][4] == "1,000,000")
    assert 1000 < max(page.columns("by_update")) < 1300
    page.set("lr", "2")
    page.wait_for("#states", "A: diverged, its loss is beyond 10⁶ by update")
    page.wait_for("#mark-lr", "2/λ = 0.791")


def test_one_update_is_looked_at(page: Page) -> None:
    page.press("next")
    page.wait_for("#update", "update 2: batch 2 of 8 in epoch 1; over the 128 samples")
    page.set("step", "8")
    page.wait_for("#update", "update 8: batch 8 of 8 in epoch 1; over the 104 samples")
    assert page.text("#update").count("=") == 6
    page.wait(lambda: 104 in page.columns("data"))


# -- questions --------------------------------------------------------------------------------


def test_nothing_is_shown_before_there_is_a_prediction(page: Page) -> None:
    page.wait(lambda: page.rows())
    page.press("ask")
    page.wait_for("#predict", "What does it do?")
    assert page.rows() == []
    assert page.text("#update") == ""
    page.press("commit")
    page.wait_for("#troubles", "choose an answer first")
    page.set("epochs", "5")
    page.wait(lambda: page.value("epochs") == "100")  # knobs stay where the question has them
    assert page.rows() == []
    page.find("#predict input[value=reaches]").click()
    page.press("commit")
    page.wait_for("#predict", "The run did something else. It gets further away")
    assert "You predicted: It reaches the minimum, on a zigzag." in page.text("#predict")
    assert "2/λ" in page.text("#predict .answer")
    assert page.rows()[0][1] == page.value("lr") == "0.85377"
    assert page.find("#question").get_property("value") == "floor"  # the next one
    page.set("lr", "0.5")  # and now they turn again
    page.wait(lambda: page.rows()[0][1] == "0.5")


@pytest.mark.parametrize("name", ["floor", "counts", "spread", "clocks", "crawl", "rates", "short"])
def test_each_question_is_answered(page: Page, name: str) -> None:
    from selenium.webdriver.support.select import Select

    from plots.lab.questions import EXPERIMENTS

    Select(page.find("#question")).select_by_value(name)
    page.press("ask")
    page.wait_for("#predict", EXPERIMENTS[name].question)
    page.find(f"#predict input[value={EXPERIMENTS[name].expected}]").click()
    page.press("commit")
    page.wait_for("#predict", "That is what the run did.")


# -- the learner's own functions --------------------------------------------------------------


def test_own_functions_are_looked_at_whenever_they_are_saved(
    chrome: "Chrome", tmp_path: Path
) -> None:
    folder = copy_of_project(tmp_path)
    lab = Lab("kata", folder)
    try:
        page = Page(chrome, lab)
        page.wait_for("#verdict", "All functions of stages 1 to 4 pass their tests.")
        page.wait_for("#progress", "All runs are at their end.")
        own = page.rows()[0]

        spoil(folder, "gradients", "2 * np.mean(residual * x)", "np.mean(residual * x)")
        page.wait_for("#verdict", "✗ mse_gradients: dw is exactly half of what it should be")
        page.wait(lambda: page.rows() and page.rows()[0] != own)
        page.find("#right").click()
        page.wait(lambda: 801 in page.columns("path"))  # the right one's: each of its updates
        spoil(folder, "gradients", "2 * np.mean(residual * x)", "2 * np.mean(residual * x)")

        begin = "    losses = []\n"
        spoil(folder, "descent", begin, "    while True: pass\n")
        page.wait_for("#troubles", "run A: no end after 3 s in kata/descent.py, line 63")
        spoil(folder, "descent", begin, "    1 / 0\n")
        page.wait_for("#troubles", "run A: ZeroDivisionError: division by zero, in kata/descent.py")
        spoil(folder, "descent", begin, "    (\n")
        page.wait_for("#troubles", "run A: SyntaxError")
        spoil(folder, "descent", begin, "    import os; os._exit(3)\n")
        page.wait_for("#troubles", "run A: the process that runs your functions ended (status 3)")
        spoil(folder, "descent", "return w, b, losses", "return '<img src=x onerror=alert()>'")
        page.wait_for("#troubles", "run A: minibatch_gd returned '<img src=x onerror=alert()>'")
        spoil(folder, "descent", begin, '    raise NotImplementedError("descent: minibatch_gd")\n')
        page.wait_for("#troubles", "run A: minibatch_gd in kata/descent.py is not written yet")
        assert page.violations() == []

        spoil(folder, "descent", begin, begin)
        page.wait_for("#verdict", "All functions of stages 1 to 4 pass their tests.")
        page.wait(lambda: page.rows() and page.rows()[0][4:] == own[4:])
        assert page.text("#troubles") == ""

        page.set("batch_size", "1")
        page.set("epochs", "10000")
        page.wait_for("#progress", "of 10,000 epochs in the 1 s that it had")
        page.press("further")
        page.wait_for("#progress", "running, ")
        page.press("stop")
        page.wait_for("#progress", "stopped at epoch ")
        assert page.messages() == []
        assert lab.interrupt() == (0, "")
        page.wait_for("#verdict", "The lab has ended")
        assert "Reconnection" not in page.shadows()
        page.messages()  # that the connection is lost
    finally:
        lab.kill()


# -- the page to keep -------------------------------------------------------------------------


def test_the_page_to_keep_needs_no_server(chrome: "Chrome", tmp_path: Path) -> None:
    lab = Lab("kata", copy_of_project(tmp_path))
    try:
        page = Page(chrome, lab)
        page.wait_for("#verdict", "pass their tests")
        page.press("ask")
        page.wait_for("#predict", "What does it do?")
        page.find("#predict input[value=grows]").click()
        page.press("commit")
        page.wait_for("#predict", "That is what the run did.")
        numbers = page.rows()
        page.press("keep")
        page.wait_for("#kept", "kept as pictures/lab-")
        assert page.messages() == []
        chrome.get("about:blank")
        page.messages()
    finally:
        lab.interrupt()
        lab.kill()
    (file,) = (tmp_path / "pictures").iterdir()
    chrome.get(file.as_uri())
    page.wait(lambda: chrome.execute_script("return document.querySelectorAll('figure').length"))
    page.wait(lambda: chrome.execute_script("return window.Bokeh?.documents[0]?.is_idle"))
    text = page.text("body")
    assert "You predicted: It gets further away with each update." in text
    assert " ".join(numbers[0][1:5]) in text.replace("\t", " ")
    assert max(page.columns("by_update")) > 10
    assert page.violations() == []
    assert page.messages() == []
    script = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    assert [url for url in chrome.execute_script(script) if not url.startswith("data:")] == []


# -- people -----------------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["wide", "phone", "dark"])
def test_it_keeps_nobody_out(chrome: "Chrome", reference: Lab, look: str) -> None:
    dark = [{"name": "prefers-color-scheme", "value": "dark" if look == "dark" else "light"}]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    if look == "phone":
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        page = Page(chrome, reference)
        page.press("add")
        page.press("add")
        page.wait(lambda: len(page.rows()) == 3)
        assert page.violations() == []
        page.press("ask")
        page.wait_for("#predict", "What does it do?")
        assert page.violations() == []
        page.find("#predict input[value=grows]").click()
        page.press("commit")
        page.wait_for("#predict", "That is what the run did.")
        assert page.violations() == []
        script = "return document.documentElement.scrollWidth - window.innerWidth"
        assert chrome.execute_script(script) <= 0
        paper = "return Bokeh.documents[0].roots()[0].background_fill_color"
        assert (chrome.execute_script(paper) != "#ffffff") == (look == "dark")
        assert page.messages() == []
    finally:
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_each_control_is_reached_by_the_tab_key(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    page.wait(lambda: page.rows())
    wanted = {"active", "do", "lr", "lr-slider", "batch_size", "epochs", "w", "b", "seed", "noise"}
    wanted |= {"right", "question", "step"}
    reached: set[str] = set()
    until = time.monotonic() + SECONDS
    while not wanted <= reached and time.monotonic() < until:
        page.chrome.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(page.chrome.switch_to.active_element.get_attribute("name") or "")
    assert wanted <= reached
