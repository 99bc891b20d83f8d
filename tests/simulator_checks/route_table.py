"""Appendix A of the Powerwall specification as data: method, path, who (open, A = signed in, inst), status when allowed."""

from typing import Literal, NamedTuple

type Who = Literal["open", "A", "inst"]


class Row(NamedTuple):
    """One method of one path on a gateway with firmware 21.44 while the sitemaster runs."""

    method: str
    path: str
    who: str
    status: int


METER, TABLE = (
    "SYNCHROMETER",
    """
GET    /status                                       open 200
GET    /logout                                       open 204
GET    /auth/toggle/supported                        open 200
POST   /auth/toggle/start                            open 202
POST   /auth/toggle/login                            open 417
POST   /password/change                              open 400
POST   /password/generate                            open 202
POST   /password/reset                               open 202
GET    /customer/registration                        open 200
POST   /customer/registration/legal                  A    202
POST   /customer/registration/skip                   open 404
POST   /customer/registration/emailed                open 404
GET    /customer                                     A    200
POST   /customer                                     inst 202
GET    /meters/aggregates                            A    200
GET    /meters/site                                  A    200
GET    /meters/solar                                 A    200
GET    /meters                                       A    200
POST   /meters                                       inst 202
GET    /meters/readings                              A    200
GET    /meters/status                                A    200
GET    /meters/SYNCHROMETER/ct_config                A    500
POST   /meters/SYNCHROMETER/ct_config                inst 202
GET    /meters/SYNCHROMETER/cts                      A    200
POST   /meters/SYNCHROMETER/cts                      inst 202
DELETE /meters/SYNCHROMETER/cts                      inst 202
POST   /meters/SYNCHROMETER/invert_cts               inst 202
POST   /meters/SYNCHROMETER/commission               inst 202
POST   /meters/SYNCHROMETER/verify                   inst 202
POST   /meters/detect_wired_meters                   inst 202
DELETE /meters/SYNCHROMETER                          inst 202
GET    /system_status                                A    200
GET    /system_status/soe                            A    200
GET    /system_status/grid_status                    A    200
GET    /system_status/grid_faults                    A    200
GET    /operation                                    A    200
POST   /operation                                    inst 400
GET    /config                                       A    200
GET    /config/completed                             inst 200
GET    /sitemaster                                   A    200
GET    /sitemaster/run                               A    202
POST   /sitemaster/run_for_commissioning             inst 202
GET    /powerwalls                                   A    200
GET    /powerwalls/status                            A    200
GET    /powerwalls/update                            inst 202
GET    /powerwalls/phase_detection                   inst 202
GET    /powerwalls/phase_usages                      A    500
GET    /site_info                                    A    200
GET    /site_info/site_name                          A    200
POST   /site_info/site_name                          A    400
GET    /site_info/grid_codes                         A    404
GET    /site_info/grid_regions                       A    200
POST   /site_info/grid_code                          inst 202
POST   /site_info/offgrid                            inst 202
POST   /site_info/timezone                           inst 202
GET    /solars                                       A    200
GET    /solars/brands                                A    200
GET    /solars/brands/SolarEdge%20Technologies       A    200
GET    /generators                                   A    200
GET    /generators/disconnect_types                  A    200
GET    /installer                                    A    200
GET    /installer/companies                          A    200
GET    /networks                                     A    200
POST   /networks                                     inst 202
DELETE /networks                                     inst 202
POST   /networks/connect                             inst 202
GET    /networks/client_protocols                    A    200
POST   /networks/client_protocols                    inst 202
POST   /networks/request_scan_wifi                   inst 202
POST   /networks/enable_wifi                         inst 202
DELETE /networks/SimulatedWiFi/disconnect            inst 202
POST   /networks/SimulatedWiFi/enable                inst 202
POST   /networks/SimulatedWiFi/disable               inst 202
POST   /networks/wifi_scan                           A    404
GET    /networks/wifi_security_types                 A    404
GET    /system/networks                              A    404
GET    /system/networks/conn_tests                   A    200
POST   /system/networks/conn_tests                   A    200
GET    /system/networks/ping_test                    A    200
POST   /system/networks/ping_test                    A    200
GET    /system/testing                               A    200
DELETE /system/testing                               inst 202
POST   /system/testing/PINV_TEST                     inst 202
GET    /system/update/status                         A    200
GET    /synchrometer/ct_voltage_references           A    200
POST   /synchrometer/ct_voltage_references           inst 202
GET    /synchrometer/ct_voltage_references/options   A    400
POST   /logging                                      A    202
POST   /v2/islanding/mode                            A    400
GET    /autoconfig/status                            A    200
POST   /autoconfig/run                               inst 202
POST   /autoconfig/retry                             inst 202
POST   /autoconfig/cancel                            inst 202
GET    /devices/vitals                               A    200
GET    /legal/radio                                  open 200
GET    /solar_powerwall                              A    404
POST   /solar_powerwall/reset                        inst 202
POST   /solar_powerwall/power_status                 inst 202
GET    /troubleshooting/problems                     A    200
GET    /networks/access_points                       A    200
POST   /system/update                                inst 202
GET    /system/update                                A    200
GET    /system/update/urgency                        A    200
GET    /powerwalls/pvi_sub_package_numbers           A    200
GET    /powerwalls/pvi_power_status                  A    200
POST   /powerwalls/scan                              inst 202
POST   /powerwalls/enable_inverter_solar_meter_readings inst 202
POST   /site_info/export_mode                        inst 202
POST   /site_info/extra_programs                     inst 202
POST   /meters/verify                                inst 202
GET    /meters/inverter_meter_readings               A    200
GET    /getlogs                                      inst 404
GET    /no_such_path                                 open 404
GET    /sitemaster/stop                              A    202
""",
)

ROWS = [
    Row(method, path, who, int(status))
    for method, path, who, status in (line.split() for line in TABLE.strip().splitlines())
]

STOPPED_502 = {
    "/meters/aggregates",
    "/system_status",
    "/system_status/soe",
    "/system_status/grid_status",
    "/system_status/grid_faults",
}
RESTRICTED = {"/logout", "/meters/aggregates", "/system_status/soe", "/system_status/grid_status"}

SIGNED_IN_BEFORE_1_50 = {
    "/operation",
    "/config",
    "/config/completed",
    "/customer",
    "/installer",
    "/networks",
    "/meters",
    "/meters/readings",
    "/generators",
    "/generators/disconnect_types",
    "/solars",
    "/solars/brands",
    "/solars/brands/SolarEdge%20Technologies",
    "/powerwalls/status",
    "/site_info/grid_codes",
    "/sitemaster/run",
    "/sitemaster/stop",
    "/system/update/status",
}
"""§3.6: what needed a login before everything did."""

OPEN_BEFORE_1_50 = {
    "/meters/aggregates",
    "/meters/site",
    "/meters/solar",
    "/system_status/soe",
    "/system_status/grid_status",
    "/system_status/grid_faults",
    "/sitemaster",
    "/powerwalls",
    "/site_info",
    "/site_info/site_name",
    "/status",
    "/customer/registration",
}
