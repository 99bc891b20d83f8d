"""The Excel export of route B: an id, the address of a file, the file (goodwe.md §4.1, §10.18)."""

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.simulators.goodwe.legacy_call import Call
from tests.simulators.wire import Answer

if TYPE_CHECKING:
    from tests.simulators.goodwe.world import World


NOT_FOUND = Answer(status=404)


def export(call: Call) -> str | None:
    """Order the powers of a day; return the order's id."""
    if (plant := call.plant("pw_id")) is None:
        return None
    return f"{plant.id}_{call.text('date')}"


def file_path(call: Call) -> dict[str, Any]:
    """Return where an ordered file is."""
    return {"file_path": f"{call.base.removesuffix('/api/')}/files/{call.text('id')}.xls"}


def file(world: World, name: str) -> Answer:
    """Return an ordered file: rows of time and power, in a table as spreadsheets take it; nobody ordered: 404."""
    plant_id, _, day = name.partition("_")
    plant = world.plant(plant_id)
    try:
        wanted = date.strptime(day, "%Y-%m-%d")
    except ValueError:
        return NOT_FOUND
    records = [record for inverter in plant.inverters for record in inverter.uploads] if plant is not None else []
    rows = [
        f"<tr><td>{record.time:%d.%m.%Y %H:%M:%S}</td><td>{record.output_w:.0f}</td></tr>"
        for record in records
        if record.time.date() == wanted
    ]
    table = f"<table><tr><th>Time</th><th>PV(W)</th></tr>{''.join(rows)}</table>"
    return Answer(body=table.encode(), content_type="application/vnd.ms-excel")
