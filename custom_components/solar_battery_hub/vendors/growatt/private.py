"""Names of fields in the answers of both APIs that identify a person, a place or a device (growatt.md A.2, A.5, A.8, B.4, B.5)."""

from typing import Final

_PERSON: Final = """
    accountName accountNameOss activeName agentCode appAlias company contact_name contact_phone cpowerAuth cpowerToken
    email installer lastLoginIp loginUser mobile nickName nmi operator owner ownercontact ownerorganization parentUserId
    password phone phoneNum tax_number token uid userAccount userID userId userName user_id user_name
"""
_PLACE: Final = """
    address1 address2 alias area city country countryAndArea counrty deviceAilas deviceAlias lat latitude latitude_d
    latitude_f lng locale location longitude longitude_d longitude_f plantAddress plantCity plantCountry plantId
    plantLat plantLng plantName plant_address plant_address1 plant_address2 plant_id plant_lat plant_lng plant_name
    plantname postal_code postcode street weatherMap
"""
_DEVICE: Final = """
    ammeterSn associatedInvSn barcode batSn batSns batterySN battery_sn bdc1Sn bdc2Sn battery1SerialNum
    battery2SerialNum battery3SerialNum battery4SerialNum clientUrl client_url dataLogSn dataLoggerSn datalogSn
    datalog_sn dataloggerSn datalogger_sn deviceSn device_id device_sn inverterId inverterSn inverter_num maxSn
    max_sn mixSn mix_sn parentID portName serialNum serial_num simInfo sn spaSn spa_sn storageSn storage_sn
    tcpServerIp tlxSn tlx_sn treeID treeName unitId unit_id
"""

PRIVATE: Final = frozenset(f"{_PERSON} {_PLACE} {_DEVICE}".split())
