"""By which names the console is found."""

from __future__ import annotations

import socket

import pytest
from support import refused

from rumi_tui.console.web.addresses import Place

NAME = socket.gethostname()


@pytest.mark.parametrize(
    ("place", "url"),
    [
        (Place("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (Place("::1", 8000), "http://[::1]:8000"),
        (Place("rumi.lan", 80), "http://rumi.lan:80"),
        (Place("127.0.0.1", 8000, "https://poems.example"), "https://poems.example"),
        (Place("0.0.0.0", 8000, "https://Poems.Example:443/"), "https://poems.example"),
        (Place("::", 8000, "http://poems.example:8080"), "http://poems.example:8080"),
        (Place("::1", 8000, "http://[2001:db8::7]:80"), "http://[2001:db8::7]"),
        (Place("::1", 8000, "https://شعر.example"), "https://xn--wgbfp.example"),
    ],
)
def test_a_place_has_an_address_that_a_browser_takes(place: Place, url: str):
    assert place.url == url


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_everywhere_is_found_at_an_address_of_the_same_kind(host: str):
    url = Place(host, 8000).url
    assert url.startswith("http://[") == (host == "::")
    assert f"//{host}:" not in url.replace("[", "").replace("]", "")


NO_HOSTS = ["", "poems.example", "ftp://poems.example", "https://", "https://poems.example/rumi", "https://[::1"]
NO_HOSTS += ["https://me@poems.example", "https://poems.example?a=b", "https://poems.example:port"]
NO_HOSTS += [f"https://{'a' * 64}.example"]


@pytest.mark.parametrize("url", NO_HOSTS)
def test_what_is_no_address_of_a_whole_host_is_refused(url: str):
    with refused("--public-url"):
        Place("127.0.0.1", 8000, url)


@pytest.mark.parametrize(
    ("place", "is_open"),
    [
        (Place("127.0.0.1", 8000), False),
        (Place("127.0.0.2", 8000), False),
        (Place("::1", 8000), False),
        (Place("localhost", 8000), False),
        (Place("0.0.0.0", 8000), True),
        (Place("192.168.1.5", 8000), True),
        (Place("rumi.lan", 8000), True),
        (Place("127.0.0.1", 8000, "https://poems.example"), True),
    ],
)
def test_only_this_machine_comes_where_nothing_else_is_said(place: Place, is_open: bool):
    assert place.is_open_to_others == is_open


LOCAL = ("localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "localhost.")
OTHER_ADDRESSES = ("192.168.1.5:8000", "[2001:db8::7]:8000")
OWN_NAMES = (NAME, f"{NAME.partition('.')[0]}.local:8000")
STRANGERS = (
    "example.org",
    "localhost.example.org:8000",
    "127.0.0.1.example.org",
    "[::1",
    "",
    "a b",
    "@127.0.0.1:8000@x",
)


@pytest.mark.parametrize(
    ("place", "ours"),
    [
        (Place("127.0.0.1", 8000), LOCAL),
        (Place("127.0.0.1", 8000, "https://poems.example"), (*LOCAL, "poems.example", "poems.example:443")),
        (Place("0.0.0.0", 8000), (*LOCAL, *OTHER_ADDRESSES, *OWN_NAMES)),
        (Place("rumi.lan", 8000), (*LOCAL, *OTHER_ADDRESSES, *OWN_NAMES, "rumi.lan:8000")),
    ],
)
def test_a_host_is_ours_if_no_page_of_others_can_go_by_it(place: Place, ours: tuple[str, ...]):
    hosts = {*LOCAL, *OTHER_ADDRESSES, *OWN_NAMES, *STRANGERS, "poems.example", "poems.example:443", "rumi.lan:8000"}
    assert {host for host in hosts if place.is_ours(host)} == set(ours)


@pytest.mark.parametrize(
    ("origin", "host", "is_ours"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://poems.example", "127.0.0.1:8000", True),  # a proxy that says what it was told to ask for
        ("https://poems.example", "poems.example", True),
        ("http://poems.example:8000", "127.0.0.1:8000", False),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", False),
        ("null", "127.0.0.1:8000", False),
        ("http://[", "127.0.0.1:8000", False),
    ],
)
def test_a_page_is_ours_where_it_comes_from_here(origin: str, host: str, is_ours: bool):
    assert Place("127.0.0.1", 8000, "https://poems.example").is_our_page(origin, host) == is_ours
