"""Files that go in and out through the page, and calendars at an address: as people do it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Troubles, Visitor
from icalendar import Calendar
from looks import in_every_look
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

People = Callable[..., Visitor]

TODOIST = (
    "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\r\n"
    "section,Before the trip,,,,,,,,\r\n"
    "task,Pack @travel,Not too much,1,1,Ann (1),,2030-05-01,en,Europe/London\r\n"
    "task,Socks,,4,2,Ann (1),,,en,Europe/London\r\n"
    "note,Two pairs,,,,Ann (1),,,,\r\n"
)
SPREADSHEET = "Task\tWhen\tNotes\tNumber\r\nWash the car\t2030-05-02\tInside too\t7\r\nMow the lawn\t\t\t8\r\n"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VTODO\r\nUID:1@example.org\r\n"
    "DTSTAMP:20300101T000000Z\r\nSUMMARY:Water the roses\r\nDUE;VALUE=DATE:20300503\r\n"
    "RRULE:FREQ=WEEKLY\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
FAULTY = "title,due\nGood,2030-05-01\n,2030-05-02\nWrong day,2030-02-30\n"


def file(name: str, text: str | bytes) -> FilePayload:
    """A file as Playwright hands it to a page."""
    content = text.encode() if isinstance(text, str) else text
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def drop(page: Page, *files: FilePayload) -> None:
    """Drag files over the middle of the page until it says that they may be dropped, and drop them."""
    given = [{"name": each["name"], "text": each["buffer"].decode("latin-1")} for each in files]
    page.locator("#sidebar").wait_for(state="attached")
    page.evaluate(
        """async (files) => {
          const carried = new DataTransfer();
          for (const { name, text } of files) {
            carried.items.add(new File([Uint8Array.from(text, (each) => each.charCodeAt(0))], name));
          }
          const tell = (type) => {
            const event = new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true });
            document.querySelector('main').dispatchEvent(event);
          };
          tell('dragenter');
          // While something is dragged, a browser says so again and again.
          for (let turn = 0; turn < 1000 && !document.querySelector('.drop-zone'); turn += 1) {
            tell('dragover');
            await new Promise((done) => setTimeout(done, 15));
          }
          tell('drop');
        }""",
        given,
    )


def choose(page: Page, chosen: FilePayload | Path) -> None:
    """Choose a file, in the settings."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a file…").click()
    chooser.value.set_files(chosen)


def dialog_of(page: Page, name: str) -> Locator:
    """The dialog that imports a file, once it shows what is in it."""
    dialog = page.get_by_role("dialog", name=f"Import “{name}”")
    expect(dialog.locator(".transfer-what")).to_be_visible()
    return dialog


def go(dialog: Locator) -> None:
    """Let it go in, and wait for the end of it."""
    dialog.get_by_role("button", name="Import", exact=True).click()
    # Some files have 12,000 rows.
    expect(dialog.locator("[data-stage=ended]")).to_be_visible(timeout=60_000)


def titles(visitor: Visitor) -> set[str]:
    """What the service has."""
    lists = visitor.account.get("/v1/lists")
    return {task["title"] for each in lists for task in visitor.account.get(f"{each['url']}/tasks")}


class TestImporting:
    @pytest.mark.parametrize(
        ("name", "content", "kind", "made"),
        [
            ("Trip.csv", TODOIST, "Todoist template", {"Before the trip", "Pack", "Socks"}),
            ("house.tsv", SPREADSHEET, "Table (TSV)", {"Wash the car", "Mow the lawn"}),
            ("garden.ics", CALENDAR, "Calendar (iCalendar)", {"Water the roses"}),
        ],
    )
    def test_a_file_of_another_program_is_dropped_and_undone(
        self, person: Visitor, name: str, content: str, kind: str, made: set[str]
    ) -> None:
        page = person.open("/today")
        drop(page, file(name, content))
        dialog = dialog_of(page, name)
        expect(dialog.locator(".transfer-what")).to_contain_text(kind)
        shown = dialog.get_by_role("region", name="Tasks in the file")
        for title in made:
            expect(shown.get_by_role("rowheader", name=title)).to_be_visible()
        assert not made & titles(person)
        go(dialog)
        expect(dialog).to_contain_text(re.compile(f"{len(made)} tasks? imported"))
        assert made <= titles(person)
        dialog.get_by_role("button", name="Undo the import").click()
        expect(dialog.get_by_text("All of it was taken back.")).to_be_visible()
        assert not made & titles(person)

    def test_the_list_that_it_made_is_shown(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("Our garden.ics", CALENDAR))
        dialog = dialog_of(page, "Our garden.ics")
        go(dialog)
        dialog.get_by_role("button", name="Show the list").click()
        expect(page).to_have_url(re.compile("/lists/"))
        expect(page.get_by_text("Water the roses")).to_be_visible()

    def test_of_several_lists_each_is_shown(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("both.csv", "list,title\nHouse,Sweep\nGarden,Dig\nGarden,Rake\n"))
        dialog = dialog_of(page, "both.csv")
        go(dialog)
        expect(dialog.get_by_role("listitem")).to_have_text(["House · 1 task", "Garden · 2 tasks"])
        dialog.get_by_role("button", name="Garden").click()
        expect(page.get_by_text("Rake")).to_be_visible()

    def test_it_goes_into_a_list_of_mine(self, person: Visitor) -> None:
        mine = person.account.make_list("House")
        page = person.open("/today")
        drop(page, file("house.tsv", SPREADSHEET))
        dialog = dialog_of(page, "house.tsv")
        dialog.get_by_label("Where it goes").select_option(label="Into “House”")
        expect(dialog.get_by_role("cell", name="House").first).to_be_visible()
        go(dialog)
        assert {task["title"] for task in person.account.get(f"{mine['url']}/tasks")} == {
            "Wash the car",
            "Mow the lawn",
        }

    def test_another_mapping_of_columns_is_looked_at_at_once(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("house.tsv", SPREADSHEET))
        dialog = dialog_of(page, "house.tsv")
        dialog.get_by_text("Columns").click()
        dialog.get_by_label("Title", exact=True).select_option("Notes")
        expect(dialog.get_by_role("rowheader", name="Inside too")).to_be_visible()
        go(dialog)
        assert "Inside too" in titles(person)
        assert "Wash the car" not in titles(person)

    def test_the_same_file_again_changes_nothing(self, person: Visitor) -> None:
        page = person.open("/today")
        for says in ("2 tasks imported", "0 tasks imported, 2 were there already"):
            drop(page, file("house.tsv", SPREADSHEET))
            dialog = dialog_of(page, "house.tsv")
            go(dialog)
            expect(dialog.get_by_text(says)).to_be_visible()
            page.keyboard.press("Escape")

    def test_several_files_follow_one_another(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("one.ics", CALENDAR), file("two.tsv", SPREADSHEET))
        first = dialog_of(page, "one.ics")
        expect(first.get_by_text("1 more file waits.")).to_be_visible()
        go(first)
        first.get_by_role("button", name="Next file").click()
        go(dialog_of(page, "two.tsv"))
        assert {"Water the roses", "Wash the car"} <= titles(person)

    def test_problems_are_named_with_row_and_column(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("faulty.csv", FAULTY))
        dialog = dialog_of(page, "faulty.csv")
        rows = dialog.get_by_role("region", name="Problems").locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("left out")
        expect(rows.last).to_contain_text("due")
        go(dialog)
        # What went in without something is one click away.
        dialog.get_by_role("link", name="Row 4: “Wrong day”").click()
        expect(page).to_have_url(re.compile("/lists/.*task="))
        expect(page.locator(".panel")).to_be_visible()

    def test_all_or_nothing(self, person: Visitor) -> None:
        page = person.open("/today")
        drop(page, file("faulty.csv", FAULTY))
        dialog = dialog_of(page, "faulty.csv")
        dialog.get_by_label("Import nothing unless every row can go in").check()
        go(dialog)
        expect(dialog).to_contain_text("failed")
        assert titles(person) == set()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
            ("nothing.csv", b""),
            ("broken.json", b'{"format": "to'),
        ],
    )
    def test_what_cannot_be_read_is_refused_in_words(
        self, person: Visitor, troubles: Troubles, name: str, content: bytes
    ) -> None:
        troubles.allow("status 422")
        page = person.open("/today")
        drop(page, file(name, content))
        dialog = page.get_by_role("dialog", name=f"Import “{name}”")
        expect(dialog.locator(".form-error")).to_be_focused()
        assert len(dialog.locator(".form-error").inner_text()) > 20
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_have_count(0)

    def test_text_that_is_dragged_is_no_file(self, person: Visitor) -> None:
        page = person.open("/today")
        page.wait_for_load_state("networkidle")
        page.evaluate(
            """() => {
              const carried = new DataTransfer();
              carried.setData('text/plain', 'words');
              document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer: carried, bubbles: true }));
            }"""
        )
        expect(page.locator(".drop-zone")).to_have_count(0)


def many(count: int) -> str:
    """A table with so many rows."""
    return "title,notes\n" + "".join(f"Task {number},{'x' * 60}\n" for number in range(count))


class TestALongOne:
    def test_it_goes_on_while_the_dialog_is_closed_and_the_page_left(self, person: Visitor) -> None:
        page = person.open("/settings/data")
        choose(page, file("long.csv", many(20_000)))
        dialog = dialog_of(page, "long.csv")
        dialog.get_by_role("button", name="Import", exact=True).click()
        expect(dialog.get_by_role("progressbar")).to_be_visible()
        page.keyboard.press("Escape")
        line = page.get_by_role("region", name="Import of “long.csv”")
        expect(line).to_be_visible()
        page.goto(f"{person.service.url}/today")
        line.get_by_role("button", name="Show").click()
        expect(page.get_by_role("dialog").get_by_text("20,000 tasks imported")).to_be_visible(timeout=60_000)

    def test_it_is_cancelled_and_what_went_in_stays_until_it_is_undone(self, person: Visitor) -> None:
        page = person.open("/settings/data")
        choose(page, file("long.csv", many(40_000)))
        dialog = dialog_of(page, "long.csv")
        dialog.get_by_role("button", name="Import", exact=True).click()
        dialog.get_by_role("button", name="Cancel the import").click()
        expect(dialog.get_by_text(re.compile("^Cancelled: "))).to_be_visible()
        [made] = person.account.get("/v1/imports")
        assert made["state"] == "cancelled"
        assert made["tasks"] < 40_000

    def test_a_large_file_is_sent_in_parts_and_then_looked_at(self, person: Visitor, tmp_path: Path) -> None:
        large = tmp_path / "large.csv"
        large.write_text("title,notes\n" + "".join(f"Task {number},{'x' * 5_000}\n" for number in range(1_500)))
        page = person.open("/settings/data")
        choose(page, large)
        dialog = dialog_of(page, "large.csv")
        expect(dialog.locator(".transfer-what")).to_contain_text("1,500 rows")
        go(dialog)
        expect(dialog.get_by_text("1,500 tasks imported")).to_be_visible()

    def test_of_a_large_file_too_problems_are_named_and_all_or_nothing_is_to_be_had(
        self, person: Visitor, tmp_path: Path
    ) -> None:
        large = tmp_path / "large.csv"
        rows = "".join(f"Task {number},{'x' * 5_000}\n" for number in range(1_000))
        large.write_text(f"title,notes\n{rows},No title\n")
        page = person.open("/settings/data")
        choose(page, large)
        dialog = dialog_of(page, "large.csv")
        expect(dialog.get_by_text("The row has no title; it was left out.")).to_be_visible()
        dialog.get_by_label("Import nothing unless every row can go in").check()
        go(dialog)
        expect(dialog.get_by_text("nothing went in")).to_be_visible()
        assert not titles(person)

    def test_of_a_large_file_too_another_mapping_is_looked_at(self, person: Visitor, tmp_path: Path) -> None:
        house = person.account.make_list("House")
        large = tmp_path / "large.csv"
        large.write_text("one,two\n" + "".join(f"First {number},Second {'x' * 490}\n" for number in range(12_000)))
        page = person.open("/settings/data")
        choose(page, large)
        dialog = page.get_by_role("dialog", name="Import “large.csv”")
        dialog.get_by_text("Columns").click()
        # One column after the other, while it is still looked at.
        dialog.get_by_label("Title", exact=True).select_option("two")
        dialog.get_by_label("Notes", exact=True).select_option("one")
        dialog.get_by_label("Title", exact=True).select_option("one")
        dialog.get_by_label("Notes", exact=True).select_option("not in the file")
        dialog.get_by_label("Where it goes").select_option(label="Into “House”")
        expect(dialog.get_by_role("cell", name="House").first).to_be_visible()
        expect(dialog.get_by_role("rowheader", name="First 0")).to_be_visible()
        expect(dialog.get_by_role("progressbar")).to_have_count(0)
        go(dialog)
        assert person.account.get(f"{house['url']}/tasks", limit=1)[0]["title"] == "First 0"
        expect(dialog.get_by_text("12,000 tasks imported")).to_be_visible()

    def test_a_file_that_was_not_sent_as_a_whole_is_asked_for_again(self, person: Visitor, tmp_path: Path) -> None:
        large = tmp_path / "large.csv"
        large.write_text("title,notes\n" + "".join(f"Task {number},{'x' * 5_000}\n" for number in range(1_000)))
        announced = {"name": large.name, "size": large.stat().st_size, "dry_run": True}
        assert person.account.ask("POST", "/v1/imports", announced).status == 201
        page = person.open("/settings/data")
        line = page.get_by_role("region", name="Import of “large.csv”")
        line.get_by_role("button", name="Show").click()
        page.get_by_role("dialog").get_by_label("The file “large.csv”").set_input_files(large)
        dialog = dialog_of(page, "large.csv")
        page.keyboard.press("Escape")
        # What was sent is not thrown away.
        expect(line).to_contain_text("waits for your yes")
        line.get_by_role("button", name="Show").click()
        go(dialog)
        expect(dialog.get_by_text("1,000 tasks imported")).to_be_visible()


class TestExporting:
    def export(self, page: Page, name: str) -> bytes:
        """Download in a format."""
        dialog = page.get_by_role("dialog", name="Export")
        dialog.get_by_role("radio", name=re.compile(f"^{re.escape(name)}")).check()
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download").click()
        return Path(download.value.path()).read_bytes()

    def test_everything_comes_out_and_goes_in_again(self, people: People) -> None:
        ann, bob = people("Ann"), people("Bob")
        ann.account.add(ann.account.make_list("Home"), "Buy milk", labels=["shop"])
        page = ann.open("/settings/data")
        page.get_by_role("button", name="Export…").click()
        content = self.export(page, "JSON")
        assert json.loads(content)["lists"][0]["tasks"][0]["title"] == "Buy milk"
        theirs = bob.open("/today")
        drop(theirs, file("todo.json", content))
        dialog = dialog_of(theirs, "todo.json")
        go(dialog)
        assert titles(bob) == {"Buy milk"}

    @pytest.mark.parametrize(
        ("name", "head"), [("Archive", b"PK"), ("Table (CSV)", b"\xef\xbb\xbf"), ("Calendar", b"BEGIN:VCAL")]
    )
    def test_a_list_comes_out_in_each_format(self, person: Visitor, name: str, head: bytes) -> None:
        made = person.account.make_list("Home")
        person.account.add(made, "Buy milk")
        page = person.open(f"/lists/{made['id']}")
        page.get_by_role("button", name="More for this list").click()
        page.get_by_role("menuitem", name="Export…").click()
        expect(page.get_by_label("What")).to_have_value(made["id"])
        assert self.export(page, name).startswith(head)

    def test_what_the_service_has_to_write_first_is_waited_for(self, person: Visitor) -> None:
        person.account.add(person.account.make_list("Home"), "Buy milk")
        asked = {"id": "1", "url": "/v1/exports/1", "state": "waiting", "tasks": 0, "files": [], "error": None}
        states = iter(["running", "running"])
        page = person.open("/settings/data")

        def answer(route: Route) -> None:
            state = next(states, None)
            if state:
                route.fulfill(json={**asked, "state": state, "tasks": 1_500})
            else:
                route.fulfill(status=303, headers={"Location": f"{person.service.url}/v1/export?format=csv"})

        page.route(re.compile(r"/v1/export\?"), lambda route: route.fulfill(status=202, json=asked))
        page.route("**/v1/exports/1", answer)
        page.get_by_role("button", name="Export…").click()
        dialog = page.get_by_role("dialog", name="Export")
        with page.expect_download():
            dialog.get_by_role("button", name="Download").click()
            expect(dialog.get_by_text("Being written: 1,500 tasks so far")).to_be_visible()
        expect(dialog.get_by_text("The download began.")).to_be_visible()

    def test_what_a_format_leaves_out_is_said(self, person: Visitor) -> None:
        made = person.account.make_list("Home")
        person.account.add(made, "Buy milk", reminders=[{"at": "2040-01-01T09:00:00Z"}])
        page = person.open("/settings/data")
        page.get_by_role("button", name="Export…").click()
        dialog = page.get_by_role("dialog", name="Export")
        dialog.get_by_label("Todoist").check()
        dialog.get_by_role("button", name="Look what it leaves out").click()
        expect(dialog.get_by_role("rowheader", name="Buy milk").first).to_be_visible()

    def test_whoever_deletes_the_account_is_offered_the_archive(self, person: Visitor) -> None:
        page = person.open("/settings/delete")
        page.get_by_role("button", name="Download the archive").click()
        expect(page.get_by_role("dialog", name="Export").get_by_label("Archive")).to_be_checked()


class TestCalendarAddresses:
    def test_one_is_made_fetched_and_revoked(self, person: Visitor) -> None:
        made = person.account.make_list("Home")
        person.account.add(made, "Pay the rent", due={"date": "2030-05-01"})
        page = person.open(f"/lists/{made['id']}")
        page.get_by_role("button", name="More for this list").click()
        page.get_by_role("menuitem", name="Calendar address…").click()
        dialog = page.get_by_role("dialog", name="Calendar addresses")
        expect(dialog.get_by_label("What it shows")).to_have_value(made["id"])
        dialog.get_by_label("Name").fill("Ours")
        dialog.get_by_role("button", name="Make an address").click()
        address = dialog.get_by_label("The address of “Ours”").get_by_role("textbox").input_value()
        assert dialog.get_by_role("link", name=re.compile("^Open it")).get_attribute("href") == re.sub(
            "^https?", "webcal", address
        )
        path = address.removeprefix(person.service.url)
        calendar = Calendar.from_ical(person.service.send("GET", path, [], b"").body)
        assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == ["Pay the rent"]
        dialog.get_by_role("button", name="Revoke the address “Ours”").click()
        expect(dialog.get_by_role("list")).to_have_count(0)
        assert person.service.send("GET", path, [], b"").status == 404

    def test_the_settings_show_them_all(self, person: Visitor) -> None:
        assert person.account.ask("POST", "/v1/feeds", {"name": "Days", "shows": "today"}).status == 201
        page = person.open("/settings/data")
        page.get_by_role("button", name="Calendar addresses…").click()
        expect(page.get_by_role("dialog").get_by_role("listitem")).to_contain_text("Days")


class TestForEverybody:
    def test_by_keyboard_alone(self, person: Visitor) -> None:
        page = person.open("/settings/data")
        button = page.get_by_role("button", name="Import a file…")
        page.wait_for_load_state("networkidle")
        button.focus()
        expect(button).to_be_focused()
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(file("house.tsv", SPREADSHEET))
        dialog = dialog_of(page, "house.tsv")
        expect(dialog.locator(".transfer-what")).to_be_focused()
        for _ in range(30):
            if dialog.get_by_role("button", name="Import", exact=True).evaluate(
                "(each) => each === document.activeElement"
            ):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(dialog.locator("[data-stage=ended] .transfer-what")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    @in_every_look
    def test_every_state_is_accessible_and_fits(
        self, people: People, troubles: Troubles, axe: Callable[..., None], viewport: tuple[int, int], colours: str
    ) -> None:
        troubles.allow("status 422")
        ann = people("Ann", viewport=viewport, colours=colours)
        page = ann.open("/settings/data")
        expect(page.get_by_role("button", name="Import a file…")).to_be_visible()
        look_at(page, axe)
        drop(page, file("faulty.csv", FAULTY))
        dialog = dialog_of(page, "faulty.csv")
        dialog.get_by_text("Columns").click()
        look_at(page, axe)
        go(dialog)
        look_at(page, axe)
        page.keyboard.press("Escape")
        drop(page, file("picture.csv", b"\x89PNG\r\n\x1a\n"))
        expect(page.locator(".form-error")).to_be_focused()
        look_at(page, axe)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Export…").click()
        page.get_by_label("Todoist").check()
        page.get_by_role("button", name="Look what it leaves out").click()
        expect(page.get_by_role("dialog").locator(".transfer-part")).to_be_visible()
        look_at(page, axe)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Calendar addresses…").click()
        page.get_by_role("button", name="Make an address").click()
        expect(page.locator(".secret")).to_be_visible()
        look_at(page, axe)


def look_at(page: Page, axe: Callable[..., None]) -> None:
    """It is accessible, and nothing of it is beyond the edge."""
    axe(page)
    wide, most = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= most, f"{page.url} is {wide} wide"
    for box in page.locator("dialog[open]").all():
        inner, outer = box.evaluate("(each) => [each.scrollWidth, each.clientWidth]")
        assert inner <= outer, f"the dialog is {inner} wide, and has room for {outer}"
