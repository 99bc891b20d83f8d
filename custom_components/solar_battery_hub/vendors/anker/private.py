"""Names of fields in answers and requests that identify a person, a place or a device (anker.md §3.4, §6, §7)."""

from typing import Final

_PERSON: Final = """
    ap_cloud_user_id auth_token avatar domain email geo_key gtoken installer_email installer_name mac_addr
    member_email nick_name owner_user_id password phone phone_2fa phone_code phone_code_2fa phone_number public_key
    token token_id trust_list user_email user_id user_name vehicle_id vehicle_name x-auth-token
"""
_PLACE: Final = """
    address city google_code home_img home_name identifier_id installation_address installLocation install_location ip
    ip_addr lat latitude lng longitude postcode site_id site_ids site_img site_name siteId siteIds siteName ssid uuid
    wifi_mac wifi_name wifi_ssid
"""
_DEVICE: Final = """
    aliasName alias_name bat_sn ble_mac bt_ble_id bt_ble_mac device_mac device_name device_sn device_sns deviceName
    deviceSn err_msg ethernet_mac evChargerName evChargerSn group_name imei insert_sn mac mac_address main_device_sn
    main_sn mainDeviceSn mainSn micro_inverter_name parent_sn pv1_name pv2_name pv3_name pv4_name sn sns sns_list
    snList solar_bank_sn solar_sn solarbank_sn station_id station_sn sub_device_sn tag trace_id wired_mac
"""

PRIVATE: Final = frozenset(f"{_PERSON} {_PLACE} {_DEVICE}".split())
