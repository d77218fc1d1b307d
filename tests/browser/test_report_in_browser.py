"""Reports as people use them: by pointer and by keys, on large screens and small ones, printed, and without the script."""

import pytest
from playwright.sync_api import expect

from textkin.printable import printable

WIDTHS = (1280, 390)
LINKED = ("rewrite", "edit", "hostile", "overlapping")

# Whether an element lies in its pane where it is seen.
IN_SIGHT = """element => {
    const own = element.getBoundingClientRect(), pane = element.closest('.pane').getBoundingClientRect();
    return own.top >= pane.top - 1 && own.bottom <= pane.bottom + 1 && own.top >= 0 && own.bottom <= innerHeight;
}"""

# Whether a line of some extent is drawn between the partners of a passage.
DRAWN = """number => {
    const path = document.querySelector(`.links path.current[data-passage="${number}"]`);
    return path !== null && path.getBoundingClientRect().width > 5;
}"""


def count(page):
    return page.locator(".pane.a .number").count()


def in_sight(page, selector):
    return page.eval_on_selector(selector, IN_SIGHT)


def status(page):
    return page.locator("[role=status]").first


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", LINKED)
def test_each_number_brings_its_partner_in_sight_and_a_line_links_them(opened, name, width):
    page = opened(name, width)
    assert count(page) == page.locator(".pane.b .number").count() > 0
    for number in range(1, count(page) + 1):
        for side, other in ("ab", "ba"):
            page.locator(f"#{side}{number}").click()
            expect(page.locator(f"#{other}{number}")).to_be_focused()
            assert in_sight(page, f"#{side}{number}")
            assert in_sight(page, f"#{other}{number}")
            page.wait_for_function(DRAWN, arg=number)
            chosen = page.locator(".sides .number.current")
            assert chosen.evaluate_all("all => all.map(each => each.id)") == [f"a{number}", f"b{number}"]
            assert page.locator(f"li.current[data-passage='{number}']").count() == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_keys_walk_through_the_passages(opened, width):
    page = opened("edit", width)
    total = count(page)
    expect(status(page)).to_have_text(f"{total} passages")
    for number in [*range(1, total + 1), 1]:
        page.keyboard.press("n")
        expect(page.locator(f"#a{number}")).to_be_focused()
        expect(status(page)).to_contain_text(f"{number} of {total}: ")
        assert in_sight(page, f"#a{number}")
        assert in_sight(page, f"#b{number}")
    page.keyboard.press("p")
    expect(page.locator(f"#a{total}")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#a1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#b1")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#b2")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#a2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(status(page)).to_have_text(f"{total} passages")
    assert page.locator(".current").count() == 0


def test_all_that_can_be_used_is_reached_by_tab_in_the_order_of_the_page(opened):
    page = opened("edit")
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("(document.activeElement.textContent || document.activeElement.id).trim()")
        )
    assert reached[:4] == ["To the texts", "List of 6 passages", "Previous", "Next"]
    numbers = page.locator(".sides .number").evaluate_all("all => all.map(each => each.id)")
    assert sorted(numbers) == [f"{side}{number}" for side in "ab" for number in range(1, 7)]
    assert [each for each in reached if each in numbers] == numbers


def test_keys_can_be_turned_off(opened):
    page = opened("edit")
    page.locator(".keys").uncheck()
    page.keyboard.press("n")
    assert page.locator(".current").count() == 0
    page.locator(".keys").check()
    page.keyboard.press("n")
    assert page.locator(".number.current").count() == 2


def test_keys_with_a_modifier_are_the_browsers(opened):
    page = opened("edit")
    for pressed in ("Alt+n", "Control+n", "Shift+ArrowRight"):
        page.keyboard.press(pressed)
    assert page.locator(".current").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_texts_of_a_mebibyte_with_hundreds_of_passages_are_walked_through_as_well(opened, texts, width):
    page = opened("long", width)
    assert page.locator(".text").first.text_content() == texts["long"][0]
    assert count(page) > 250
    for number in range(1, 6):
        page.keyboard.press("n")
        expect(page.locator(f"#a{number}")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator(f"#a{count(page)}")).to_be_focused()
    assert in_sight(page, f"#b{count(page)}")


def test_lines_lie_between_the_panes_or_beside_them(opened):
    for width in WIDTHS:
        page = opened("edit", width)
        a, b, links = (page.locator(each).bounding_box() for each in (".pane.a", ".pane.b", ".links"))
        assert a["x"] + a["width"] <= links["x"] + 1
        if width > 760:
            assert links["x"] + links["width"] <= b["x"] + 1
        else:
            assert links["y"] <= a["y"]
            assert links["y"] + links["height"] >= b["y"] + b["height"] - 1


def test_a_pane_is_no_higher_than_a_short_text(opened):
    assert opened("short").locator(".pane.a").bounding_box()["height"] < 80


def test_buttons_and_the_map_and_the_list_choose_a_passage(opened):
    page = opened("edit")
    page.get_by_role("button", name="Next").click()
    expect(status(page)).to_contain_text("1 of 6: ")
    page.get_by_role("button", name="Previous").click()
    expect(status(page)).to_contain_text("6 of 6: ")
    page.locator(".map .band[data-passage='3']").click()
    expect(status(page)).to_contain_text("3 of 6: edited")
    page.get_by_text("List of 6 passages").click()
    page.locator(".list li").nth(3).locator("a").last.click()
    expect(page.locator("#b4")).to_be_focused()
    assert in_sight(page, "#a4")


def test_a_click_on_a_word_brings_the_same_words_beside_it(opened):
    page = opened("rewrite")
    page.locator(".pane.a b", has_text="96,000 litres").click()
    same = page.locator("b.same")
    assert same.all_text_contents() == ["96,000 litres"] * 2
    one, two = (same.nth(place).bounding_box() for place in (0, 1))
    assert abs(one["y"] - two["y"]) < 3
    assert one["x"] < two["x"]


def test_threads_link_the_telling_words_of_the_chosen_passage(opened):
    page = opened("rewrite")
    page.keyboard.press("n")
    page.wait_for_function("document.querySelectorAll('.links .thread:not([hidden])').length > 5")
    page.keyboard.press("Escape")
    assert page.locator(".links .thread").count() == 0


def test_where_passages_overlap_a_second_click_chooses_the_other(opened):
    page = opened("overlapping")
    several = page.locator(".pane.a mark.several").first
    chosen = set()
    for _ in several.get_attribute("data-passages").split():
        several.click()
        chosen.add(status(page).text_content().split()[0])
    assert chosen == set(several.get_attribute("data-passages").split())


def test_an_address_that_ends_with_a_passage_chooses_it(opened):
    page = opened("edit", anchor="#b4")
    expect(status(page)).to_contain_text("4 of 6: ")
    assert in_sight(page, "#b4")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*LINKED, "strangers"])
@pytest.mark.parametrize("script", [True, False])
def test_the_texts_are_shown_whole_and_as_they_are(opened, texts, name, width, script):
    page = opened(name, width, java_script_enabled=script)
    shown = page.locator(".text")
    assert shown.all_text_contents() == [printable(text) for text in texts[name]]
    if script:
        assert page.evaluate("window.ran") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_same_numbers_link_without_the_script(opened):
    for width in WIDTHS:
        page = opened("edit", width, java_script_enabled=False)
        assert page.locator(".controls").is_hidden()
        for number in range(1, 7):
            page.locator(f"#a{number}").click()
            assert page.url.endswith(f"#b{number}")
            expect(page.locator(f"#b{number}")).to_be_in_viewport()
        # The map's bands link partners where no script draws lines.
        assert page.locator(".map .band").count() == 6


def test_a_script_that_got_into_a_page_does_not_run(chromium, reports, tmp_path):
    tampered = tmp_path / "tampered.html"
    page = reports["edit"].read_text(encoding="utf-8")
    injected = "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'></main>"
    tampered.write_text(page.replace("</main>", injected), encoding="utf-8")
    context = chromium.new_context()
    opened = context.new_page()
    refused = []
    opened.on("console", lambda message: refused.append(message.text))
    opened.goto(tampered.as_uri())
    assert opened.evaluate("window.ran") is None
    assert any("Content Security Policy" in each for each in refused)
    context.close()


@pytest.mark.parametrize("name", ["edit", "search"])
def test_a_page_prints_with_both_texts_whole(opened, name):
    page = opened(name)
    assert page.pdf(format="A4", print_background=True).startswith(b"%PDF-")
    page.emulate_media(media="print")
    assert page.locator(".controls").first.is_hidden()
    panes = page.locator(".sides .pane")
    assert panes.count() >= 2
    assert panes.evaluate_all("all => all.every(each => each.clientHeight > 400)")
    assert panes.evaluate_all("all => all.every(each => each.scrollHeight <= each.clientHeight + 1)")


def test_motion_is_for_who_wants_it(opened):
    behaviour = "getComputedStyle(document.querySelector('.pane.a')).scrollBehavior"
    assert opened("edit", motion="reduce").evaluate(behaviour) == "auto"
    assert opened("edit", motion="no-preference").evaluate(behaviour) == "smooth"


def test_each_match_of_a_search_opens_side_by_side(opened, samples):
    for width in WIDTHS:
        page = opened("search", width)
        matches = page.locator(".matches > li")
        assert matches.count() == 2
        for place, match in enumerate(matches.all(), 1):
            assert match.locator(".sides").is_hidden()
            match.locator("details.match > summary").click()
            match.locator(f"#m{place}-a2").click()
            expect(page.locator(f"#m{place}-b2")).to_be_focused()
            assert match.locator(".text").first.text_content() == samples["lost-opera-rewrite"].text
            page.keyboard.press("n")
            expect(match.locator("[role=status]")).to_contain_text("of")


def test_a_match_that_was_opened_this_moment_is_linked_as_well(opened):
    page = opened("search")
    page.evaluate("""() => {
        document.querySelector("#m1 > details").open = true;
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "n" }));
    }""")
    page.wait_for_function(DRAWN, arg=1)
    assert in_sight(page, "#m1-a1")
    assert in_sight(page, "#m1-b1")


def test_an_address_opens_the_match_that_it_leads_to(opened):
    page = opened("search", anchor="#m2-a1")
    expect(page.locator("#m2-a1")).to_be_in_viewport()
    assert page.locator("#m1-a1").is_hidden()
    expect(page.locator("#m2 [role=status]")).to_contain_text("1 of 2: ")
