from tornado_lambda import TornadoASGI

from guestbook import make_app

app = TornadoASGI(make_app())
