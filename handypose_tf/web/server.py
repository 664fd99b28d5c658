"""Serves the built page of `examples/web` to this machine; models are the package's.

The page asks for `models/NAME-HASH.tflite`, as it was built; the wheel holds each model
once, in `savedmodels/NAME.tflite`.
"""

from __future__ import annotations

import re
import sys
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import file_sha256
from handypose_tf.litert.shipped import SAVED_MODELS

_PACKAGE = Path(__file__).resolve().parents[1]

#: Where the built page may lie: in a wheel, else in a checkout.
PAGE_FOLDERS = (
    _PACKAGE / "web" / "page",
    _PACKAGE.parent / "examples" / "web" / "dist",
)

#: Nobody but this machine's own browser is served, and it may give the camera here.
ADDRESS = "127.0.0.1"

_MODEL = re.compile(r"/models/(?P<name>[\w-]+)-(?P<hash>[0-9a-f]{8})\.tflite")

#: As some systems' own tables are wrong, all that the page has.
_TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".tflite": "application/octet-stream",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


def find_page(folders: tuple[Path, ...] = PAGE_FOLDERS) -> Path:
    """Return the folder of the built page.

    Args:
        folders: Where it may lie, the preferred first.

    Raises:
        DataError: If it lies in none of them.
    """
    for folder in folders:
        if (folder / "index.html").is_file():
            return folder
    raise DataError(
        "the page is not built in this checkout; with Node.js 20: "
        "`cd examples/web && npm ci && npm run build`"
    )


def page_server(
    port: int = 0, page: Path | None = None, models: Path = SAVED_MODELS
) -> ThreadingHTTPServer:
    """Return a server of the page; `serve_forever()` starts it.

    Args:
        port: To listen on; 0 takes a free one, which `server_port` tells.
        page: Folder of the built page; by default where `find_page` finds it.
        models: Folder of the models.

    Raises:
        DataError: If the page is not built.
        OutputError: If the port cannot be had.
    """
    handler = partial(_PageHandler, models=models, directory=str(page or find_page()))
    try:
        return _PageServer((ADDRESS, port), handler)
    except (OSError, OverflowError) as error:
        raise OutputError(
            f"port {port} of {ADDRESS} cannot be had: {error}; give another with "
            "--port, or 0 for a free one"
        ) from error


class _PageServer(ThreadingHTTPServer):
    """Says nothing of a browser that goes away while it is sent a file."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell what went wrong, unless it is the browser that has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _PageHandler(SimpleHTTPRequestHandler):
    """Serves a folder, and models by their names."""

    extensions_map = _TYPES

    def __init__(self, *args: Any, models: Path, **kwargs: Any) -> None:
        self._models = models
        super().__init__(*args, **kwargs)

    def translate_path(self, path: str) -> str:
        """Return the file of an address; a model's is that of its name and hash."""
        found = _MODEL.fullmatch(path.split("?")[0])
        if found is not None:
            own = self._models / f"{found['name']}.tflite"
            if own.is_file() and _short_hash(own) == found["hash"]:
                return str(own)
        # No file's name has a zero byte, of which opening one dies.
        return super().translate_path(path).replace("\0", "_")

    def end_headers(self) -> None:
        """Let the browser ask again: the next version may use the same port."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def list_directory(self, path: Any) -> None:
        """Show no folder."""
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of single requests."""


@cache
def _short_hash(path: Path) -> str:
    return file_sha256(path)[:8]
