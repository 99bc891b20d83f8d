"""Changes that are sent in several parts, one after the other."""

from collections.abc import Awaitable, Callable, Sequence

from .errors import NOT_WRITTEN, WRITTEN, BadAnswer, HubError, Unreachable, WriteIncomplete


async def send_in_turn(writes: Sequence[tuple[str, Callable[[], Awaitable[None]]]]) -> None:
    """Send the parts of a change, each with its name, one after the other; after one that fails no more is sent.

    Raises that error where it was the only one or nothing can have landed, else WriteIncomplete.
    """
    for number, (_, write) in enumerate(writes):
        try:
            await write()
        except HubError as err:
            if len(writes) == 1 or (number == 0 and not isinstance(err, Unreachable | BadAnswer)):
                raise
            fates = {part: WRITTEN if at < number else NOT_WRITTEN for at, (part, _) in enumerate(writes)}
            raise WriteIncomplete(fates) from err
