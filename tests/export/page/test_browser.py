"""The page in a real browser: Debian's Chromium, without a window. `make test-web` runs this."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from served import served

from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session

pytestmark = pytest.mark.web

PATIENCE_SECONDS = 120.0
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PICTURE = """
const [done] = arguments;
const make = URL.createObjectURL;
let picture;
URL.createObjectURL = (blob) => make((picture = blob));
HTMLAnchorElement.prototype.click = function () {
    const reader = new FileReader();
    const image = new Image();
    reader.onload = () => (image.src = this.href); // browsers read what they save later, too
    image.onload = () => done([this.download, reader.result]);
    reader.readAsDataURL(picture);
};
document.getElementById("picture").click();
"""
"""Gives name and content of the picture that the page saves, the latter as a data address."""
DRAW = """
const [lines, done] = arguments;
const colours = { background: "black", foreground: "white", muted: "grey" };
const poem = { lines: Array(lines).fill("amber"), colophon: "nobody", font: "serif", colours };
import("./picture.js").then(async ({ drawPoem }) => done((await drawPoem(poem)) !== null));
"""
"""Whether there is a picture of a poem of so many lines."""

WATCH_STOP = """
const mark = performance.mark.bind(performance);
window.stopIsForbidden = [];
performance.mark = (name, options) => {
    if (name === "written")
        queueMicrotask(() => stopIsForbidden.push(document.getElementById("stop").ariaDisabled === "true"));
    return mark(name, options);
};
"""
"""Has the page note after each poem whether what is written can be stopped."""


class Page:
    """The page as a person uses it."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser
        self.poems = 0

    def __getitem__(self, name: str):
        return self.browser.find_element(By.ID, name)

    def until(self, condition) -> None:
        WebDriverWait(self.browser, PATIENCE_SECONDS, poll_frequency=0.05).until(lambda _: condition())

    def until_written(self) -> list[str]:
        """Waits for the next poem, or the rest of one; gives the lines on the page."""
        self.poems += 1
        script = "return performance.getEntriesByName('written').length"
        self.until(lambda: self.browser.execute_script(script) == self.poems)
        return self.lines()

    def lines(self) -> list[str]:
        lines = [line.get_property("textContent") for line in self.browser.find_elements(By.CSS_SELECTOR, "#poem p")]
        return [line for line in lines if line]

    def allows(self, name: str) -> bool:
        """Whether a button may be pressed."""
        return self[name].get_attribute("aria-disabled") == "false"

    def choose(self, name: str, value: str) -> None:
        self[name].find_element(By.CSS_SELECTOR, f'option[value="{value}"]').click()

    def set(self, name: str, value: str) -> None:
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
        self.browser.execute_script(script, self[name], value)


@pytest.fixture
def page(page_folder: Path, tmp_path: Path) -> Iterator[Page]:
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if None in programs.values():
        pytest.fail("Chromium is not here: install it with apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path / 'browser'}", "--lang=en"):
        options.add_argument(argument)
    with served(page_folder) as address:
        browser = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
        browser.set_script_timeout(PATIENCE_SECONDS)
        try:
            browser.get(f"{address}/index.html")
            yield Page(browser)
            assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
            assert requested(browser) <= {address}
        finally:
            browser.quit()


def requested(browser: webdriver.Chrome) -> set[str]:
    """The servers that the page asked for anything."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert len(asked) > 5
    return {"/".join(url.split("/")[:3]) for url in asked if not url.startswith(("data:", "blob:", "chrome:"))}


def expected(folder: Path, language: str, form: str, text: str, lines: int) -> list[str]:
    """The lines of the likeliest poem, as the program writes them from the page's model."""
    session = Session(folder / "models" / f"rumi-{language}.onnx", dequantize=True)
    request = Request(form=form, text=text, sampling=Sampling(temperature=0), lines=lines)
    return (text + "".join(step.text for step in Generation(session, session.tokenizer, request))).split("\n")


def test_a_poem_is_there_when_the_page_opens_and_the_next_is_the_programs_own(page: Page, page_folder: Path) -> None:
    assert len(page.until_written()) == 8
    page.set("temperature", "0")
    page.set("lines", "2")
    page["beginning"].send_keys("The soul is", Keys.ENTER)
    lines = page.until_written()
    poem = expected(page_folder, "en", "free", "The soul is", 4)
    assert lines == poem[:2]
    assert page.browser.find_element(By.CSS_SELECTOR, "#poem .given").text == "The soul is"
    page["goOn"].click()
    assert page.until_written() == poem
    assert page["heard"].get_property("textContent") == poem[-1]


def test_a_seed_brings_a_poem_back_and_escape_stops_it(page: Page) -> None:
    page.until_written()
    page.set("seed", "7")
    page["write"].click()
    first = page.until_written()
    assert "seed 7" in page["status"].text
    page["write"].send_keys(Keys.ENTER)
    assert page.until_written() == first
    page.set("lines", "1000")
    page["write"].click()
    page.until(lambda: len(page.lines()) > 1)
    page.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    stopped = page.until_written()
    assert 1 < len(stopped) < 1000
    assert not page.allows("stop")
    page.set("lines", "1")
    page["goOn"].send_keys(Keys.ENTER)
    assert page.until_written()[: len(stopped) - 1] == stopped[:-1]
    assert page.browser.switch_to.active_element == page["goOn"]
    page.set("lines", "1000")
    page["goOn"].send_keys(Keys.ENTER)
    page["stop"].send_keys(Keys.ENTER)
    page.until_written()
    assert page.browser.switch_to.active_element == page["stop"]


def test_the_end_of_one_poem_is_not_that_of_the_next(page: Page) -> None:
    page.until_written()
    page.browser.execute_script(WATCH_STOP)
    page.set("lines", "1000")
    page["write"].click()
    page.until(lambda: len(page.lines()) > 1)
    page["write"].click()
    page.until_written()
    page.until(lambda: len(page.lines()) > 1)
    page.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    page.until_written()
    page.until(lambda: page.allows("goOn"))
    assert page.browser.execute_script("return stopIsForbidden") == [False, True]


def test_the_last_line_of_a_poem_that_the_model_ends_is_read_aloud(page: Page) -> None:
    page.until_written()
    page.set("temperature", "0")
    page.set("lines", "1000")
    page.choose("language", "fa")
    page.until(lambda: page["form"].find_elements(By.CSS_SELECTOR, 'option[value="rubai"]'))
    page.choose("form", "rubai")
    page["write"].click()
    lines = page.until_written()
    assert "the model ended it" in page["status"].text
    assert page["heard"].get_property("textContent") == lines[-1]


def test_a_poem_that_is_too_long_for_a_picture_is_told(page: Page) -> None:
    page.until_written()
    drawn = {lines: page.browser.execute_async_script(DRAW, lines) for lines in (8, 700, 2000)}
    assert drawn == {8: True, 700: True, 2000: False}
    page.browser.execute_script("HTMLCanvasElement.prototype.toBlob = (tell) => tell(null)")  # where memory is short
    page["picture"].click()
    page.until(lambda: "too long for a picture" in page["status"].text)


def test_persian_runs_from_right_to_left_in_couplets_and_shows_its_surprise(page: Page, page_folder: Path) -> None:
    page.until_written()
    page.set("lines", "2")
    page.choose("language", "fa")
    page["write"].click()  # the page still offers the forms of the English model
    assert len(page.until_written()) == 2
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#poem[lang=fa] .unit:first-child p")) == 2
    page.choose("form", "ghazal")
    page.set("temperature", "0")
    page.set("lines", "4")
    page["beginning"].send_keys("جان من")
    page["write"].click()
    assert page.until_written() == expected(page_folder, "fa", "ghazal", "جان من", 4)
    assert page["poem"].value_of_css_property("direction") == "rtl"
    halves = page.browser.find_elements(By.CSS_SELECTOR, "#poem .unit:first-child p")
    assert halves[0].rect["y"] == halves[1].rect["y"]
    assert halves[0].rect["x"] > halves[1].rect["x"]
    page.browser.set_window_size(390, 800)
    page.until(lambda: halves[0].rect["y"] < halves[1].rect["y"])
    width = page.browser.execute_script("return [document.body.scrollWidth, innerWidth]")
    assert width[0] <= width[1]

    surprising = page.browser.find_element(By.CSS_SELECTOR, "#poem .level-3, #poem .level-4, #poem .level-2")
    plain = surprising.value_of_css_property("background-color")
    page["surprise"].click()
    assert surprising.value_of_css_property("background-color") != plain
    assert page["surprise"].get_attribute("aria-pressed") == "true"
    colour = page.browser.find_element(By.TAG_NAME, "html").value_of_css_property("background-color")
    page["theme"].click()
    assert page.browser.find_element(By.TAG_NAME, "html").value_of_css_property("background-color") != colour
    name, picture = page.browser.execute_async_script(PICTURE)
    assert name.startswith("rumi-fa-")
    kind, _, content = picture.partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content).startswith(b"\x89PNG")


def test_a_server_without_the_models_is_told_in_words_and_the_poem_on_the_page_stays_what_it_is(page: Page) -> None:
    page.until_written()
    page.set("seed", "7")
    page.set("lines", "1000")
    page["write"].click()
    page.until(lambda: len(page.lines()) > 1)
    page.browser.execute_script("document.getElementById('language').add(new Option('none', 'none'))")
    page.choose("language", "none")
    page.until(lambda: "cannot be fetched (404" in page["status"].text)
    assert page.allows("stop")
    page["stop"].click()
    page.until_written()
    page.set("seed", "8")
    page["write"].click()
    page.until(lambda: "cannot be fetched (404" in page["status"].text)
    page.until(lambda: page.allows("picture"))
    assert page.browser.execute_async_script(PICTURE)[0] == "rumi-en-7.png"
    page.browser.get_log("browser")  # where the browser tells it too
