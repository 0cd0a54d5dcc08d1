"""Which addresses of tenants may be called."""

from ipaddress import ip_address

import pytest

from chassis.guarded_http import check_url, is_allowed, networks

WITHIN = [
    "0.0.0.0",  # noqa: S104 (no address to listen at)
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", WITHIN)
def test_an_address_within_is_not_called(address: str) -> None:
    assert not is_allowed(ip_address(address), ())


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_a_public_address_is_called(address: str) -> None:
    assert is_allowed(ip_address(address), ())


@pytest.mark.parametrize("address", ["10.20.3.4", "::ffff:10.20.3.4", "fd12::1"])
def test_an_address_within_is_called_where_its_network_is_allowed(address: str) -> None:
    allowed = networks(["10.20.0.0/16", "fd12::/16"])
    assert is_allowed(ip_address(address), allowed)
    assert not is_allowed(ip_address("10.21.0.1"), allowed)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feeds.example/a.ics",
        "ftp://feeds.example/a.ics",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@feeds.example/",
        "https://user@feeds.example/",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:8080/",
        "http://LOCALHOST./",
        "http://gateway.internal/",
        "https://feeds.example:99999/",
        "https://feeds.example/\n",
        f"https://feeds.example/{'a' * 2000}",
    ],
)
def test_what_is_no_address_to_call_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_url(url, ())


def test_an_address_of_the_internet_or_of_an_allowed_network_is_taken() -> None:
    check_url("https://feeds.example/holidays.ics?year=2026", ())
    check_url("http://10.20.3.4:8080/a.ics", networks(["10.20.0.0/16"]))
    check_url("http://calendar.internal/a.ics", networks(["10.20.0.0/16"]))
