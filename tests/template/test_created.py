"""The translated templates, created by moto's CloudFormation over a socket, as far as moto goes."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from template.cloudformation import NESTED, TEMPLATE
from template.created import ACCOUNT, REGION, Account, Stack, values
from template.cut import cut
from template.programs import program

translated = program("translated").translated

# What moto does not create, by the reason: a type, Type/Property or Type.Attribute.
LEFT_OUT = {
    part: reason
    for reason, parts in {
        "moto's CloudFormation does not know the type": (
            "AWS::ApiGateway::Account",
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Integration",
            "AWS::ApiGatewayV2::Route",
            "AWS::ApiGatewayV2::Stage",
            "AWS::CloudWatch::Alarm",
            "AWS::CodeDeploy::Application",
            "AWS::CodeDeploy::DeploymentGroup",
            "AWS::EC2::EgressOnlyInternetGateway",
            "AWS::EC2::SecurityGroupEgress",
            "AWS::EC2::VPCCidrBlock",
            "AWS::IAM::RolePolicy",
            "AWS::Lambda::Alias",
            "AWS::Lambda::EventInvokeConfig",
            "AWS::Logs::MetricFilter",
            "AWS::RDS::DBCluster",
            "AWS::RDS::DBClusterParameterGroup",
            "AWS::RDS::DBProxy",
            "AWS::RDS::DBProxyTargetGroup",
            "AWS::Scheduler::Schedule",
            "AWS::Scheduler::ScheduleGroup",
            "AWS::S3::BucketPolicy",
            "AWS::SES::ConfigurationSet",
            "AWS::SES::ConfigurationSetEventDestination",
            "AWS::SQS::QueuePolicy",
            "AWS::SecretsManager::Secret",
        ),
        "created by itself here, and moto answers 500 where its outputs are read": ("AWS::CloudFormation::Stack",),
        "its function would have to run, for an answer": ("AWS::CloudFormation::CustomResource",),
        "it leads to the egress-only gateway, which moto does not know": ("AWS::EC2::Route",),
        "moto gives no VPC a range of IPv6, and does not know Fn::Cidr": ("AWS::EC2::Subnet/Ipv6CidrBlock",),
        "moto takes it and forgets it": (
            "AWS::IAM::Role/ManagedPolicyArns",
            "AWS::Lambda::Function/LoggingConfig",
            "AWS::SQS::Queue/RedriveAllowPolicy",
        ),
        "moto makes the bucket by its name alone": (
            "AWS::S3::Bucket/CorsConfiguration",
            "AWS::S3::Bucket/LifecycleConfiguration",
            "AWS::S3::Bucket/NotificationConfiguration",
            "AWS::S3::Bucket/OwnershipControls",
            "AWS::S3::Bucket/PublicAccessBlockConfiguration",
        ),
        "moto wants a version beside the cluster's, which CloudFormation forbids": ("AWS::RDS::DBInstance",),
    }.items()
    for part in parts
}

# The parameters with which each template is created. Together they make every resource; what a template does not ask
# for is left away.
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:todo-AbCdEf"
SHAPES: dict[str, list[dict[str, str]]] = {
    "template.yaml": [
        {"Database": "aurora", "AlarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"},
        {"Database": "aurora-direct", "ReservedConcurrency": "20"},
        {"Database": "external", "DatabaseUrl": "postgresql://todo:secret@db.example.org/todo"},
        {
            "Database": "external",
            "DatabaseSecretArn": SECRET,
            "DatabaseUserArn": f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:prx-1/todo",
            "DatabaseSleeps": "false",
            "VpcSubnetIds": "subnet-1,subnet-2",
            "VpcSecurityGroupIds": "sg-1",
            "MailFrom": "todo@example.org",
            "MailIdentityArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.org",
        },
    ],
    "database.yaml": [{"Proxy": "true"}, {"Proxy": "false"}],
}


class Made(NamedTuple):
    """A resource, as the template has it and by the id that it got."""

    stack: Stack
    name: str
    id: str

    @property
    def written(self) -> dict[str, Any]:
        return self.stack.written(self.name)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with Account() as account:
        yield account


@pytest.fixture(scope="module")
def stacks(account: Account) -> dict[Path, list[Stack]]:
    """Every template, created in each of its shapes."""
    made: dict[Path, list[Stack]] = {}
    network = account.network()
    for path in (TEMPLATE, *NESTED):
        template = translated(path)
        for number, shape in enumerate(SHAPES.get(path.name, [{}])):
            given = values(template, shape, network)
            stack = Stack(account, f"{path.stem}-{number}", cut(template, LEFT_OUT, given), given)
            made.setdefault(path, []).append(stack)
    return made


def every(kind: str, stacks: dict[Path, list[Stack]]) -> list[Made]:
    """Everything of the type `kind` that was created."""
    made = [
        Made(stack, name, identity)
        for several in stacks.values()
        for stack in several
        for name, identity in stack.created(kind).items()
    ]
    assert made, f"no template has a resource of {kind}"
    return made


def test_what_is_asked_for_is_created(stacks: dict[Path, list[Stack]]) -> None:
    for several in stacks.values():
        for stack in several:
            assert stack.names == set(stack.template["Resources"]), stack.name


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_every_resource_is_created_in_some_shape_or_is_on_the_list(stacks: dict[Path, list[Stack]], path: Path) -> None:
    created = {name for stack in stacks[path] for name in stack.names}
    missing = {
        f"{name} ({resource['Type']})"
        for name, resource in translated(path)["Resources"].items()
        if resource["Type"] not in LEFT_OUT and name not in created
    }
    assert missing == set()


def test_the_list_holds_nothing_that_no_template_has() -> None:
    present = set()
    for path in (TEMPLATE, *NESTED):
        for resource in translated(path)["Resources"].values():
            present |= {resource["Type"], *(f"{resource['Type']}/{name}" for name in resource.get("Properties", {}))}
    assert set(LEFT_OUT) <= present


def test_logs_end_some_day(stacks: dict[Path, list[Stack]], account: Account) -> None:
    logs = account.client("logs")
    for log in every("AWS::Logs::LogGroup", stacks):
        (group,) = logs.describe_log_groups(logGroupNamePrefix=log.id)["logGroups"]
        assert group["retentionInDays"] == 30


def test_a_queue_hands_what_fails_to_one_that_takes_it(stacks: dict[Path, list[Stack]], account: Account) -> None:
    queues = every("AWS::SQS::Queue", stacks)
    client = account.client("sqs")
    attributes = {
        queue: client.get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"])["Attributes"] for queue in queues
    }
    arns = {held["QueueArn"]: queue for queue, held in attributes.items()}
    assert len(arns) == len(queues)
    for queue, held in attributes.items():
        assert held["VisibilityTimeout"] == str(queue.written.get("VisibilityTimeout", 30))
        assert held["MessageRetentionPeriod"] == str(queue.written["MessageRetentionPeriod"])
        if "RedrivePolicy" not in queue.written:
            continue
        redrive = json.loads(held["RedrivePolicy"])
        target = arns[redrive["deadLetterTargetArn"]]
        assert target.stack is queue.stack
        assert redrive["maxReceiveCount"] == queue.written["RedrivePolicy"]["maxReceiveCount"]
        assert int(attributes[target]["MessageRetentionPeriod"]) > int(held["MessageRetentionPeriod"])


def test_a_role_has_its_policies_and_no_others(stacks: dict[Path, list[Stack]], account: Account) -> None:
    iam = account.client("iam")
    for role in every("AWS::IAM::Role", stacks):
        inline = iam.list_role_policies(RoleName=role.id)["PolicyNames"]
        assert sorted(inline) == sorted(policy["PolicyName"] for policy in role.written.get("Policies", []))
        (trusted,) = iam.get_role(RoleName=role.id)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert trusted["Principal"].keys() == {"Service"}
        assert trusted["Action"] in ("sts:AssumeRole", ["sts:AssumeRole"])
        for name in inline:
            document = iam.get_role_policy(RoleName=role.id, PolicyName=name)["PolicyDocument"]
            # moto writes down what a template holds as Python does, not as JSON.
            for resource in resources_of(ast.literal_eval(document)):
                assert resource.startswith("arn:aws:"), (role.name, name)
                assert "${" not in resource


def resources_of(document: dict[str, Any]) -> Iterator[str]:
    """What the statements of a policy speak of."""
    for statement in document["Statement"]:
        resource = statement["Resource"]
        yield from [resource] if isinstance(resource, str) else resource


def test_a_function_has_its_handler_its_role_and_its_limits(stacks: dict[Path, list[Stack]], account: Account) -> None:
    client = account.client("lambda")
    for function in every("AWS::Lambda::Function", stacks):
        held = client.get_function_configuration(FunctionName=function.id)
        written = function.written
        assert (held["Handler"], held["Runtime"]) == (written["Handler"], written["Runtime"])
        assert held["Timeout"] == written["Timeout"]
        assert held["Role"].rpartition("/")[2] in function.stack.created("AWS::IAM::Role").values()


def test_a_function_is_told_its_settings_and_each_is_a_text(stacks: dict[Path, list[Stack]], account: Account) -> None:
    client = account.client("lambda")
    for function in every("AWS::Lambda::Function", stacks):
        told = client.get_function_configuration(FunctionName=function.id)["Environment"]["Variables"]
        assert told.keys() == function.written["Environment"]["Variables"].keys()
        for name, value in told.items():
            assert isinstance(value, str), name
            assert not any(mark in value for mark in ("${", "Fn::", "{'", "None")), name
        if "TODO_QUEUE_URL" in told:
            assert told["TODO_QUEUE_URL"] in function.stack.created("AWS::SQS::Queue").values()


def test_the_worker_takes_from_the_queue_and_tells_which_messages_failed(
    stacks: dict[Path, list[Stack]], account: Account
) -> None:
    client, queues = account.client("lambda"), account.client("sqs")
    for mapping in every("AWS::Lambda::EventSourceMapping", stacks):
        held = client.get_event_source_mapping(UUID=mapping.id)
        arns = {
            queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]: name
            for name, url in mapping.stack.created("AWS::SQS::Queue").items()
        }
        source = arns[held["EventSourceArn"]]
        assert mapping.stack.written(source)["RedrivePolicy"]
        assert held["FunctionArn"].split(":")[6] in mapping.stack.created("AWS::Lambda::Function").values()
        assert held["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert held["BatchSize"] == mapping.written["BatchSize"]


def test_the_subnets_are_private_and_in_two_zones(stacks: dict[Path, list[Stack]], account: Account) -> None:
    ec2 = account.client("ec2")
    subnets = every("AWS::EC2::Subnet", stacks)
    held = ec2.describe_subnets(SubnetIds=[subnet.id for subnet in subnets])["Subnets"]
    assert {subnet["VpcId"] for subnet in held} == {vpc.id for vpc in every("AWS::EC2::VPC", stacks)}
    assert len({subnet["AvailabilityZone"] for subnet in held}) == len(held) >= 2
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in held)
    for table in every("AWS::EC2::RouteTable", stacks):
        (routes,) = ec2.describe_route_tables(RouteTableIds=[table.id])["RouteTables"]
        linked = table.stack.created("AWS::EC2::SubnetRouteTableAssociation")
        assert list(linked.values()) == [table.id] * len(subnets)
        assert not any(route.get("GatewayId", "").startswith("igw-") for route in routes["Routes"])


def test_nothing_comes_in_but_from_another_security_group(stacks: dict[Path, list[Stack]], account: Account) -> None:
    ec2 = account.client("ec2")
    groups = every("AWS::EC2::SecurityGroup", stacks)
    for group in ec2.describe_security_groups(GroupIds=[group.id for group in groups])["SecurityGroups"]:
        for rule in group["IpPermissions"]:
            assert rule["IpRanges"] == rule["Ipv6Ranges"] == rule["PrefixListIds"] == []
            assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
            assert rule["UserIdGroupPairs"]


def test_what_is_reached_without_internet_is_reached_through_an_endpoint(
    stacks: dict[Path, list[Stack]], account: Account
) -> None:
    ec2 = account.client("ec2")
    for endpoint in every("AWS::EC2::VPCEndpoint", stacks):
        (held,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint.id])["VpcEndpoints"]
        assert held["ServiceName"] == f"com.amazonaws.{REGION}.s3"
        assert held["VpcEndpointType"] == "Gateway"
        assert set(held["RouteTableIds"]) == set(endpoint.stack.created("AWS::EC2::RouteTable").values())


def test_the_dashboard_is_one(stacks: dict[Path, list[Stack]], account: Account) -> None:
    client = account.client("cloudwatch")
    for dashboard in every("AWS::CloudWatch::Dashboard", stacks):
        body = json.loads(client.get_dashboard(DashboardName=dashboard.id)["DashboardBody"])
        assert body["widgets"]
        # CloudWatch fills in properties of a metric; all else was filled in by CloudFormation.
        assert "${" not in json.dumps(body).replace("${PROP(", "")
