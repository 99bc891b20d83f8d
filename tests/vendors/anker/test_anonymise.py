"""What is private in recorded answers, and that it is gone from all of them in the same way (anker.md §19)."""

import json
from random import Random
import re
from typing import Any

import pytest

from custom_components.solar_battery_hub.vendors.anker.anonymise import Anonymiser
from tests.vendors.anker.recordings import FOLDER, FOLDERS, needs_recordings

SERIAL, SHORT = "APCGQ80E12345678", "B0A732F4C1D2"
SITE = "5d9c0000-1111-2222-3333-444455556666"
TRACE, USER = "0123456789abcdef" * 2, "9f1b2c3d4e5f60718293a4b5c6d7e8f901234567"
LIST: dict[str, Any] = {
    "trace_id": TRACE,
    "data": {
        "owner_user_id": USER,
        "site_id": SITE,
        "site_name": "Bei Müllers",
        "device_sn": SERIAL,
        "bt_ble_mac": "A1B2C3D4E5F6",
        "wifi_mac": "a1:b2:c3:d4:e5:f6",
        "wifi_name": "Müllers Netz",
        "device_name": "Balkon",
        "tag": "Küche",
        "site_img": "https://pictures.example.com/me.png",
        "nick_name": "Mül***",
        "token_id": 4711,
        "auth_token": "abc",
        "product_code": "A17C5",
        "img_url": "https://public.example.com/A17C5.png",
        "power": 250,
        "status": "1",
        "empty": {"device_sn": "", "site_name": None},
    },
}


def changed(*answers: Any, seed: int = 1) -> list[Any]:
    """Return answers as they are recorded."""
    anonymiser = Anonymiser(Random(seed))
    for answer in answers:
        anonymiser.learn(answer)
    return [anonymiser.answer(answer) for answer in answers]


def test_what_is_private_is_replaced_and_all_else_stays() -> None:
    (found,) = changed(LIST)
    data = found["data"]
    assert list(data) == list(LIST["data"])
    assert {name: data[name] for name in ("product_code", "img_url", "power", "status", "empty")} == {
        "product_code": "A17C5",
        "img_url": "https://public.example.com/A17C5.png",
        "power": 250,
        "status": "1",
        "empty": {"device_sn": "", "site_name": None},
    }
    assert {name: data[name] for name in ("site_name", "wifi_name", "device_name", "tag", "site_img", "nick_name")} == {
        "site_name": "Site 1",
        "wifi_name": "Network 1",
        "device_name": "Device 1",
        "tag": "Room 1",
        "site_img": "",
        "nick_name": "User 1",
    }
    assert (data["token_id"], data["auth_token"]) == (0, "")


@pytest.mark.parametrize(
    "field",
    [
        *("address", "avatar", "city", "email", "home_img", "installLocation", "installer_email", "installer_name"),
        *("ip_addr", "latitude", "lng", "mac_addr", "member_email", "nick_name", "owner_user_id", "phone", "postcode"),
        *("aliasName", "alias_name", "device_name", "evChargerName", "group_name", "home_name", "micro_inverter_name"),
        *("pv1_name", "siteName", "site_name", "ssid", "tag", "trace_id", "vehicle_name", "wifi_name", "wifi_ssid"),
    ],
)
@pytest.mark.parametrize("private", ["Zanderkan", "Zanderkan Weg 7", "zanderkan@example.org", 4711.815])
def test_what_stands_in_a_private_field_never_stays(field: str, private: str | float) -> None:
    """Neither as it is nor in a list, in an object, or in JSON that is a text (anker.md §3.4, §6, §7)."""
    for value in (private, [private], {"more": private}):
        found = changed({field: value, "param_data": json.dumps({field: value})})
        assert not re.search("zanderkan|Weg 7|4711", json.dumps(found), re.IGNORECASE)


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("device_sn", r"[A-Z0-9]{16}"),
        ("site_id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("owner_user_id", r"[0-9a-f]{40}"),
        ("bt_ble_mac", r"[A-F0-9]{12}"),
        ("wifi_mac", r"[a-f0-9]{2}(:[a-f0-9]{2}){5}"),
    ],
)
def test_numbers_keep_their_form(field: str, form: str) -> None:
    (found,) = changed(LIST)
    assert re.fullmatch(form, found["data"][field])
    assert found["data"][field] != LIST["data"][field]


def test_an_address_is_the_same_however_it_is_written() -> None:
    (found,) = changed(LIST)
    assert found["data"]["wifi_mac"].replace(":", "").upper() == found["data"]["bt_ble_mac"]


def test_what_one_answer_tells_is_found_in_the_others() -> None:
    """As a key, in a list, inside of a longer text, and inside of JSON that is itself a text."""
    plan = json.dumps(
        {"AE100": SHORT, "price": 0.40, "ranges": [{"device_sn": SERIAL, "name": "Größe"}]}, ensure_ascii=False
    )
    other = {"connect_infos": {SERIAL: True}, "sns": f"{SERIAL},{SHORT}", "msg": f"for {SHORT}!", "param_data": plan}
    _, bound, found = changed(LIST, {"device_sn": SHORT}, other)
    (alias,) = found["connect_infos"]
    assert found["sns"] == f"{alias},{bound['device_sn']}"
    assert found["msg"] == f"for {bound['device_sn']}!"
    assert json.loads(found["param_data"]) == {
        "AE100": bound["device_sn"],
        "price": 0.4,
        "ranges": [{"device_sn": alias, "name": "Größe"}],
    }


def test_the_digits_of_a_plan_stay_as_they_are() -> None:
    (found,) = changed({"param_data": '{"price":0.40,"unit":"€","n":1e3}'})
    assert found == {"param_data": '{"price":0.40,"unit":"€","n":1e3}'}


@pytest.mark.parametrize(
    "private", [SERIAL, SITE, USER, TRACE, "a1:b2:c3:d4:e5:f6", "jane.doe@example.org", "F0A1B2C3D4E5F6A7B"]
)
def test_what_looks_private_is_so_in_any_field(private: str) -> None:
    (found,) = changed({"note": f"see {private}.", private: [private]})
    assert private not in json.dumps(found)


@pytest.mark.parametrize(
    "harmless", ["A17C5", "2026-06-01 12:00:00", "0.4000", "SOLARBANK", "Nordpool", "v1.0.1.12", "24:00"]
)
def test_what_looks_harmless_stays(harmless: str) -> None:
    assert changed({"note": harmless}) == [{"note": harmless}]


def test_the_same_name_has_one_alias_and_another_name_another() -> None:
    found = changed({"site_name": "A"}, {"site_name": "B"}, {"site_name": "A"}, {"home_name": "B"})
    assert [next(iter(answer.values())) for answer in found] == ["Site 1", "Site 2", "Site 1", "Site 2"]


def test_other_recordings_have_other_aliases() -> None:
    assert changed(LIST, seed=1)[0]["data"]["device_sn"] != changed(LIST, seed=2)[0]["data"]["device_sn"]


@needs_recordings
@pytest.mark.parametrize("folder", FOLDERS or ["none"])
def test_real_answers_keep_their_shape_and_lose_their_numbers(folder: str) -> None:
    files = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (FOLDER / folder).glob("*.json")
        if not path.name.startswith("api_")
    }
    anonymiser = Anonymiser(Random(1))
    for answer in files.values():
        anonymiser.learn(answer)
    text = ""
    for name, answer in files.items():
        found = anonymiser.answer(answer)
        assert shape(found) == shape(answer), name
        text += anonymiser.text(name) + json.dumps(found, ensure_ascii=False)
    for row in files.get("bind_devices", {}).get("data", {}).get("data", ()):
        assert row["device_sn"] not in text
        assert row["bt_ble_mac"] not in text or not row["bt_ble_mac"]
    for site in files.get("site_list", {}).get("data", {}).get("site_list", ()):
        assert site["site_id"] not in text
    assert not any(answer.get("trace_id", "x") in text for answer in files.values() if isinstance(answer, dict))


def shape(answer: Any) -> Any:
    """Return how many members of which kind there are, whatever they are called."""
    match answer:
        case dict():
            return [shape(value) for value in answer.values()]
        case list():
            return [shape(value) for value in answer]
        case str():
            return "text"
    return type(answer).__name__ if not isinstance(answer, int | float) or isinstance(answer, bool) else "number"
