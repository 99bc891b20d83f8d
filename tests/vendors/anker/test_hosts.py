"""Which server an account is looked for on (anker.md §1)."""

import pytest

from custom_components.solar_battery_hub.vendors.anker.hosts import Hosts, host_for

EU = "https://ankerpower-api-eu.anker.com"
COM = "https://ankerpower-api.anker.com"
COUNTRIES_OF_COM = "DZ LB SY EG LY TN MA JO PS AR AU BR HK IN MX NG NZ RU SG ZA KR TW US CA"
COUNTRIES_OF_EU = (
    "DE BE EL LT PT BG ES LU CZ FR HU SI DK HR MT SK IT NL FI EE CY AT SE IE LV PL UK IS NO LI CH BA ME MD MK GE AL RS TR "
    "UA XK AM BY AZ IL RO JP GB GR"
)


@pytest.mark.parametrize(("countries", "host"), [(COUNTRIES_OF_COM, "com"), (COUNTRIES_OF_EU, "eu"), ("us nz", "com")])
def test_countries(countries: str, host: str) -> None:
    assert {host_for(country) for country in countries.split()} == {host}


def test_a_country_nobody_listed_or_none_is_european() -> None:
    assert (host_for("QQ"), host_for("")) == ("eu", "eu")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"country": "de"}, [EU, COM]),
        ({"country": "DE", "server": "automatic"}, [EU, COM]),
        ({"country": "US", "server": "automatic"}, [COM, EU]),
        ({"country": "US", "server": "eu"}, [EU]),
        ({"country": "DE", "server": "com"}, [COM]),
        ({"country": "DE", "server": "own_url", "url": "http://localhost:8123/eu/"}, ["http://localhost:8123/eu"]),
    ],
)
def test_where_an_account_is_looked_for(settings: dict[str, str], expected: list[str]) -> None:
    """A server that was chosen is never left."""
    hosts = Hosts(settings)
    assert [hosts.base(host) for host in hosts.candidates] == expected


def test_the_country_goes_out_in_capitals() -> None:
    assert (Hosts({"country": "de"}).country, Hosts({}).country) == ("DE", "")
