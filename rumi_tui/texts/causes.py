"""Why a transfer failed, in a sentence with a way out. Knows nothing of what is transferred."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from models.errors import RumiError, describe
from models.files import replacing

TIMEOUT = 30
"""Seconds without an answer."""

Reach = Literal["file", "address", "host"]

_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}


class TransferError(Exception):
    """Why a transfer failed, as a sentence."""

    def __init__(self, sentence: str, *, reach: Reach = "address", again: bool = True, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reach = reach
        """What else would fail: other files of the address, or of the host; or this file alone fails."""
        self.again = again
        """Whether another try may do."""
        self.wait = wait
        """Seconds for which the host asks to be left alone."""


def host_of(address: str) -> str:
    """The host of an address, with its port where it names one."""
    return urlsplit(address).netloc


def transfer_error(error: requests.RequestException, address: str) -> TransferError:
    """Why a request for an address failed."""
    host = host_of(address)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _refusal(error.response, address)
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return TransferError(
            "The proxy cannot be reached, or blocks the transfer: check HTTPS_PROXY, or unset it.",
            reach="host",
            again=False,
        )
    if isinstance(error, requests.exceptions.InvalidSchema):
        return TransferError(
            "This kind of proxy is not supported: set HTTPS_PROXY to one that begins with http://.",
            reach="host",
            again=False,
        )
    if isinstance(error, requests.exceptions.SSLError):
        if not any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return TransferError(
                f"{host} does not answer securely: check whether something in your network answers in its place.",
                reach="host",
                again=False,
            )
        return TransferError(
            f"The certificate of {host} is not trusted here: check the clock, or set REQUESTS_CA_BUNDLE to the "
            "certificates of your network.",
            reach="host",
            again=False,
        )
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in _causes(error)):
        return too_slow(host)
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return _unknown_name(cause, host)
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return TransferError("There is no network: connect this computer.", reach="host")
        if isinstance(cause, ConnectionRefusedError):
            return TransferError(
                f"{host} cannot be reached: try again later, or check whether a firewall blocks it.",
                reach="host",
            )
    return TransferError(f"The transfer from {host} was cut off: try again when the connection is better.")


def too_slow(host: str) -> TransferError:
    """A host does not answer in time."""
    return TransferError(f"{host} does not answer within {TIMEOUT} seconds: try again later.", reach="host")


def something_else(address: str, name: str) -> TransferError:
    """An address gives what is not the file that is known of it."""
    return TransferError(
        f"{host_of(address)} sent another {name} than expected (its SHA-256 differs): check whether something in "
        "your network answers in its place."
    )


def storage_error(error: OSError, folder: Path) -> RumiError:
    """Why something could not be written in a folder."""
    if error.errno in _NO_ROOM:
        return RumiError(f"There is no room left in {folder}: make some room and fetch again; what is here stays.")
    if error.errno in _NO_RIGHTS:
        return RumiError(f"You may not write in {folder} ({describe(error)}): change its permissions.")
    return RumiError(f"Could not write in {folder} ({describe(error)}): check the folder and fetch again.")


@contextlib.contextmanager
def placing(path: Path) -> Iterator[Path]:
    """As `models.files.replacing`, but says why something could not be written."""
    try:
        with replacing(path) as temporary:
            yield temporary
    except RumiError as error:
        if isinstance(error.__cause__, OSError):
            raise storage_error(error.__cause__, path.parent) from error
        raise


def _refusal(response: requests.Response, address: str) -> TransferError:
    host, status = host_of(address), response.status_code
    if status == requests.codes.proxy_authentication_required:
        return TransferError(
            "The proxy asks for a name and a password: put them into HTTPS_PROXY.", reach="host", again=False
        )
    if status in (requests.codes.not_found, requests.codes.gone):
        return TransferError(
            f"{address} is no longer there ({status}): look for a newer version of the program.",
            reach="file",
            again=False,
        )
    if status in (requests.codes.too_many_requests, requests.codes.service_unavailable):
        asked = response.headers.get("Retry-After", "")
        return TransferError(
            f"{host} is too busy ({status}): try again in an hour.",
            reach="host",
            wait=float(asked) if asked.isdecimal() else 0.0,
        )
    return TransferError(f"{host} answers {status}: try again later.", again=status >= 500)


def _unknown_name(error: socket.gaierror, host: str) -> TransferError:
    if error.errno == socket.EAI_AGAIN:
        return TransferError("There is no network, or no name server answers: connect this computer.", reach="host")
    return TransferError(
        f"The name {host} is not known here: check the network and its name server.",
        reach="host",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from, the outermost first; urllib3 hides some in `reason` and `args`."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, *cause.args]
        if isinstance(cause, urllib3.exceptions.MaxRetryError):
            waiting.append(cause.reason)
