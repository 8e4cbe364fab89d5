"""Translations where people meet them: each at its own address, in its own direction, and never taken for the signed text."""

from xml.etree.ElementTree import Element

from tests.browser import Browser, Page
from tests.web.world import Person, World

ADDRESS = "http://127.0.0.1:8000/p/"


def alternates(page: Page) -> dict[str, str]:
    return {
        one.get("hreflang") or "": one.get("href") or ""
        for one in page.all("link")
        if one.get("rel") == "alternate" and one.get("hreflang")
    }


def text_of(page: Page) -> Element:
    return next(one for one in page.all("div") if one.get("class") == "letter-text")


def test_translation_has_its_address_direction_and_language_and_says_that_nobody_signed_it(world: World) -> None:
    letter = world.facts.letters["sealed"]
    signed, arabic = (Browser(world.app).get(f"/p/{letter}{path}") for path in ("", "/ar"))
    languages = {"en-GB": f"{ADDRESS}{letter}", "ar": f"{ADDRESS}{letter}/ar", "x-default": f"{ADDRESS}{letter}"}
    assert alternates(signed) == alternates(arabic) == languages
    assert [one.get("href") for one in arabic.all("link") if one.get("rel") == "canonical"] == [languages["ar"]]
    assert (text_of(arabic).get("lang"), text_of(arabic).get("dir")) == ("ar", "rtl")
    assert "The signed text is in English. Only that one was signed, and only that one counts." in arabic.text
    assert "This is a translation" not in signed.text and "English (the signed text)" in signed.text
    assert "Gullhaven, Society of" in arabic.text


def test_fixed_words_are_in_the_language_where_there_are_words_for_it(world: World) -> None:
    browser, letter = world.browser(Person.COORDINATOR), world.facts.letters["sealed"]
    browser.get(f"/letters/{letter}/translations/add")
    browser.press("Save the translation", language="de", title="Ein Brief", body="Wir widersprechen.", translator="Marie Roth")
    page = Browser(world.app).get(f"/p/{letter}/de")
    assert page.all("html")[0].get("lang") == "de"
    assert "Dies ist eine Übersetzung" in page.text and "Übersetzt von Marie Roth" in page.text
    assert "1 Fachgesellschaft hat diesen Brief unterzeichnet." in page.text


def test_r18_language_that_is_not_there_is_not_found(world: World) -> None:
    letter = world.facts.letters["sealed"]
    assert [Browser(world.app).ask(f"/p/{letter}/{one}").status_code for one in ("ar", "de", "xx", "en-GB")] == [200, 404, 404, 404]


def test_of_two_who_edit_at_once_the_second_is_told_and_loses_nothing(world: World) -> None:
    letter = world.facts.letters["sealed"]
    address = f"/letters/{letter}/translations/{world.values('sealed')['translation']}"
    mine, theirs = world.browser(Person.COORDINATOR), world.browser(Person.COLLEAGUE)
    for one in (mine, theirs):
        one.get(address)
    theirs.press("Save the translation", title="عنوان آخر")
    page = mine.press("Save the translation", status=409, title="عنوان ثالث")
    assert "Somebody has kept another wording" in page.text
    assert "عنوان ثالث" in page.html and "عنوان آخر" in page.text
    mine.press("Save the translation")
    assert "عنوان ثالث" in Browser(world.app).get(f"/p/{letter}/ar").text


def test_preview_shows_it_as_it_will_be_set_and_stores_nothing(world: World) -> None:
    browser, letter = world.browser(Person.COORDINATOR), world.facts.letters["sealed"]
    browser.get(f"/letters/{letter}/translations/add")
    page = browser.press("Preview without saving", language="fa", title="نامه", body="ما *مخالفیم*.", preview="1")
    assert [one.get("dir") for one in page.all("div") if one.get("lang") == "fa"] == ["rtl"]
    assert Browser(world.app).ask(f"/p/{letter}/fa").status_code == 404
