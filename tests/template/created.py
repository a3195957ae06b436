"""Templates created by moto's CloudFormation, over a socket, as far as it goes."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Self

import botocore.session
from moto_server import MotoServer

ACCOUNT = "123456789012"
REGION = "us-east-1"  # moto knows the availability zones of no other where a template asks for them


class Account:
    """An account at moto's, with the archive that `sam deploy` would have uploaded."""

    def __enter__(self) -> Self:
        self._server = MotoServer().__enter__()
        self._session = botocore.session.Session()
        self._session.set_credentials("moto", "moto")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("todo/__init__.py", "")
        files = self.client("s3")
        files.create_bucket(Bucket="bucket")
        files.put_object(Bucket="bucket", Key="code.zip", Body=archive.getvalue())
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    def client(self, service: str) -> Any:
        """A client of one of AWS's services, the SDK's own."""
        return self._session.create_client(service, region_name=REGION, endpoint_url=self._server.url)

    def network(self) -> dict[str, str]:
        """Parameters that name parts of the network that every account begins with."""
        ec2 = self.client("ec2")
        (vpc,) = ec2.describe_vpcs()["Vpcs"]
        (group,) = ec2.describe_security_groups()["SecurityGroups"]
        subnets = ec2.describe_subnets()["Subnets"]
        return {
            "VpcId": vpc["VpcId"],
            "SubnetIds": ",".join(subnet["SubnetId"] for subnet in subnets[:2]),
            "FunctionSecurityGroup": group["GroupId"],
        }


class Stack:
    """A stack made of a template and its parameters."""

    def __init__(self, account: Account, name: str, template: dict[str, Any], parameters: Mapping[str, str]) -> None:
        self.name = name
        self.template = template
        formation = account.client("cloudformation")
        formation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        (described,) = formation.describe_stacks(StackName=name)["Stacks"]
        assert described["StackStatus"] == "CREATE_COMPLETE", described
        described = formation.describe_stack_resources(StackName=name)["StackResources"]
        self._resources = [resource for resource in described if "LogicalResourceId" in resource]  # not passed over

    @property
    def names(self) -> set[str]:
        """The logical names of what was created."""
        return {resource["LogicalResourceId"] for resource in self._resources}

    def created(self, kind: str) -> dict[str, str]:
        """The physical ids of what was created of the type `kind`, by logical name."""
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in self._resources
            if resource["ResourceType"] == kind
        }

    def written(self, name: str) -> dict[str, Any]:
        """The properties that the template gives the resource `name`."""
        return dict(self.template["Resources"][name].get("Properties", {}))


def values(template: Mapping[str, Any], chosen: Mapping[str, str], network: Mapping[str, str]) -> dict[str, str]:
    """A value for each parameter of `template`: as `chosen`, its default, of the `network`, or one made up."""
    given = {}
    for name, parameter in template.get("Parameters", {}).items():
        if name in chosen:
            given[name] = chosen[name]
        elif "Default" in parameter:
            given[name] = str(parameter["Default"])
        else:
            given[name] = network.get(name) or _made_up(name, parameter)
    return given


def _made_up(name: str, parameter: Mapping[str, Any]) -> str:
    if "AllowedValues" in parameter:
        return str(parameter["AllowedValues"][0])
    if parameter["Type"] == "Number":
        return str(parameter.get("MinValue", 10))
    return f"arn:aws:any:{REGION}:{ACCOUNT}:{name}" if name.endswith("Arn") else name
