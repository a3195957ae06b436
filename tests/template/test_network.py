"""Every call of AWS has a way, and nothing else has one."""

import re
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from template.calls import CALLS, DUAL_STACK, DUAL_STACK_S3, S3_ENDPOINT, SERVICES
from template.cloudformation import ROOT, TEMPLATE, found, load, resources
from template.deployment import KINDS, Deployment

OWN = ("aurora", "aurora-direct")


@pytest.fixture(scope="module")
def network() -> dict[str, Any]:
    return load(ROOT / "infra" / "network.yaml")


@pytest.fixture(scope="module")
def database() -> dict[str, Any]:
    return load(ROOT / "infra" / "database.yaml")


def only(template: dict[str, Any], kind: str) -> dict[str, Any]:
    (item,) = resources(template, kind).values()
    return dict(item["Properties"])


def test_the_page_shows_the_same_ways() -> None:
    page = (ROOT / "docs" / "operations" / "deploy.md").read_text()
    section = page.partition("\n## Who calls what, and how it gets there\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `([\w:-]+)` \| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    assert rows == [tuple(call) for call in CALLS]


@pytest.mark.parametrize("service", sorted(set(SERVICES.values())))
def test_a_service_that_is_reached_over_ipv6_answers_there(service: str) -> None:
    session = botocore.session.Session()
    config = Config(use_dualstack_endpoint=True)
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = session.create_client(service, "eu-central-1", config=config, **keys)
    assert client.meta.endpoint_url.endswith(".eu-central-1.api.aws")


def test_the_connections_of_the_websocket_api_are_reached_over_ipv6_by_its_own_address() -> None:
    """An API's own host has addresses of both kinds where it says so; boto3 is given that host as it is.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-ip-address-type.html
    """
    (api,) = resources(load(TEMPLATE), "AWS::Serverless::WebSocketApi").values()
    assert api["Properties"]["IpAddressType"] == "dualstack"
    config = Config(use_dualstack_endpoint=True)
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    host = "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/live"
    session = botocore.session.Session()
    client = session.create_client("apigatewaymanagementapi", "eu-central-1", endpoint_url=host, config=config, **keys)
    asked: list[str] = []

    def note(request: Any, **_event: Any) -> Any:
        asked.append(request.url)
        raise ConnectionAbortedError

    client.meta.events.register("before-send", note)
    with pytest.raises(ConnectionAbortedError):
        client.post_to_connection(ConnectionId="Fqn6qd4_FiACGWg=", Data=b"{}")
    assert asked == [f"{host}/@connections/Fqn6qd4_FiACGWg%3D"]
    for kind in OWN:
        for function in ("WebSocketFunction", "WorkerFunction"):
            told = Deployment(KINDS[kind]).functions[function]["Environment"]["Variables"]["TODO_LIVE_ENDPOINT"]
            assert told == {"Fn::Sub": "https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"}


def test_every_call_over_ipv6_is_of_a_service_looked_at() -> None:
    called = {call.action.partition(":")[0] for call in CALLS if call.path == DUAL_STACK}
    assert called == set(SERVICES)


@pytest.mark.parametrize("kind", OWN)
def test_the_functions_are_told_to_use_ipv6(kind: str) -> None:
    for function in Deployment(KINDS[kind]).functions.values():
        assert function["Environment"]["Variables"]["AWS_USE_DUALSTACK_ENDPOINT"] == "true"
        assert function["VpcConfig"]["Ipv6AllowedForDualStack"] is True
        assert len(function["VpcConfig"]["SubnetIds"]) == 2
        assert {reference[0] for reference in found(function["VpcConfig"], "Fn::GetAtt")} == {"Network"}


def test_ipv6_leads_out_through_the_egress_only_gateway(network: dict[str, Any]) -> None:
    route = only(network, "AWS::EC2::Route")
    assert route["DestinationIpv6CidrBlock"] == "::/0"
    assert route["EgressOnlyInternetGatewayId"] == {"Ref": "EgressOnlyGateway"}
    assert only(network, "AWS::EC2::VPCCidrBlock")["AmazonProvidedIpv6CidrBlock"] is True
    subnets = resources(network, "AWS::EC2::Subnet")
    assert len(subnets) == 2
    joined = resources(network, "AWS::EC2::SubnetRouteTableAssociation").values()
    assert {item["Properties"]["SubnetId"]["Ref"] for item in joined} == set(subnets)
    for subnet in subnets.values():
        assert subnet["Properties"]["Ipv6CidrBlock"]
        assert subnet["Properties"]["AssignIpv6AddressOnCreation"] is True
        assert subnet["DependsOn"] == "Ipv6"


def test_the_answer_of_a_migration_goes_through_the_endpoint_of_s3(network: dict[str, Any]) -> None:
    assert [call.function for call in CALLS if call.path == S3_ENDPOINT] == ["MigrateFunction"]
    endpoint = only(network, "AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
    assert endpoint["RouteTableIds"] == [{"Ref": "RouteTable"}]
    answers, objects, listing = endpoint["PolicyDocument"]["Statement"]
    assert answers["Action"] == "s3:PutObject"
    assert "cloudformation-custom-resource-response-" in answers["Resource"]["Fn::Sub"]
    assert objects["Resource"]["Fn::Sub"] == listing["Resource"]["Fn::Sub"] + "/*"
    assert listing["Resource"]["Fn::Sub"] == "arn:${AWS::Partition}:s3:::${FilesBucket}"
    # A name of both kinds of addresses leads through it, too: what is done there is allowed.
    done = {call.action for call in CALLS if call.path == DUAL_STACK_S3}
    assert done == {*objects["Action"], listing["Action"]}


def test_nobody_comes_in(network: dict[str, Any], database: dict[str, Any]) -> None:
    kinds = {item["Type"] for template in (network, database) for item in template["Resources"].values()}
    assert not kinds & {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP"}
    assert "SecurityGroupIngress" not in network["Resources"]["FunctionSecurityGroup"]["Properties"]
    for rule in found(database, "SecurityGroupIngress"):
        for way in rule:
            assert way["FromPort"] == way["ToPort"] == 5432
            assert "SourceSecurityGroupId" in way
            assert not {"CidrIp", "CidrIpv6"} & set(way)
    (instance,) = resources(database, "AWS::RDS::DBInstance").values()
    assert instance["Properties"]["PubliclyAccessible"] is False


def test_functions_go_out_to_aws_and_to_their_database_alone(network: dict[str, Any], database: dict[str, Any]) -> None:
    out = network["Resources"]["FunctionSecurityGroup"]["Properties"]["SecurityGroupEgress"]
    assert [(way["FromPort"], way["ToPort"], way.get("CidrIpv6", way.get("CidrIp"))) for way in out] == [
        (443, 443, "::/0"),
        (443, 443, "0.0.0.0/0"),
    ]
    added = resources(database, "AWS::EC2::SecurityGroupEgress")
    assert {
        (way["Properties"]["FromPort"], way["Properties"]["DestinationSecurityGroupId"]["Fn::GetAtt"][0])
        for way in added.values()
    } == {(5432, "DatabaseSecurityGroup"), (5432, "ProxySecurityGroup")}


def test_every_rule_says_what_it_is_for(network: dict[str, Any], database: dict[str, Any]) -> None:
    for template in (network, database):
        for key in ("SecurityGroupIngress", "SecurityGroupEgress"):
            for rules in found(template, key):
                assert all(rule["Description"] for rule in rules)
        for kind in ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"):
            assert all(rule["Properties"]["Description"] for rule in resources(template, kind).values())


def test_a_vpc_of_ones_own_is_used_as_it_is_given() -> None:
    for function in Deployment(KINDS["a secret in a VPC"]).functions.values():
        assert function["VpcConfig"] == {"SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1"}
    for function in Deployment(KINDS["a URL"]).functions.values():
        assert "VpcConfig" not in function
    assert not {"Network", "DatabaseStack"} & set(Deployment(KINDS["a URL"]).resources)
