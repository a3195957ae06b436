"""What a template comes to when it is deployed with certain parameters: conditions decided, maps and `If` resolved."""

from typing import Any

from template.cloudformation import TEMPLATE, functions, load

NOTHING = {"Ref": "AWS::NoValue"}

_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:todo-AbCdEf"
_USER = "arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABC/todo"
_MAIL = {
    "MailFrom": "todo@example.org",
    "MailIdentityArn": "arn:aws:ses:eu-central-1:123456789012:identity/example.org",
}

# One of each kind that decides something.
KINDS: dict[str, dict[str, str]] = {
    "aurora": {"Database": "aurora", **_MAIL},
    "aurora-direct": {"Database": "aurora-direct"},
    "a URL": {"Database": "external", "DatabaseUrl": "postgresql://todo:secret@db.example.org/todo", **_MAIL},
    "a URL that is always awake": {"Database": "external", "DatabaseUrl": "postgresql://x", "DatabaseSleeps": "false"},
    "a secret in a VPC": {
        "Database": "external",
        "DatabaseSecretArn": _SECRET,
        "VpcSubnetIds": "subnet-1,subnet-2",
        "VpcSecurityGroupIds": "sg-1",
    },
    "a user of IAM": {"Database": "external", "DatabaseSecretArn": _SECRET, "DatabaseUserArn": _USER},
}


class Deployment:
    """The stack, deployed with `parameters`; references to resources stay as they are."""

    def __init__(self, parameters: dict[str, str], template: dict[str, Any] | None = None) -> None:
        self._template = template or load(TEMPLATE)
        self._parameters = {
            name: str(parameter.get("Default", "")) for name, parameter in self._template["Parameters"].items()
        }
        assert set(parameters) <= set(self._parameters)
        self._parameters |= parameters

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What there is."""
        return {
            name: self.value(item)
            for name, item in self._template["Resources"].items()
            if "Condition" not in item or self.holds(item["Condition"])
        }

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The properties of every function."""
        return {name: self.value(item) for name, item in functions(self._template).items()}

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self._decide(self._template["Conditions"][condition])

    def value(self, node: Any) -> Any:
        """`node`, with all that the parameters decide."""
        match node:
            case {"Ref": str(name)} if name in self._parameters:
                return self._parameters[name]
            case {"Fn::If": [condition, yes, no]}:
                return self.value(yes if self.holds(condition) else no)
            case {"Fn::FindInMap": [name, row, column]}:
                return self._template["Mappings"][name][self.value(row)][self.value(column)]
            case {"Fn::Sub": str(text)} if text[2:-1] in self._parameters:
                return self._parameters[text[2:-1]]
            case dict():
                values = ((key, self.value(item)) for key, item in node.items())
                return {key: item for key, item in values if item != NOTHING}
            case list():
                return [item for item in map(self.value, node) if item != NOTHING]
        return node

    def _decide(self, test: Any) -> bool:
        match test:
            case {"Condition": str(name)}:
                return self.holds(name)
            case {"Fn::Not": [inner]}:
                return not self._decide(inner)
            case {"Fn::And": list(inner)}:
                return all(map(self._decide, inner))
            case {"Fn::Or": list(inner)}:
                return any(map(self._decide, inner))
            case {"Fn::Equals": [{"Fn::Join": [_, joined]}, other]}:
                return bool(self.value(joined) == other)
            case {"Fn::Equals": [one, other]}:
                return bool(self.value(one) == self.value(other))
        raise AssertionError(f"not a test: {test}")
