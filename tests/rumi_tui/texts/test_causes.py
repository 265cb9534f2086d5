from __future__ import annotations

import errno
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3.exceptions
from support import refused

from rumi_tui.texts.causes import TransferError, placing, storage_error, transfer_error

HTTP = "http://verse.example/poem"


def sentence(address: str = HTTP, **options: object) -> str:
    """What is said of a request that fails."""
    with pytest.raises(requests.RequestException) as raised:
        requests.get(address, timeout=5, **options)  # type: ignore[arg-type]
    return transfer_error(raised.value, address).sentence


@pytest.fixture
def plain_server() -> Iterator[str]:
    """A server that does not speak TLS: its address as if it did."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (socket.EAI_AGAIN, "There is no network, or no name server answers"),
        (socket.EAI_NONAME, "The name verse.example is not known here"),
    ],
)
def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise socket.gaierror(code, "as the system says")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert said in sentence()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "There is no network"),
        (TimeoutError("timed out"), "verse.example does not answer within"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "verse.example cannot be reached"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "from verse.example was cut off"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_connection_that_is_not_made(monkeypatch: pytest.MonkeyPatch, error: OSError, said: str) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("", 0))])
    monkeypatch.setattr(socket.socket, "connect", fail)
    assert said in sentence()


def test_a_certificate_that_is_not_trusted() -> None:
    cause = urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed certificate"))
    error = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/poem", cause))  # type: ignore[arg-type]
    assert "The certificate of verse.example is not trusted here" in transfer_error(error, HTTP).sentence


def test_a_host_that_speaks_no_tls(plain_server: str) -> None:
    assert "does not answer securely" in sentence(plain_server)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "http://"])
def test_a_proxy_that_lets_nothing_through(proxy: str) -> None:
    assert "proxy" in sentence(proxies={"http": proxy})
    assert "HTTPS_PROXY" in sentence(proxies={"http": proxy})


def test_a_proxy_of_a_kind_that_is_not_supported() -> None:
    error = requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")
    assert "This kind of proxy is not supported" in transfer_error(error, HTTP).sentence


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "is no longer there"),
        (407, "The proxy asks for a name and a password"),
        (429, "verse.example is too busy"),
        (403, "verse.example answers 403"),
        (502, "verse.example answers 502"),
    ],
)
def test_a_host_that_refuses(status: int, said: str) -> None:
    response = requests.Response()
    response.status_code = status
    assert said in transfer_error(requests.HTTPError(response=response), HTTP).sentence


def test_a_busy_host_says_how_long_to_wait() -> None:
    response = requests.Response()
    response.status_code = 429
    response.headers["Retry-After"] = "7"
    assert transfer_error(requests.HTTPError(response=response), HTTP).wait == 7
    response.headers["Retry-After"] = "Fri, 31 Dec 1999 23:59:59 GMT"
    assert transfer_error(requests.HTTPError(response=response), HTTP).wait == 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "There is no room left"),
        (errno.EROFS, "You may not write"),
        (errno.EACCES, "You may not write"),
        (errno.EIO, "Could not write"),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, code: int, said: str) -> None:
    assert str(storage_error(OSError(code, "as it says"), tmp_path)).startswith(said)
    with refused(said), placing(tmp_path / "file"):
        raise OSError(code, "as it says")


def test_every_sentence_is_one_and_says_what_to_do() -> None:
    for error in (requests.ConnectionError(), requests.Timeout(), requests.exceptions.ChunkedEncodingError()):
        said = transfer_error(error, HTTP)
        assert isinstance(said, TransferError)
        assert ": " in said.sentence
        assert said.sentence.endswith(".")
