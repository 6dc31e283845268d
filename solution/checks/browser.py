"""Chromium, in which pages are tried: the `dev` extra brings selenium, which drives it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

FLAGS = [
    "--headless=new",
    "--no-sandbox",  # which does not start as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def program(*names: str) -> str:
    """Return where a program is; without it a test is skipped, and fails where it must be run."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = f"the page is not tried in a browser: there is no {names[0]}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def chromium(profile: Path, width: int) -> "Iterator[Chrome]":
    """Start a browser whose window has so many pixels; skip the test where there is none.

    Parameters
    ----------
    profile : Path
        An empty folder for what it keeps.
    width : int
        Of the window, which is 900 pixels high.
    """
    pytest.importorskip("selenium", reason="the page is not tried in a browser: no selenium")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(program("chromedriver"))
    with webdriver.Chrome(options, service) as driver:
        driver.set_window_size(width, 900)
        yield driver
