"""The action that asks any question of the cloud for the owner of the account; orders only when he means it (anker.md §19)."""

from collections.abc import Mapping, Sequence
import re
from typing import Any, Final, cast

import voluptuous as vol

from ...core.refusal import ChangeRefused
from ..base import Account, Action
from .account import AnkerAccount
from .paths import GETS

_PATH: Final = re.compile(r"[A-Za-z0-9_]{1,64}(?:/[A-Za-z0-9_]{1,64}){1,7}")
_LONGEST: Final = 200  # characters
# What only asks, by how the last part of its path begins; everything else may change something.
_READS: Final = re.compile(
    r"(get|list|query|select|check|search|statistics)(_|[A-Z]|$).*"
    r"|energy_analysis|energy_statistics|co2_ranking|support_option|price_detail|profit|site_data_exported"
    r"|product_categories|product_accessories"
)
_SIGN_IN: Final = "passport"  # a try too many locks the account (§3.6)
_KEYS: Final = frozenset({"get_user_mqtt_info", "get_token_by_userid"})  # their answers are nothing but secrets
_SECRETS: Final = frozenset(
    {
        *("auth_token", "aws_root_ca1_pem", "certificate_pem", "gtoken", "password", "pkcs12", "private_key", "token"),
        *("access_token", "refresh_token", "secret", "public_key"),
    }
)


def is_read(path: str) -> bool:
    """Tell whether a call is known to change nothing."""
    return _READS.fullmatch(path.rpartition("/")[2]) is not None


def without_secrets(answer: Any) -> Any:
    """Return an answer without what signs somebody in."""
    match answer:
        case Mapping():
            return {
                key: "**secret**"
                if str(key).lower() in _SECRETS and isinstance(value, str) and value
                else without_secrets(value)
                for key, value in answer.items()
            }
        case list():
            return [without_secrets(value) for value in answer]
    return answer


async def _call(account: Account, device: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope of an answer, also of a refusal. ``path`` comes after the server's address (§6)."""
    path = _checked(fields["path"])
    writes = not is_read(path)
    if writes and not fields["confirm"]:
        raise ChangeRefused("api_call_may_write", path=path)
    method = fields.get("method") or ("GET" if path in GETS else "POST")
    client = cast("AnkerAccount", account).client.urgent
    return dict(without_secrets(await client.raw(method, path, fields["body"], writes=writes)))


def _checked(written: str) -> str:
    """Return a path as it goes out."""
    path = written.strip().lstrip("/")
    if len(path) > _LONGEST or _PATH.fullmatch(path) is None:
        raise ChangeRefused("api_path_malformed", path=written[:_LONGEST])
    first, _, _ = path.partition("/")
    if first == _SIGN_IN or path.rpartition("/")[2] in _KEYS:
        raise ChangeRefused("api_call_not_allowed", path=path)
    return path


ACTIONS: Sequence[Action] = (
    Action(
        name="call_api",
        fields={
            vol.Required("path"): str,
            vol.Optional("method"): vol.In(["GET", "POST"]),
            vol.Optional("body", default=dict): dict,
            vol.Optional("confirm", default=False): bool,
        },
        run=_call,
        changes=False,
    ),
)
