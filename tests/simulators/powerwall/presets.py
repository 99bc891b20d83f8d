"""The Powerwall's own bad days, by name (specification §19.10): common faults at the right place."""

from tests.simulators.faults import Preset

PRESETS: dict[str, Preset] = {
    "zero_time_meter": Preset(
        kind="override",
        path="/api/meters/aggregates",
        args={"pointer": "/{meter}/last_communication_time", "meter": "solar", "value": "0001-01-01T00:00:00Z"},
    ),
    "counter_jump": Preset(
        kind="override",
        path="/api/meters/aggregates",
        args={"pointer": "/{meter}/{counter}", "meter": "site", "counter": "energy_imported", "value": 0},
    ),
    "shuffled_batteries": Preset(kind="shuffle", path="/api/system_status", args={"pointer": "/battery_blocks"}),
    "unknown_grid_status": Preset(
        kind="unknown_enum",
        path="/api/system_status/grid_status",
        args={"pointer": "/grid_status", "value": "SystemSomethingNew"},
    ),
    "unknown_mode": Preset(
        kind="unknown_enum", path="/api/operation", args={"pointer": "/real_mode", "value": "something_new"}
    ),
    "busy": Preset(
        kind="status",
        path="*",
        args={
            "code": 503,
            "body": '{"code":503,"error":"current config mode is busy","message":"current config mode is busy"}',
        },
    ),
}
