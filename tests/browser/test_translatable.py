"""Everything that the page says can be said in another language: seen in one that marks its words."""

from collections.abc import Callable

import pseudo_language
import pytest
from browsing import Visitor
from playwright.sync_api import Page, expect

_MARKED = "text=/⟦/"


def require_marked(page: Page, *own_words: str) -> None:
    expect(page.locator(_MARKED).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert pseudo_language.unmarked(page, *own_words) == []


@pytest.mark.parametrize("address", ["/", "/log-in", "/sign-up", "/forgotten-password", "/reset-password#secret=x"])
def test_a_stranger_reads_nothing_that_cannot_be_translated(visitor: Callable[..., Visitor], address: str) -> None:
    stranger = visitor(service_workers="block")
    pseudo_language.speak(stranger.context)
    require_marked(stranger.open(address))


@pytest.fixture
def reader(people: Callable[..., Visitor]) -> Visitor:
    """Somebody who writes in other letters than the program does."""
    found = people("Ann", account={"name": "Аня", "language": "en"}, service_workers="block")
    pseudo_language.speak(found.context)
    return found


@pytest.mark.parametrize("address", ["/today", "/upcoming", "/search?q=1", "/trash", "/activity", "/lists/nowhere"])
def test_a_person_reads_nothing_that_cannot_be_translated(reader: Visitor, address: str) -> None:
    require_marked(reader.open(address), reader.account.email)


def test_nor_in_a_list_of_every_kind_of_task(reader: Visitor) -> None:
    made = reader.account.make_list("Покупки")
    for task in (
        {"title": "Хлеб", "due": {"date": "2020-01-01", "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}},
        {"title": "Сыр", "due": {"at": "2040-01-01T09:00:00", "time_zone": "America/New_York"}, "priority": 1},
        {"title": "Чай", "notes": "Зелёный", "labels": ["дом"], "reminders": [{"at": "2040-01-01T09:00:00Z"}]},
    ):
        reader.account.add(made, **task)
    page = reader.open(f"/lists/{made['id']}")
    expect(page.get_by_text("Чай")).to_be_visible()
    require_marked(page, reader.account.email, "New York")
    page.evaluate("document.activeElement.blur()")  # else it is typed
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    require_marked(page, reader.account.email, "New York")


def test_nor_where_files_go_in_and_out(reader: Visitor) -> None:
    page = reader.open("/settings/data")
    with page.expect_file_chooser() as chooser:
        page.locator(".settings-form .button").first.click()
    table = "title,due\nХлеб,2030-05-01\n".encode()
    chooser.value.set_files({"name": "дом.csv", "mimeType": "text/csv", "buffer": table})
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("rowheader", name="Хлеб")).to_be_visible()
    require_marked(page, reader.account.email, "title", "due")
    dialog.locator(".button.primary").click()
    expect(dialog.locator("[data-stage=ended]")).to_be_visible()
    require_marked(page, reader.account.email)
    page.keyboard.press("Escape")
    for way in (1, 2):
        page.locator(".settings-form .button").nth(way).click()
        expect(dialog).to_be_visible()
        require_marked(page, reader.account.email)
        page.keyboard.press("Escape")


def test_a_word_that_cannot_be_translated_is_noticed(reader: Visitor) -> None:
    page = reader.open("/today")
    expect(page.locator(_MARKED).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate("document.body.append('Bare ⟦words⟧')")
    page.evaluate("document.querySelector('main').title = 'A title'")
    assert sorted(pseudo_language.unmarked(page, reader.account.email)) == ["A title", "Bare ⟦words⟧"]
