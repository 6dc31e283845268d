"""The server of the page, for this machine alone."""

import contextlib
import logging
import secrets
import webbrowser
from typing import Any

from bokeh.application import Application
from bokeh.application.handlers import FunctionHandler
from bokeh.core.templates import get_env
from bokeh.document import Document
from bokeh.models import CustomJS
from bokeh.resources import Resources
from bokeh.server.server import BaseServer
from bokeh.server.tornado import BokehTornado
from bokeh.server.util import bind_sockets
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from plots.lab.bench import Bench
from plots.lab.keeping import CAPTIONS, keep, read
from plots.lab.session import Session
from plots.lab.settings import KNOBS
from plots.lab.track import Engine

HOST = "127.0.0.1"
EVERY = 20  # milliseconds between two looks at what has come
# Bokeh builds functions from text, and styles from the server's numbers
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


class Whole(BokehTornado):
    """Serves pages that have all in them, and load nothing."""

    def resources(self, absolute_url: str | bool | None = None) -> Resources:
        """Return what a page is made of."""
        return Resources(mode="inline", components=["bokeh"])


class Refuse(RequestHandler):
    """Answers whoever does not know the token."""

    def prepare(self) -> None:
        """Refuse, whatever is asked for."""
        self.send_error(403)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say why."""
        self.finish(
            "The address of the lab has a token in it: take the whole of what was printed.\n"
        )


def page(document: Document, package: str, engine: Engine | None, open_pages: set[Session]) -> None:
    """Fill the page for a visitor."""
    session = Session(Bench(package, engine), keep)
    open_pages.add(session)
    for figure in session.display.pictures.figures:
        document.add_root(figure)
    session.display.pictures.path.tags = [session.said, session.display.shown]
    models = {"said": session.said, "shown": session.display.shown}
    document.js_on_event("document_ready", CustomJS(args=models, code=read("page.js")))
    document.js_on_event("connection_lost", CustomJS(code=read("lost.js")))
    document.config.notify_connection_status = False  # lost.js does: it is not coming back
    document.title = f"The lab: gradient descent with {package}/"
    document.template = get_env().from_string(read("page.html"))
    document.template_variables.update(
        css=read("page.css"),
        dark=read("dark.css"),
        policy=POLICY,
        knobs=KNOBS,
        captions=CAPTIONS,
    )

    def leave(_: Any) -> None:
        open_pages.discard(session)
        session.bench.close()

    document.on_session_destroyed(leave)
    document.add_periodic_callback(session.tick, EVERY)


def serve(package: str, engine: Engine | None, browser: bool) -> int:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    package : str
        Whose functions it runs.
    engine : Engine, optional
        Runs descents in their place.
    browser : bool
        Whether to open the page.

    Returns
    -------
    int
        Exit status.
    """
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # whom it refuses is no news
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)  # nor is a page that closes
    token = secrets.token_urlsafe(16)
    open_pages: set[Session] = set()
    application = Application(FunctionHandler(lambda d: page(d, package, engine, open_pages)))
    sockets, port = bind_sockets(HOST, 0)
    tornado = Whole(
        {f"/{token}": application},
        extra_websocket_origins=[f"{HOST}:{port}"],  # only this very page may talk to it
        extra_patterns=[(r"/.*", Refuse)],  # before Bokeh's own files, which the page has in it
        check_unused_sessions_milliseconds=1000,
        unused_session_lifetime_milliseconds=3000,
        use_index=False,
    )
    http = HTTPServer(tornado)
    http.add_sockets(sockets)
    server = BaseServer(IOLoop.current(), tornado, http)
    address = f"http://{HOST}:{port}/{token}"
    print(f"The lab: {address}\nCtrl-C ends it.", flush=True)
    server.start()
    if browser:
        server.io_loop.add_callback(webbrowser.open, address)
    with contextlib.suppress(KeyboardInterrupt):
        server.io_loop.start()
    for session in list(open_pages):
        session.bench.close()
    server.stop(wait=False)
    return 0
