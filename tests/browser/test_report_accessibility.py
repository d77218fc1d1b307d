"""Reports hold to what axe-core checks of WCAG, on large screens and small ones, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["rewrite", "edit", "strangers", "hostile", "overlapping", "search"])
def test_axe_finds_nothing(opened, name, width, scheme):
    page = opened(name, width, scheme)
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    page.evaluate(OPEN_ALL)
    page.keyboard.press("n")
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_are_legible_in_the_colours_that_a_system_forces(opened, scheme):
    page = opened("edit", scheme=scheme, forced_colors="active")
    colours = page.locator(".view mark, .view mark b, .view mark .quotation").evaluate_all(
        "all => all.map(getComputedStyle).map(each => [each.color, each.backgroundColor])"
    )
    expected = ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert len(colours) > 20
    assert all(each == (expected if scheme == "light" else expected[::-1]) for each in colours)


def test_axe_would_find_something(opened):
    page = opened("edit")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [each["id"] for each in Axe().run(page).response["violations"]] == ["html-has-lang"]


def test_a_page_is_told_apart_by_landmarks_and_headings(opened):
    page = opened("edit")
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
    assert page.get_by_role("heading", level=1).text_content().startswith("Copy, score")
    assert page.get_by_role("heading", level=2).text_content() == "Texts side by side"
    page = opened("search")
    assert page.get_by_role("heading", level=2).count() == 2


def test_a_number_says_what_it_is_and_where_it_leads(opened):
    page = opened("edit")
    number = page.get_by_role("link", name="Passage 3 ± 0.96, edited: to its partner in B")
    assert number.get_attribute("href") == "#b3"
