"""Which browser on which system, from what browsers say of themselves."""

import pytest

from webapp.domain.device import describe_device

APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
SAID = [
    ("Firefox on Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    ("Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    ("Chrome on Windows", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"),
    ("Edge on Windows", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/141.0.0.0"),
    ("Opera on a Mac", f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36 OPR/122.0.0.0"),
    ("Chrome on Android", f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36"),
    ("Samsung Internet on Android", f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} SamsungBrowser/28.0 Mobile Safari/537.36"),
    ("Chrome on ChromeOS", f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36"),
    ("Safari on an iPhone", f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {APPLE} Version/18.6 Mobile/15E148 Safari/604.1"),
    ("Chrome on an iPhone", f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {APPLE} CriOS/141.0 Mobile/15E148 Safari/604.1"),
    ("Safari on a Mac or iPad", f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.6 Safari/605.1.15"),
    ("Another browser on another system", ""),
    ("Another browser on another system", "curl/8.14.1"),
]


@pytest.mark.parametrize(("words", "header"), SAID, ids=[f"{words} {number}" for number, (words, _) in enumerate(SAID)])
def test_browser_and_system_are_said_in_plain_words(words: str, header: str) -> None:
    assert describe_device(header) == words


@pytest.mark.parametrize("hostile", ["<script>Firefox/", "x" * 9000, "Mozilla\u202e Chrome/ (evil@example.org) Windows"])
def test_r19_nothing_of_the_header_itself_is_kept(hostile: str) -> None:
    browsers = {"Firefox", "Chrome", "Another browser"}
    systems = {"Windows", "another system"}
    browser, system = describe_device(hostile).split(" on ")
    assert (browser in browsers, system in systems) == (True, True)
