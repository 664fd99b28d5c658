"""Serve the page that finds hands in photos and the webcam, to this machine's browser.

The networks run in the browser: no picture leaves it. Ctrl-C ends the server; the page
itself goes on working offline. Only this machine can open it.

Example:
  handypose web
  handypose web --port 8080 --open
"""

from __future__ import annotations

import argparse

from handypose_tf.cli.console import say
from handypose_tf.cli.options import add_flag, whole_parser
from handypose_tf.web.server import ADDRESS, page_server

DEFAULT_PORT = 8017

_MOST = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose web` takes."""
    parser.add_argument(
        "--port",
        type=whole_parser(0, _MOST),
        default=DEFAULT_PORT,
        metavar="N",
        help="to listen on; 0 takes a free one (default: %(default)s)",
    )
    add_flag(parser, "--open", "open the page in the browser")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    with page_server(arguments.port) as server:
        address = f"http://{ADDRESS}:{server.server_port}/"
        say(f"open {address} in a browser; Ctrl-C ends")
        if arguments.open:
            import webbrowser

            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")
    return 0
