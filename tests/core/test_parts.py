"""Changes that are sent in several parts."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.solar_battery_hub.core.errors import HubError, Unreachable, WriteIncomplete, WriteRefused
from custom_components.solar_battery_hub.core.parts import send_in_turn

type Write = Callable[[], Awaitable[None]]


def parts(sent: list[str], **errors: HubError | None) -> list[tuple[str, Write]]:
    """Return writes by name, each with what it runs into."""

    def write(name: str, error: HubError | None) -> Write:
        async def send() -> None:
            sent.append(name)
            if error is not None:
                raise error

        return send

    return [(name, write(name, error)) for name, error in errors.items()]


def test_all_are_sent_in_order() -> None:
    sent: list[str] = []
    asyncio.run(send_in_turn(parts(sent, one=None, two=None)))
    assert sent == ["one", "two"]


@pytest.mark.parametrize("errors", [{"one": Unreachable()}, {"one": WriteRefused("no"), "two": None}])
def test_an_error_that_left_nothing_half_done_is_told_as_it_is(errors: dict[str, HubError | None]) -> None:
    sent: list[str] = []
    with pytest.raises(HubError) as caught:
        asyncio.run(send_in_turn(parts(sent, **errors)))
    assert caught.value is errors["one"]
    assert sent == ["one"]


@pytest.mark.parametrize(
    ("errors", "fates"),
    [
        ({"one": Unreachable(), "two": None}, {"one": "not_written", "two": "not_written"}),
        (
            {"one": None, "two": WriteRefused("no"), "three": None},
            {"one": "written", "two": "not_written", "three": "not_written"},
        ),
    ],
)
def test_what_is_half_done_says_so(errors: dict[str, HubError | None], fates: dict[str, str]) -> None:
    sent: list[str] = []
    with pytest.raises(WriteIncomplete) as caught:
        asyncio.run(send_in_turn(parts(sent, **errors)))
    assert caught.value.parts == fates
    assert len(sent) < len(errors)
