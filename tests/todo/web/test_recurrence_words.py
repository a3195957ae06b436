"""Rules of recurrence in words, and in the picker."""

import pytest
from page_modules import PageModules

from todo.services.recurrence import normalise

WORDS = "recurrence-words.js"
RULE = "recurrence-rule.js"

CASES = [
    ("FREQ=DAILY", "Every day", "Cada día"),
    ("FREQ=DAILY;INTERVAL=3", "Every 3 days", "Cada 3 días"),
    ("FREQ=DAILY;BYDAY=SA,SU", "Every Saturday and Sunday", "Cada sábado y domingo"),
    (
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU",
        "Every 2 days, if it is Monday or Tuesday",
        "Cada 2 días, si es lunes o martes",
    ),
    ("FREQ=WEEKLY", "Every week", "Cada semana"),
    ("FREQ=WEEKLY;BYDAY=MO", "Every Monday", "Cada lunes"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday", "De lunes a viernes"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day", "Cada día"),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        "Every 2 weeks on Monday and Thursday",
        "Cada 2 semanas, el lunes y el jueves",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR",
        "Every 2 weeks on Monday to Friday",
        "Cada 2 semanas, de lunes a viernes",
    ),
    ("FREQ=MONTHLY", "Every month", "Cada mes"),
    ("FREQ=MONTHLY;BYMONTHDAY=1", "Every month on the 1st", "Cada mes, el día 1"),
    (
        "FREQ=MONTHLY;BYMONTHDAY=2,3,11,22",
        "Every month on the 2nd, the 3rd, the 11th and the 22nd",
        "Cada mes, el día 2, el día 3, el día 11 y el día 22",
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day", "Cada mes, el último día"),
    (
        "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=-3",
        "Every 6 months on the 3rd day from the end",
        "Cada 6 meses, el día 3 contando desde el final",
    ),
    ("FREQ=MONTHLY;BYDAY=2TU", "Every month on the second Tuesday", "Cada mes, el segundo martes"),
    (
        "FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "Every month on the first Monday and the last Friday",
        "Cada mes, el primer lunes y el último viernes",
    ),
    ("FREQ=MONTHLY;BYDAY=MO", "Every month on each Monday", "Cada mes, cada lunes"),
    (
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
        "Every month on the 13th, if it is Friday",
        "Cada mes, el día 13, si es viernes",
    ),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "Every month on the last working day",
        "Cada mes, el último día laborable",
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1,1",
        "Every month on each Saturday and each Sunday, but only number 1 from the end and 1 of these days",
        "Cada mes, cada sábado y cada domingo, pero solo el número 1 desde el final y 1 de esos días",
    ),
    ("FREQ=YEARLY", "Every year", "Cada año"),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "Every year on 24 December", "Cada año, el 24 de diciembre"),
    (
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
        "Every year on the last day in February",
        "Cada año, el último día en febrero",
    ),
    (
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "Every year on the fourth Thursday in November",
        "Cada año, el cuarto jueves en noviembre",
    ),
    ("FREQ=YEARLY;BYDAY=20MO", "Every year on Monday number 20 of the year", "Cada año, el lunes número 20 del año"),
    (
        "FREQ=YEARLY;BYYEARDAY=-1",
        "Every year on day 1 from the end of the year",
        "Cada año, el día 1 desde el final del año",
    ),
    (
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "Every year on each Monday in week 20 of the year",
        "Cada año, cada lunes en la semana 20 del año",
    ),
    (
        "FREQ=WEEKLY;BYMONTH=7,8;BYDAY=SA",
        "Every week on Saturday in July and August",
        "Cada semana, el sábado en julio y agosto",
    ),
    ("FREQ=DAILY;COUNT=1", "Every day, 1 time", "Cada día, 1 vez"),
    ("FREQ=WEEKLY;COUNT=10;BYDAY=MO", "Every Monday, 10 times", "Cada lunes, 10 veces"),
    ("FREQ=DAILY;UNTIL=20261224", "Every day until 24 Dec 2026", "Cada día hasta el 24 dic 2026"),
]


@pytest.mark.parametrize(("rule", "english", "spanish"), CASES)
def test_a_rule_is_said_in_words(modules: PageModules, rule: str, english: str, spanish: str) -> None:
    assert normalise(rule) == rule
    assert modules("en").call(WORDS, "recurrenceText", rule) == english
    assert modules("es", "es-ES").call(WORDS, "recurrenceText", rule) == spanish


def test_a_series_that_ends_at_a_moment_ends_on_the_day_it_is_in_the_dues_zone(modules: PageModules) -> None:
    rule = "FREQ=DAILY;UNTIL=20261224T230000Z"
    said = modules().call(WORDS, "recurrenceText", rule, {"timeZone": "Europe/Madrid"})
    assert said == "Every day until 25 Dec 2026"


@pytest.mark.parametrize(
    "text", ["", "FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=x", "FREQ=WEEKLY;BYDAY=XX", "=", "FREQ=DAILY;UNTIL=soon"]
)
def test_what_is_no_rule_is_shown_as_it_is(modules: PageModules, text: str) -> None:
    assert modules().call(WORDS, "recurrenceText", text) == f"By the rule {text}"


@pytest.mark.parametrize("rule", [case[0] for case in CASES])
def test_reading_and_writing_a_rule_changes_nothing(modules: PageModules, rule: str) -> None:
    program = "({ readRule, writeRule }, rule) => writeRule(readRule(rule))"
    assert modules().run(RULE, program, rule) == rule


# What the picker has a control for.
PICKED = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=5",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261224;BYDAY=MO,TH",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=15",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR",
    "FREQ=YEARLY;COUNT=2",
]


@pytest.mark.parametrize("rule", PICKED)
def test_the_picker_gives_back_the_rule_that_it_was_given(modules: PageModules, rule: str) -> None:
    assert normalise(rule) == rule
    picker = modules().call(RULE, "toPicker", rule)
    assert picker is not None
    assert modules().call(RULE, "fromPicker", picker) == rule


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYDAY=SA,SU",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
        "FREQ=DAILY;UNTIL=20261224T090000Z",
        "nonsense",
    ],
)
def test_the_picker_says_where_it_would_lose_something(modules: PageModules, rule: str) -> None:
    assert modules().call(RULE, "toPicker", rule) is None


@pytest.mark.parametrize("day", ["2026-11-26", "2026-11-30", "2028-02-29", "2026-03-05"])
def test_what_is_offered_for_a_day_are_rules(modules: PageModules, day: str) -> None:
    rules = modules().call(RULE, "commonRules", day)
    assert [normalise(rule) for rule in rules] == rules
    said = [modules().call(WORDS, "recurrenceText", rule) for rule in rules]
    assert len(set(said)) == len(said)
