"""Names of fields in the answers of both ways that identify a person, a place or a device (goodwe.md §3.2, §4.2–4.4, §5, §9.8).

Among them are codes of factors and keys of rows (§5.4, §4.4): what stands beside such a name is private as well.
"""

from typing import Final

_PERSON: Final = """
    account current_user_id email emailAddress loginName mobile nickName org_code org_name orgCode orgName
    owner owner_email owner_name owner_phone ownerEmail ownerName ownerPhone para password phone pwd
    realName token uid user_id user_name userId userName username uuid
"""
_PLACE: Final = """
    adcode address city country googleAddress id latitude location longitude name nex_powerstation_id plantId
    plantName powerstation_id powerStationId pre_powerstation_id province pw_address pw_id pw_name pwId stationId
    stationIds stationName stationname warningStationName
"""
_DEVICE: Final = """
    aiSn bat1MRSn bat2MRSn check_code checkCode dataloggersn deviceName deviceSn devicesn dongleSn equipments hemsSn iccid
    imei InverterSN it_sn laCheckcode layout_id mac macAddress parallel_code parallelSnList preSn relation_id relationId
    releation_id serialNum sn snList sns ssid virtualSn
"""

PRIVATE: Final = frozenset(f"{_PERSON} {_PLACE} {_DEVICE}".split())
