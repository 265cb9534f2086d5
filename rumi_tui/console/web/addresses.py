"""Where the console can be found, and by which names. Knows nothing of what is served there."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from models.characters import quoted
from models.errors import RumiError

NOBODY = ("192.0.2.1", 9), ("2001:db8::1", 9)
"""Addresses that belong to nobody (RFC 5737 and 3849): to ask for the way there sends nothing."""
USUAL_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether a name or an address leads everybody to their own machine."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


class Place:
    """Where the console listens, and where else it is found."""

    def __init__(self, host: str, port: int, public_url: str | None = None) -> None:
        """The name or address to listen on, and where a proxy, a tunnel or the name of a network leads here from.

        Raises `RumiError` for a `public_url` that is not that of a whole host: `https://poems.example`.
        """
        self.host, self.port = host, port
        self._public_origin = _origin(public_url) if public_url is not None else None

    @property
    def is_open_to_others(self) -> bool:
        """Whether anybody but this machine may come."""
        return self._public_origin is not None or not is_loopback(self.host)

    @property
    def url(self) -> str:
        """Where a browser finds the console: if it listens everywhere, where others find this machine."""
        if self._public_origin is not None:
            return self._public_origin
        address = _address(self.host)
        is_everywhere = address is not None and address.is_unspecified
        return f"http://{_in_url(_way_out(self.host) if is_everywhere else self.host)}:{self.port}"

    @property
    def listens_at(self) -> str:
        """Host and port as people write them."""
        return f"{_in_url(self.host)}:{self.port}"

    def is_ours(self, host: str) -> bool:
        """Whether a Host header means this console.

        Somebody's page may lead a name of theirs here (DNS rebinding), and would then count as a page of this site.
        With the name of this machine they cannot, nor with any address.
        """
        name = _hostname(f"//{host}").rstrip(".")
        if is_loopback(name) or (self._public_origin and name == _hostname(self._public_origin)):
            return True
        return not is_loopback(self.host) and (_address(name) is not None or name in {self.host, *_own_names()})

    def is_our_page(self, origin: str, host: str) -> bool:
        """Whether an Origin header, beside a Host header, means a page of this console."""
        return origin in (f"http://{host}", f"https://{host}", self._public_origin)


def _origin(url: str) -> str:
    """An address as browsers write that of a whole host, without the port that goes without saying."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:  # UnicodeError is one
        host = ""
    if not host or parts.scheme not in USUAL_PORTS or parts.username is not None or parts.path.strip("/") or "?" in url:
        raise RumiError(f"--public-url cannot be {quoted(url)}: give it as https://HOST or http://HOST:PORT.")
    return f"{parts.scheme}://{_in_url(host)}" + (f":{port}" if port not in (None, USUAL_PORTS[parts.scheme]) else "")


def _hostname(url: str) -> str:
    """Empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_names() -> set[str]:
    """What the local network may call this machine."""
    name = socket.gethostname().lower()
    first = name.partition(".")[0]
    return {name, first, f"{first}.local"}


def _way_out(host: str) -> str:
    """The address by which this machine speaks to others, of the kind of another; where it is alone, to itself."""
    is_new = ":" in host
    try:
        with socket.socket(socket.AF_INET6 if is_new else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(NOBODY[is_new])
            return str(probe.getsockname()[0])
    except OSError:
        return "::1" if is_new else "127.0.0.1"
