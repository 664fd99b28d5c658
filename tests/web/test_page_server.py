"""The page's server: what it gives, to whom, and what it says where it cannot."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from handypose_tf.cli.main import main
from handypose_tf.errors import DataError, OutputError
from handypose_tf.web.server import find_page, page_server

MODEL = b"a model"
HASH = hashlib.sha256(MODEL).hexdigest()[:8]


@pytest.fixture
def page(tmp_path):
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<p>hands</p>", "utf-8")
    (page / "assets" / "a.js").write_text("1", "utf-8")
    (page / "a.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("no", "utf-8")
    return page


@pytest.fixture
def port(page, tmp_path) -> Iterator[int]:
    models = tmp_path / "savedmodels"
    models.mkdir()
    (models / "hands_64_int8.tflite").write_bytes(MODEL)
    with page_server(page=page, models=models) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def get(port: int, path: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type", ""), answer.read()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/", "text/html", b"<p>hands</p>"),
        ("/?1234", "text/html", b"<p>hands</p>"),
        ("/assets/a.js", "text/javascript", b"1"),
        ("/a.wasm", "application/wasm", b"\0asm"),
        (f"/models/hands_64_int8-{HASH}.tflite", "application/octet-stream", MODEL),
    ],
)
def test_the_page_and_its_models(port, path, kind, body):
    status, found, content = get(port, path)
    assert (status, content) == (200, body) and found.startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/index.html%00",
        "/%ff%00",
        "/models/hands_64_int8-00000000.tflite",
        f"/models/..%2Fsecret-{HASH}.tflite",
        f"/models/other-{HASH}.tflite",
    ],
)
def test_nothing_else(port, path):
    assert get(port, path)[0] == 404


def test_only_this_machine_is_served(page):
    with page_server(page=page) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken(page):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(OutputError, match=rf"port {taken} of .* give another"):
            page_server(taken, page=page)


def test_a_page_that_is_not_built(tmp_path):
    with pytest.raises(DataError, match="npm run build"):
        find_page((tmp_path / "a", tmp_path / "b"))


def test_the_page_of_a_wheel_comes_before_that_of_a_checkout(page, tmp_path):
    other = tmp_path / "dist"
    other.mkdir()
    (other / "index.html").write_text("", "utf-8")
    assert find_page((page, other)) == page
    assert find_page((tmp_path / "none", other)) == other


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_wrong_port_is_wrong_usage(port, capsys):
    with pytest.raises(SystemExit) as end:
        main(["web", "--port", port])
    assert end.value.code == 2
    assert "is not a whole number from 0 to 65535" in capsys.readouterr().err


def test_a_browser_that_goes_away_is_no_error(page, capsys):
    with page_server(page=page) as server:
        fail(server, BrokenPipeError(), capsys, told="")
        fail(server, ConnectionResetError(), capsys, told="")
        fail(server, ValueError("a defect"), capsys, told="ValueError: a defect")


def fail(server, error, capsys, told):
    try:
        raise error
    except type(error):
        server.handle_error(None, ("127.0.0.1", 1))
    assert told in capsys.readouterr().err if told else not capsys.readouterr().err
