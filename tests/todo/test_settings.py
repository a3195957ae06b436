"""Settings: every field, from the environment and from nowhere else."""

import pytest

from todo.settings import BadSetting, Settings

GIVEN = {
    "TODO_DATABASE_URL": (" postgresql://ann:secret@host/todo ", "postgresql://ann:secret@host/todo"),
    "TODO_DATABASE_SECRET_ARN": ("arn:aws:secretsmanager:x", "arn:aws:secretsmanager:x"),
    "TODO_DATABASE_LOGIN": ("iam", "iam"),
    "TODO_DATABASE_CONNECTIONS": ("proxy", "proxy"),
    "TODO_DATABASE_SERVICE_USER": ("todo", "todo"),
    "TODO_FILES_BUCKET": ("todo-filesbucket-1a2b3c", "todo-filesbucket-1a2b3c"),
    "TODO_QUEUE_URL": (
        "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
        "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
    ),
    "TODO_ALARM_SCHEDULE": ("todo-group/next", "todo-group/next"),
    "TODO_MAIL_FROM": ("To-do <todo@example.org>", "To-do <todo@example.org>"),
    "TODO_MAIL_CONFIGURATION_SET": ("todo-set", "todo-set"),
    "TODO_SIGN_UP": ("closed", "closed"),
    "TODO_PUBLIC_URL": ("https://todo.example.org/", "https://todo.example.org"),
    "TODO_LIVE_ENDPOINT": (
        "https://abcd1234.execute-api.eu-central-1.amazonaws.com/live",
        "https://abcd1234.execute-api.eu-central-1.amazonaws.com/live",
    ),
    "TODO_LIVE_URL": ("wss://live.example.org/live", "wss://live.example.org/live"),
    "TODO_TRUSTED_PROXIES": ("10.0.0.1, 10.0.0.2 ::1", ("10.0.0.1", "10.0.0.2", "::1")),
    "TODO_LOG_LEVEL": ("debug", "DEBUG"),
}


def field(name: str) -> str:
    return name.removeprefix("TODO_").lower()


def test_every_field_is_read_from_its_variable() -> None:
    assert Settings.environment_names() == set(GIVEN)
    settings = Settings.from_environment({name: given for name, (given, _) in GIVEN.items()})
    assert {name: getattr(settings, field(name)) for name in GIVEN} == {name: read for name, (_, read) in GIVEN.items()}


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_variable_counts_as_unset(empty: str) -> None:
    assert Settings.from_environment(dict.fromkeys(GIVEN, empty)) == Settings() == Settings.from_environment({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TODO_DATABASE_URL", "hunter2"),
        ("TODO_DATABASE_URL", "mysql://hunter2@host/x"),
        ("TODO_DATABASE_URL", "postgresql:hunter2"),
        ("TODO_DATABASE_LOGIN", "hunter2"),
        ("TODO_DATABASE_CONNECTIONS", "hunter2"),
        ("TODO_SIGN_UP", "OPEN hunter2"),
        ("TODO_PUBLIC_URL", "ftp://hunter2"),
        ("TODO_PUBLIC_URL", "https://host/hunter2"),
        ("TODO_PUBLIC_URL", "https://host?hunter2"),
        ("TODO_PUBLIC_URL", "https://host:hunter2"),
        ("TODO_PUBLIC_URL", "https://[hunter2"),
        ("TODO_LIVE_ENDPOINT", "wss://hunter2/live"),
        ("TODO_LIVE_ENDPOINT", "https://hunter2"),
        ("TODO_LIVE_ENDPOINT", "https://host/live?hunter2"),
        ("TODO_LIVE_URL", "https://hunter2/live"),
        ("TODO_LIVE_URL", "wss://host/live?hunter2"),
        ("TODO_DATABASE_SERVICE_USER", 'hunter2"; DROP'),
        ("TODO_DATABASE_SERVICE_USER", "Hunter2 hunter2"),
        ("TODO_FILES_BUCKET", "hunter2.example.org"),
        ("TODO_FILES_BUCKET", "arn:aws:s3:::hunter2"),
        ("TODO_QUEUE_URL", "hunter2"),
        ("TODO_QUEUE_URL", "https://sqs.example.org/hunter2"),
        ("TODO_ALARM_SCHEDULE", "hunter2"),
        ("TODO_ALARM_SCHEDULE", "a/b/hunter2"),
        ("TODO_MAIL_FROM", "hunter2"),
        ("TODO_MAIL_FROM", "a@example.org, hunter2@example.org"),
        ("TODO_MAIL_CONFIGURATION_SET", "hunter2 " * 10),
        ("TODO_LOG_LEVEL", "hunter2"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_shape_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} cannot be used: expected ") as caught:
        Settings.from_environment({name: value})
    assert "hunter2" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().sign_up = "closed"  # type: ignore[misc]  # what is tried
