"""How soon the page in a browser has its first poem, and how quickly it writes. Needs `make page` and Chromium.

The page is opened twice: the first time fills the browser's cache, the second is measured. Prints seconds from opening
to the first poem, and characters a second as the page counts them, the best and the median of some poems.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import statistics
import tempfile
import threading
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE_SECONDS = 300.0
POEMS = 3
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def marks(browser: webdriver.Chrome, name: str) -> list[dict]:
    entries = f"performance.getEntriesByName('{name}')"
    return browser.execute_script(f"return {entries}.map(({{startTime, detail}}) => ({{startTime, detail}}))")


def wait_for(browser: webdriver.Chrome, poems: int) -> dict:
    """The mark at the end of the poem of this number, counted from 1."""
    WebDriverWait(browser, PATIENCE_SECONDS, 0.05).until(lambda _: len(marks(browser, "written")) >= poems)
    return marks(browser, "written")[poems - 1]


def measure(browser: webdriver.Chrome, address: str) -> None:
    for _ in range(2):
        browser.get(address)
        first = wait_for(browser, 1)
    begun = marks(browser, "begun")[0]["startTime"]
    print(f"first character after {begun / 1000:.2f} s, first poem after {first['startTime'] / 1000:.2f} s", end="")
    print(f" ({first['detail']['characters']} characters)")
    number = 1
    for language in ("en", "fa"):
        browser.find_element(By.CSS_SELECTOR, f"#language option[value={language}]").click()
        rates = []
        for _ in range(POEMS):
            browser.find_element(By.ID, "write").click()
            number += 1
            detail = wait_for(browser, number)["detail"]
            rates.append(1000 * detail["characters"] / detail["milliseconds"])
        print(f"{language}: best {max(rates):.0f}, median {statistics.median(rates):.0f} characters a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent.parent / "dist" / "page")
    folder = parser.parse_args().folder
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory() as home:
        for argument in (*ARGUMENTS, f"--user-data-dir={home}"):
            options.add_argument(argument)
        browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            measure(browser, f"http://127.0.0.1:{server.server_port}/")
        finally:
            browser.quit()
            server.shutdown()


if __name__ == "__main__":
    main()
