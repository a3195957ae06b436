"""Every call of AWS that a function makes, when, and its way there. docs/operations/deploy.md shows the same table."""

from typing import NamedTuple


class Call(NamedTuple):
    """One action of IAM that a function uses."""

    function: str
    action: str
    when: str
    path: str


# When. The keys are what the table of the page says; each is true of some kinds of deployment.
ALWAYS = "always"
OWN = "own database"
EXTERNAL = "external"
IAM = "log-in by IAM"
SLEEPS = "database that sleeps"
MAIL = "`MailFrom`"
VPC = "in a VPC"

# The way.
DUAL_STACK = "IPv6 through the egress-only gateway"
DUAL_STACK_API = "IPv6 through the egress-only gateway, to the API's own address"
DUAL_STACK_S3 = "IPv6 through the egress-only gateway, or the gateway endpoint of S3"
S3_ENDPOINT = "gateway endpoint of S3"
NONE = "none: signed in the function"
LAMBDA = "none: Lambda does it, outside the VPC"

CALLS = (
    Call("HttpFunction", "rds-db:connect", IAM, NONE),
    Call("HttpFunction", "secretsmanager:GetSecretValue", EXTERNAL, DUAL_STACK),
    Call("HttpFunction", "sqs:SendMessage", ALWAYS, DUAL_STACK),
    Call("HttpFunction", "s3:PutObject", ALWAYS, DUAL_STACK_S3),
    Call("HttpFunction", "s3:ListBucket", ALWAYS, DUAL_STACK_S3),
    Call("HttpFunction", "s3:GetObject", ALWAYS, NONE),
    Call("WebSocketFunction", "rds-db:connect", IAM, NONE),
    Call("WebSocketFunction", "secretsmanager:GetSecretValue", EXTERNAL, DUAL_STACK),
    Call("WebSocketFunction", "sqs:SendMessage", ALWAYS, DUAL_STACK),
    Call("WebSocketFunction", "execute-api:ManageConnections", ALWAYS, DUAL_STACK_API),
    Call("ScheduleFunction", "rds-db:connect", IAM, NONE),
    Call("ScheduleFunction", "secretsmanager:GetSecretValue", EXTERNAL, DUAL_STACK),
    Call("ScheduleFunction", "sqs:SendMessage", ALWAYS, DUAL_STACK),
    Call("ScheduleFunction", "scheduler:GetSchedule", SLEEPS, DUAL_STACK),
    Call("ScheduleFunction", "scheduler:UpdateSchedule", SLEEPS, DUAL_STACK),
    Call("ScheduleFunction", "iam:PassRole", SLEEPS, DUAL_STACK),
    Call("WorkerFunction", "rds-db:connect", IAM, NONE),
    Call("WorkerFunction", "secretsmanager:GetSecretValue", EXTERNAL, DUAL_STACK),
    Call("WorkerFunction", "ses:SendEmail", MAIL, DUAL_STACK),
    Call("WorkerFunction", "ses:SendRawEmail", MAIL, DUAL_STACK),
    Call("WorkerFunction", "sqs:SendMessage", ALWAYS, DUAL_STACK),
    Call("WorkerFunction", "sqs:ChangeMessageVisibility", ALWAYS, DUAL_STACK),
    Call("WorkerFunction", "execute-api:ManageConnections", ALWAYS, DUAL_STACK_API),
    Call("WorkerFunction", "s3:GetObject", ALWAYS, DUAL_STACK_S3),
    Call("WorkerFunction", "s3:ListBucket", ALWAYS, DUAL_STACK_S3),
    Call("WorkerFunction", "s3:PutObject", ALWAYS, DUAL_STACK_S3),
    Call("WorkerFunction", "s3:AbortMultipartUpload", ALWAYS, DUAL_STACK_S3),
    Call("WorkerFunction", "s3:DeleteObject", ALWAYS, DUAL_STACK_S3),
    Call("WorkerFunction", "sqs:ReceiveMessage", ALWAYS, LAMBDA),
    Call("WorkerFunction", "sqs:DeleteMessage", ALWAYS, LAMBDA),
    Call("WorkerFunction", "sqs:GetQueueAttributes", ALWAYS, LAMBDA),
    Call("WorkerFunction", "scheduler:GetSchedule", SLEEPS, DUAL_STACK),
    Call("WorkerFunction", "scheduler:UpdateSchedule", SLEEPS, DUAL_STACK),
    Call("WorkerFunction", "iam:PassRole", SLEEPS, DUAL_STACK),
    Call("MigrateFunction", "secretsmanager:GetSecretValue", ALWAYS, DUAL_STACK),
    Call("MigrateFunction", "rds-db:connect", f"{IAM}, {EXTERNAL}", NONE),
    # What its address is signed for; the function has no right of its own, and the answer is an HTTPS PUT.
    Call("MigrateFunction", "s3:PutObject", ALWAYS, S3_ENDPOINT),
)

# What Lambda itself does as a function's role, and so is in no function's code.
BY_LAMBDA = {
    "logs:CreateLogStream": ALWAYS,
    "logs:PutLogEvents": ALWAYS,
    "ec2:CreateNetworkInterface": VPC,
    "ec2:DescribeNetworkInterfaces": VPC,
    "ec2:DescribeSubnets": VPC,
    "ec2:DeleteNetworkInterface": VPC,
    "ec2:AssignPrivateIpAddresses": VPC,
    "ec2:UnassignPrivateIpAddresses": VPC,
}
# The same, of the functions whose failed events it sends to a queue.
FAILED_EVENTS = {"ScheduleFunction": "sqs:SendMessage", "MigrateFunction": "sqs:SendMessage"}

# The names under which botocore knows the services of the actions.
SERVICES = {
    "secretsmanager": "secretsmanager",
    "sqs": "sqs",
    "scheduler": "scheduler",
    "ses": "sesv2",
    "iam": "scheduler",  # a role is passed in a call of the scheduler
}
