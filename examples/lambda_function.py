from tornado_lambda import http_handler

from guestbook import make_app

lambda_handler = http_handler(make_app())
