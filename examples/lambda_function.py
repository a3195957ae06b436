from guestbook import make_app

from tornado_lambda import http_handler

lambda_handler = http_handler(make_app())
