"""The server's own bad days, by name: common faults at the right place (goodwe.md §1.1, §11)."""

from tests.simulators.faults import Preset

BAD_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"

PRESETS: dict[str, Preset] = {
    "bad_gateway": Preset(
        kind="status", path="*", args={"code": 502, "body": BAD_GATEWAY_PAGE.format("502 Bad Gateway")}
    ),
    "gateway_timeout": Preset(
        kind="status", path="*", args={"code": 504, "body": BAD_GATEWAY_PAGE.format("504 Gateway Time-out")}
    ),
    "hang": Preset(kind="slow", path="*", args={}),
    "answer_lost": Preset(kind="cut_connection", path="*", args={}),
}
"""``answer_lost`` is what a write looks like whose answer never comes although it was carried out."""
