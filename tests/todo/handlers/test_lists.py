"""Lists, through both doors, on both databases."""

from clients import Person


def test_a_list_that_was_made_is_there(ann: Person) -> None:
    made = ann.make_list("Groceries")
    assert ann.get(made["url"]) == made
    assert ann.get("/v1/lists") == [made]


def test_nobody_else_sees_it(ann: Person, bob: Person) -> None:
    made = ann.make_list("Groceries")
    assert bob.ask("GET", made["url"]).status == 404
    assert bob.get("/v1/lists") == []
