from guestbook import make_app

from tornado_lambda import TornadoASGI

app = TornadoASGI(make_app())
