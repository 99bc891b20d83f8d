"""Which addresses may see a token, and where an account is asked (goodwe.md §1.6)."""

import pytest

from custom_components.solar_battery_hub.vendors.goodwe.regions import CHOICES, Addresses, is_safe, is_trusted

OWN = "http://127.0.0.1:8080"

TRUSTED = (
    "https://eu.semsportal.com/api/",
    "https://EU-Gateway.SEMSportal.com/web/sems",
    "https://semsportal.com/api",
    "https://eu-gateway.semsportal.com:443/web/sems",
    "https://hz-gateway.sems.com.cn/web/sems",
    "https://a.b.goodwe.com",
)
FOREIGN = (
    "http://eu.semsportal.com/api/",
    "http://eu.semsportal.com:443/api/",
    "https://semsportal.com.evil.example/api/",
    "https://evilsemsportal.com/api/",
    "https://evil.example/semsportal.com",
    "https://evil.example/https://eu.semsportal.com/api",
    "https://eu.semsportal.com@evil.example/api/",
    "https://user:secret@eu.semsportal.com/api/",
    "https://@eu.semsportal.com/api/",
    "https://evil.example\\@eu.semsportal.com/",
    "https://eu.semsportal.com:8443/api/",
    "https://eu.semsportal.com:82/api/",
    "https://eu.semsportal.com./api/",
    "https://eu.semsportal.com/api/?next=https://evil.example",
    "https://eu.semsportal.com/api/#x",
    "https://evil.example#.semsportal.com",
    "https://evil.example?.semsportal.com",
    "https://sems.com.cn.evil.example",
    "https://com.cn",
    "https://127.0.0.1/api",
    "ftp://eu.semsportal.com/",
    "//eu.semsportal.com/api/",
    "eu.semsportal.com/api/",
    "https://",
    "https://[::1",
    "",
    None,
    7,
    ["https://eu.semsportal.com/api/"],
)


@pytest.mark.parametrize("url", TRUSTED)
def test_hosts_of_the_maker_are_trusted(url: str) -> None:
    assert is_trusted(url)


@pytest.mark.parametrize("url", FOREIGN)
def test_nobody_else_is_trusted(url: object) -> None:
    assert not is_trusted(url)


@pytest.mark.parametrize("url", [f"{OWN}/web/sems", OWN, f"{OWN}/api/"])
def test_with_an_own_url_that_origin_is_trusted(url: str) -> None:
    assert is_trusted(url, OWN)


@pytest.mark.parametrize(
    "url",
    [
        *TRUSTED,
        "http://127.0.0.1:8081/api/",
        "https://127.0.0.1:8080/api/",
        "http://localhost:8080/",
        "http://127.0.0.1/",
        "//127.0.0.1:8080/web/sems",
    ],
)
def test_with_an_own_url_nobody_else_is_trusted(url: str) -> None:
    assert not is_trusted(url, OWN)


def test_an_own_url_that_is_not_safe_is_not_trusted() -> None:
    assert not is_trusted("http://hub.example/api", "http://hub.example")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://sems.example", True),
        ("https://sems.example:8443/proxy", True),
        ("http://localhost:1234", True),
        ("http://127.0.0.1:1234", True),
        ("http://[::1]:1234", True),
        ("http://192.168.1.5", False),
        ("http://localhost.example", False),
        ("https://user@sems.example", False),
        ("https://sems.example/?a=b", False),
        ("ftp://localhost", False),
        ("sems.example", False),
        ("", False),
    ],
)
def test_own_urls(url: str, safe: bool) -> None:
    assert is_safe(url) is safe


@pytest.mark.parametrize(
    ("region", "gateway", "legacy", "origin"),
    [
        ("automatic", "https://eu-gateway.semsportal.com/web/sems", "https://www.semsportal.com/api", None),
        *(
            (
                region,
                f"https://{region}-gateway.semsportal.com/web/sems",
                f"https://{region}.semsportal.com/api",
                f"https://{region}-semsplus.goodwe.com",
            )
            for region in ("eu", "au", "us", "hk")
        ),
        (
            "cn",
            "https://hz-gateway.sems.com.cn/web/sems",
            "https://www.semsportal.com/api",
            "https://cn-semsplus.goodwe.com",
        ),
    ],
)
def test_regional_defaults(region: str, gateway: str, legacy: str, origin: str | None) -> None:
    assert region in CHOICES
    addresses = Addresses({"region": region})
    for told in (None, "https://evil.example/web/sems"):
        assert addresses.gateway(told, None) == gateway
        assert addresses.legacy_base(told) == legacy
    assert addresses.login_origin == "https://semsplus.goodwe.com"
    assert addresses.regional_login_origin == origin
    assert addresses.legacy_login_base == "https://www.semsportal.com/api"


def test_the_region_that_an_answer_names_comes_first() -> None:
    addresses = Addresses({"region": "eu"})
    assert addresses.gateway(None, "au") == "https://au-gateway.semsportal.com/web/sems"
    assert addresses.gateway(None, "evil.example/") == "https://eu-gateway.semsportal.com/web/sems"


def test_an_own_url_is_all_there_is() -> None:
    addresses = Addresses({"region": "own_url", "url": f"{OWN}/"})
    assert addresses.login_origin == OWN
    assert addresses.regional_login_origin is None
    assert addresses.gateway("https://eu-gateway.semsportal.com/web/sems", "eu") == f"{OWN}/web/sems"
    assert addresses.legacy_base("https://eu.semsportal.com/api/") == f"{OWN}/api"
    assert addresses.gateway(f"{OWN}/au/web/sems/", "au") == f"{OWN}/au/web/sems"
