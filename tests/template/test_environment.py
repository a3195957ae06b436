"""What the functions are told."""

from typing import Any

import pytest
from template.cloudformation import TEMPLATE, found, functions, load
from template.deployment import KINDS, Deployment

from todo.settings import Settings

# Read by a server only: behind API Gateway, the client's address is the one that the gateway states.
SERVER_ONLY = {"TODO_TRUSTED_PROXIES"}
# Read by libraries: Powertools, boto3 (and todo.aws as it does), OpenSSL.
OF_LIBRARIES = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "SSL_CERT_FILE",
}
FUNCTIONS = sorted(functions(load(TEMPLATE)))


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load(TEMPLATE)


def environment(kind: str, function: str) -> dict[str, Any]:
    return dict(Deployment(KINDS[kind]).functions[function]["Environment"]["Variables"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_every_setting_and_nothing_that_is_not_read(function: str) -> None:
    names = set(functions(load(TEMPLATE))[function]["Environment"]["Variables"])
    assert names == (Settings.environment_names() - SERVER_ONLY) | OF_LIBRARIES


def test_the_environment_holds_no_secret(template: dict[str, Any]) -> None:
    hidden = {name for name, parameter in template["Parameters"].items() if parameter.get("NoEcho")}
    assert hidden == {"DatabaseUrl"}
    for function in functions(template).values():
        variables = function["Environment"]["Variables"]
        assert not hidden & set(found(variables, "Ref"))
        for text in found(variables, "Fn::Sub"):
            assert not any(name in str(text) for name in hidden)
            assert "resolve:" not in str(text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_settings_accept_what_can_be_told(kind: str) -> None:
    for function in FUNCTIONS:
        variables = environment(kind, function)
        Settings.from_environment({name: value for name, value in variables.items() if isinstance(value, str)})


def test_what_can_be_chosen_is_what_the_settings_accept(template: dict[str, Any]) -> None:
    for variable, parameter in {
        "TODO_DATABASE_CONNECTIONS": "DatabaseConnections",
        "TODO_SIGN_UP": "SignUp",
        "TODO_LOG_LEVEL": "LogLevel",
    }.items():
        for choice in template["Parameters"][parameter]["AllowedValues"]:
            Settings.from_environment({variable: choice})


@pytest.mark.parametrize(
    ("kind", "login", "connections"),
    [
        ("aurora", "iam", "proxy"),
        ("aurora-direct", "iam", "invocation"),
        ("a URL", "password", "invocation"),
        ("a user of IAM", "iam", "invocation"),
    ],
)
def test_the_service_logs_in_as_its_database_wants(kind: str, login: str, connections: str) -> None:
    for function in set(FUNCTIONS) - {"MigrateFunction"}:
        variables = environment(kind, function)
        assert variables["TODO_DATABASE_LOGIN"] == login
        assert variables["TODO_DATABASE_CONNECTIONS"] == connections
        assert variables["TODO_DATABASE_SERVICE_USER"] == ""


@pytest.mark.parametrize("kind", ["aurora", "aurora-direct"])
def test_the_stacks_own_database_is_verified_by_the_authorities_that_ship(kind: str) -> None:
    for function in FUNCTIONS:
        text, names = environment(kind, function)["TODO_DATABASE_URL"]["Fn::Sub"]
        assert names["Host"]["Fn::GetAtt"][0] == "DatabaseStack"
        address = text.replace("${Host}", "db.example.org")
        Settings.from_environment({"TODO_DATABASE_URL": address})
        assert "sslmode=verify-full" in address
        _, _, roots = address.partition("sslrootcert=/var/task/")
        assert (TEMPLATE.parent / functions(load(TEMPLATE))[function]["CodeUri"] / roots).is_file()


@pytest.mark.parametrize("kind", ["aurora", "aurora-direct"])
def test_the_migration_comes_to_the_cluster_itself_as_its_owner(kind: str) -> None:
    variables = environment(kind, "MigrateFunction")
    text, names = variables["TODO_DATABASE_URL"]["Fn::Sub"]
    assert names == {"Host": {"Fn::GetAtt": ["DatabaseStack", "Outputs.ClusterHost"]}}
    assert "@" not in text
    assert variables["TODO_DATABASE_SECRET_ARN"] == {"Fn::GetAtt": ["DatabaseStack", "Outputs.MasterSecretArn"]}
    assert variables["TODO_DATABASE_LOGIN"] == "password"
    assert variables["TODO_DATABASE_CONNECTIONS"] == "invocation"
    # The user that it makes is the one that the others come as, and that IAM lets in.
    user = variables["TODO_DATABASE_SERVICE_USER"]
    service, _ = environment(kind, "HttpFunction")["TODO_DATABASE_URL"]["Fn::Sub"]
    assert service.startswith(f"postgresql://{user}@")
    assert Deployment(KINDS[kind]).resources["DatabaseStack"]["Properties"]["Parameters"]["UserName"] == user


def test_an_external_database_is_known_by_its_secret_alone() -> None:
    for function in FUNCTIONS:
        stored, given = environment("a URL", function), environment("a secret in a VPC", function)
        assert stored["TODO_DATABASE_URL"] == given["TODO_DATABASE_URL"] == ""
        assert stored["TODO_DATABASE_SECRET_ARN"] == {"Ref": "DatabaseUrlSecret"}
        assert given["TODO_DATABASE_SECRET_ARN"] == KINDS["a secret in a VPC"]["DatabaseSecretArn"]


def test_a_schedule_is_to_be_moved_only_where_the_database_sleeps() -> None:
    for kind, told in {
        "aurora": False,
        "aurora-direct": True,
        "a URL": True,
        "a URL that is always awake": False,
    }.items():
        for function in FUNCTIONS:
            assert bool(environment(kind, function)["TODO_ALARM_SCHEDULE"]) is told
