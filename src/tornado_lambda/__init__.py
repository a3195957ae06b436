"""Run any Tornado application as an ASGI application, and so on AWS Lambda.

- `TornadoASGI(application)` is an ASGI 3 application.
- `http_handler(application)` is a Lambda handler for API Gateway, Function URL and load balancer events.
- `asgi_scope(request)` is where a handler finds what only ASGI or Lambda knows of its request.
"""

from tornado_lambda.asgi import TornadoASGI
from tornado_lambda.http_events import http_handler
from tornado_lambda.request import asgi_scope

__all__ = ["TornadoASGI", "asgi_scope", "http_handler"]
