"""The calls to AWS that the HTTP function makes, signed with the standard library.

Importing boto3 costs each new environment 0.6-0.8 s; one signed POST needs none of it. What sends and receives is
imported by the first call.

Nothing here logs, keeps anything, reads the process's environment or asks for the date: credentials, endpoint and time
are arguments.
"""

from todo.aws.credential_source import get_credentials
from todo.aws.credentials import Credentials
from todo.aws.endpoints import endpoint_from, region_from, wants_dual_stack
from todo.aws.errors import AwsError
from todo.aws.rds import find_rds_region, rds_auth_token
from todo.aws.s3 import Bucket, Listed, list_objects, presigned_download, presigned_upload, put_object
from todo.aws.secrets_manager import get_secret_value
from todo.aws.signature import presigned_form, presigned_url, signed_headers
from todo.aws.sqs import send_messages

__all__ = [
    "AwsError",
    "Bucket",
    "Credentials",
    "Listed",
    "endpoint_from",
    "find_rds_region",
    "get_credentials",
    "get_secret_value",
    "list_objects",
    "presigned_download",
    "presigned_form",
    "presigned_upload",
    "presigned_url",
    "put_object",
    "rds_auth_token",
    "region_from",
    "send_messages",
    "signed_headers",
    "wants_dual_stack",
]
