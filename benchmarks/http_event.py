"""What API Gateway hands to a Lambda function for a request to an HTTP API (payload format 2.0)."""

from typing import Any


def event(method: str, path: str, body: str | None = None, token: str | None = None) -> dict[str, Any]:
    """A request with the headers of a browser, and a bearer token where there is one."""
    headers = {
        "accept": "text/html,application/json;q=0.9,*/*;q=0.8",
        "accept-encoding": "gzip, deflate, br, zstd",
        "accept-language": "en-GB,en;q=0.7,de;q=0.3",
        "host": "a1b2c3.execute-api.eu-west-1.amazonaws.com",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    if body is not None:
        headers |= {"content-type": "application/json", "content-length": str(len(body))}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    http = {
        "method": method,
        "path": path,
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.9",
        "userAgent": headers["user-agent"],
    }
    about = {
        "accountId": "123456789012",
        "apiId": "a1b2c3",
        "domainName": headers["host"],
        "domainPrefix": "a1b2c3",
        "http": http,
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "$default",
        "stage": "$default",
        "time": "23/Nov/2026:09:00:00 +0000",
        "timeEpoch": 1_795_424_400_000,
    }
    told: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": about,
        "isBase64Encoded": False,
    }
    return told if body is None else told | {"body": body}
