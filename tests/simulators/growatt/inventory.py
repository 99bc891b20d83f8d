"""Every field the documents list for a call, with its type (growatt.md appendix): what is not simulated is empty.

``blank(text)`` turns a list into an object: i and f are 0, s and t are "", o is null; a b is 0 where it is a setting and
false where it says something about the message.
"""

from typing import Any

EMPTY: dict[str, Any] = {"i": 0, "f": 0.0, "b": 0, "s": "", "t": "", "o": None}
FLAGS = frozenset({"again", "bigDevice", "isAgain", "lost", "updateExist", "updating", "withTime"})


def blank(fields: str) -> dict[str, Any]:
    """Return an object with every field of a list at its empty value."""
    pairs = (field.split(":") for field in fields.split())
    return {name: False if name in FLAGS else EMPTY[kind] for name, kind in pairs}


MIN_LIVE = """
address:i alias:s again:b bMerterConnectFlag:b batSn:s batteryNo:i batterySN:s bdc1ChargePower:f bdc1ChargeTotal:f
bdc1DischargePower:f bdc1DischargeTotal:f bdc1FaultType:i bdc1Ibat:f bdc1Ibb:f bdc1Illc:f bdc1Mode:i bdc1Soc:f
bdc1Status:i bdc1Temp1:f bdc1Temp2:f bdc1Vbat:f bdc1Vbus1:f bdc1Vbus2:f bdc1WarnCode:i bdc2ChargePower:f
bdc2ChargeTotal:f bdc2DischargePower:f bdc2DischargeTotal:f bdc2FaultType:i bdc2Ibat:f bdc2Ibb:f bdc2Illc:f
bdc2Mode:i bdc2Soc:f bdc2Status:i bdc2Temp1:f bdc2Temp2:f bdc2Vbat:f bdc2Vbus1:f bdc2Vbus2:f bdc2WarnCode:i
bdcBusRef:i bdcDerateReason:i bdcFaultSubCode:i bdcStatus:i bdcVbus2Neg:f bdcWarnSubCode:i bgridType:i
bmsCommunicationType:i bmsCvVolt:f bmsError2:i bmsError3:i bmsError4:i bmsFaultType:i bmsFwVersion:s bmsIbat:f
bmsIcycle:f bmsInfo:f bmsIosStatus:i bmsMaxCurr:f bmsMcuVersion:s bmsPackInfo:f bmsSoc:f bmsSoh:f bmsStatus:i
bmsTemp1Bat:f bmsUsingCap:f bmsVbat:f bmsVdelta:f bmsWarn2:i bmsWarnCode:f bsystemWorkMode:i calendar:o dataLogSn:s
day:s dcVoltage:f dciR:f dciS:f dciT:f debug1:s debug2:s deratingMode:i dryContactStatus:i eacChargeToday:f
eacChargeTotal:f eacToday:f eacTotal:f echargeToday:f echargeTotal:f edischargeToday:f edischargeTotal:f eex1Today:f
eex1Total:f eex2Today:f eex2Total:f elocalLoadToday:f elocalLoadTotal:f epsFac:f epsPacSplitPhase1:f
epsPacSplitPhase2:f epsIac1:f epsIac2:f epsIac3:f epsPac:f epsPac1:f epsPac2:f epsPac3:f epsPf:f epsVac1:f epsVac2:f
epsVac3:f epsVacSplitPhase1:f epsVacSplitPhase2:f epv1Today:f epv1Total:f epv2Today:f epv2Total:f epv3Today:f
epv3Total:f epv4Today:f epv4Total:f epvTotal:f errorText:s eselfToday:f eselfTotal:f esystemToday:f esystemTotal:f
etoGridToday:f etoGridTotal:f etoUserToday:f etoUserTotal:f fac:f faultType:i faultType1:i gfci:f iac1:f iac2:f
iac3:f iacr:f iacSplitPhase1:f iacSplitPhase2:f invDelayTime:f ipv1:f ipv2:f ipv3:f ipv4:f isAgain:b iso:f
loadPercent:f lost:b mtncMode:i mtncRqst:f nBusVoltage:f newWarnCode:i newWarnSubCode:i opFullwatt:f operatingMode:i
pBusVoltage:f pac:f pac1:f pac2:f pac3:f pacr:f pacToGridTotal:f pacToLocalLoad:f pacToUserTotal:f pex1:f pex2:f
pf:f ppv:f ppv1:f ppv2:f ppv3:f ppv4:f pself:f psystem:f realOPPercent:f serialNum:s soc1:f soc2:f status:i
statusText:s sysFaultWord:i sysFaultWord1:i sysFaultWord2:i sysFaultWord3:i sysFaultWord4:i sysFaultWord5:i
sysFaultWord6:i sysFaultWord7:i temp1:f temp2:f temp3:f temp4:f temp5:f tMtncStrt:s time:t timeTotal:f tlxBean:o
totalWorkingTime:f tWinEnd:s tWinStart:s uwSysWorkMode:i vac1:f vac2:f vac3:f vacr:f vacrs:f vacRs:f vacSt:f vacTr:f
vpv1:f vpv2:f vpv3:f vpv4:f warnCode:i warnCode1:i warnText:s winMode:i winOffGridSOC:f winOnGridSOC:f winRequest:i
withTime:b
"""

MIN_DETAIL = """
afciVersion:s addr:i alias:s bagingTestStep:i batParallelNum:i batSeriesNum:i batSysEnergy:f batTempLowerLimitC:f
batTempLowerLimitD:f batTempUpperLimitC:f batTempUpperLimitD:f batteryType:i wselectBaudrate:f bctAdjust:i bctMode:i
bcuVersion:s bdc1Model:s bdc1Sn:s bdc1Version:s bdcAuthversion:i bdcMode:i bmsCommunicationType:i
bmsSoftwareVersion:s children:o comAddress:i communicationVersion:s countrySelected:i dataLogSn:s deviceType:i dtc:i
eToday:f eTotal:f energyDayMap:o energyMonth:f energyMonthText:s fwVersion:s groupId:i hwVersion:s id:i imgPath:s
innerVersion:s lastUpdateTime:o lastUpdateTimeText:t level:i liBatteryFwVersion:i liBatteryManufacturers:i
location:s lost:b manufacturer:s modbusVersion:i model:i modelText:s monitorVersion:s mppt:f optimezerList:o
pCharge:f pDischarge:f parentID:s plantId:i plantname:s pmax:i portName:s power:f powerMax:f powerMaxText:s
powerMaxTime:s priorityChoose:i record:o restartTime:i safetyVersion:i serialNum:s startTime:i status:i statusText:s
strNum:i sysTime:t tcpServerIp:s timezone:f tlxSetbean:o trakerModel:i treeID:s treeName:s updating:b userName:s
vbatStartForDischarge:f vbatStopForCharge:f vbatStopForDischarge:f vbatWarnClr:f vbatWarning:f vnormal:f vppOpen:f
"""

MIN_SETTINGS = """
acChargeEnable:b ac_charge:s activePowerEnable:b activeRate:f afciEnabled:i afciReset:i afciSelfCheck:i
afciThresholdD:i afciThresholdH:i afciThresholdL:i backFlowSingleCtrl:i backflowDefaultPower:f bdcMode:i bgridType:i
bsystemWorkMode:f chargePowerCommand:f charge_power:f charge_stop_soc:f compatibleFlag:i delayTime:i
demandManageEnable:i disChargePowerCommand:f discharge_power:s discharge_stop_soc:f dryContactFuncEn:b
dryContactOffRate:f dryContactOnRate:f dryContactPower:f enableNLine:i epsFreqSet:f epsFunEn:b epsVoltSet:i
exportLimit:i exportLimitPowerRate:f exportLimitPowerRateStr:s exterCommOffGridEn:b failSafeCurr:f
fftThresholdCount:i floatChargeCurrentLimit:f forcedStopSwitch1:i forcedStopSwitch2:i forcedStopSwitch3:i
forcedStopSwitch4:i forcedStopSwitch5:i forcedStopSwitch6:i forcedStopSwitch7:i forcedStopSwitch8:i
forcedStopSwitch9:i forcedTimeStart1:t forcedTimeStart2:t forcedTimeStart3:t forcedTimeStart4:t forcedTimeStart5:t
forcedTimeStart6:t forcedTimeStart7:t forcedTimeStart8:t forcedTimeStart9:t forcedTimeStop1:t forcedTimeStop2:t
forcedTimeStop3:t forcedTimeStop4:t forcedTimeStop5:t forcedTimeStop6:t forcedTimeStop7:t forcedTimeStop8:t
forcedTimeStop9:t frequencyHighLimit:f frequencyLowLimit:f genChargeEnable:i genCtrl:i genRatedPower:f
lastUpdateTime:o lastUpdateTimeText:t lcdLanguage:i limitDevice:f loadingRate:f maintainModeRequest:i
maintainModeStartTime:s maxAllowCurr:f onGridDischargeStopSOC:f onGridMode:i onGridStatus:i onOff:b
overFreDropPoint:f overFreLoRedDelayTime:f overFreLoRedSlope:f peakShavingEnable:f pf:f pfModel:f pf_sys_year:s
pflinep1Lp:f pflinep1Pf:f pflinep2Lp:f pflinep2Pf:f pflinep3Lp:f pflinep3Pf:f pflinep4Lp:f pflinep4Pf:f
powerDownEnable:i prePto:f protEnable:i puEnable:i pvPfCmdMemoryState:b pv_grid_frequency_high:f
pv_grid_frequency_low:f pv_grid_voltage_high:f pv_grid_voltage_low:f qPercentMax:f qvH1:f qvH2:f qvL1:f qvL2:f
reactiveRate:f region:i restartLoadingRate:f rrcrEnable:f safetyCorrespondNum:f safetyNum:f serialNum:s
showPeakShaving:i synEnable:i sysTime:t sysTimeText:t time1Mode:i time2Mode:i time3Mode:i time4Mode:i time5Mode:i
time6Mode:i time7Mode:i time8Mode:i time9Mode:i tlx_ac_discharge_frequency:f tlx_ac_discharge_voltage:f
tlx_backflow_default_power:f tlx_cc_current:f tlx_cv_voltage:f tlx_dry_contact_enable:i tlx_dry_contact_off_power:f
tlx_dry_contact_power:f tlx_exter_comm_Off_GridEn:s tlx_lcd_Language:i tlx_limit_device:f tlx_off_grid_enable:i
tlx_on_off:i tlx_pf:f tlx_pflinep1_lp:f tlx_pflinep1_pf:f tlx_pflinep2_lp:f tlx_pflinep2_pf:f tlx_pflinep3_lp:f
tlx_pflinep3_pf:f tlx_pflinep4_lp:f tlx_pflinep4_pf:f ubAcChargingStopSOC:f ubPeakShavingBackupSOC:f usBatteryType:i
uwAcChargingMaxPowerLimit:f uwDemandMgtDownStrmPowerLimit:f uwDemandMgtRevsePowerLimit:f uwHFRT2EE:f uwHFRTEE:f
uwHVRT2EE:f uwHVRTEE:f uwLFRT2EE:f uwLFRTEE:f uwLVRT2EE:f uwLVRTEE:f vbatStartForDischarge:f vbatStartforCharge:f
vbatStopForCharge:f vbatStopForDischarge:f vbatWarnClr:f vbatWarning:i voltageHighLimit:f voltageLowLimit:f
wchargeSOCLowLimit:f wdisChargeSOCLowLimit:f winModeEndTime:s winModeFlag:i winModeOffGridDischargeStopSOC:f
winModeOnGridDischargeStopSOC:f winModeStartTime:s yearMonthTime:s
"""

SPH_LIVE = """
acChargeEnergyToday:f acChargeEnergyTotal:f acChargePower:f address:i again:b alias:s batteryTemperature:f
batteryType:i bmsBatteryCurr:f bmsBatteryTemp:f bmsBatteryVolt:f bmsConstantVolt:f bmsCycleCnt:i bmsDeltaVolt:f
bmsError:i bmsErrorOld:i bmsFW:i bmsGaugeFCC:f bmsGaugeRM:f bmsInfo:f bmsMCUVersion:i bmsMaxCurr:f
bmsMaxDischgCurr:f bmsPackInfo:f bmsSOC:i bmsSOH:i bmsStatus:i bmsStatusOld:i bmsUsingCap:f bmsWarnInfo:i
bmsWarnInfoOld:i calendar:o dataLogSn:s day:s dayMap:o eacToday:f eacTotal:f echarge1Today:f echarge1Total:f
edischargeToday:f edischargeTotal:f elocalLoadToday:f elocalLoadTotal:f epsVac2:f epsVac3:f epv1Today:f epv1Total:f
epv2Today:f epv2Total:f epvTotal:f errorCode:i errorText:s etoUserToday:f etoUserTotal:f etoGridToday:f
etogridTotal:f fac:f faultBitCode:i faultCode:i lost:b mixBean:o pac:f pac1:f pac2:f pac3:f pacToGridR:f
pacToGridTotal:f pacToUserR:f pacToUserTotal:f pcharge1:f pdischarge1:f plocalLoadR:f plocalLoadTotal:f ppv:f ppv1:f
ppv2:f ppvText:s priorityChoose:f serialNum:s soc:f socText:s status:i statusText:s sysEn:i sysFaultWord:i
sysFaultWord1:i sysFaultWord2:i sysFaultWord3:i sysFaultWord4:i sysFaultWord5:i sysFaultWord6:i sysFaultWord7:i
temp1:f temp2:f temp3:f time:t timeTotal:f upsFac:f upsLoadpercent:f upsPF:f upsPac1:f upsPac2:f upsPac3:f upsVac1:f
uwSysWorkMode:i vBatDsp:f vBus1:f vBus2:f vac1:f vac2:f vac3:f vbat:f vpv1:f vpv2:f warnCode:i warnText:s withTime:b
"""

SPH_DETAIL = """
acChargeEnable:b activeRate:f addr:i alias:s backflow_setting:s bagingTestStep:i batFirstSwitch1:i batFirstSwitch2:i
batFirstSwitch3:i batParallelNum:i batSeriesNum:i batTempLowerLimitC:f batTempLowerLimitD:f batTempUpperLimitC:f
batTempUpperLimitD:f batteryType:i bctAdjust:i bctMode:i buckUPSVoltSet:f buckUpsFunEn:b ccCurrent:f
chargePowerCommand:i chargeTime1:s chargeTime2:s chargeTime3:s children:o comAddress:i communicationVersion:s
countrySelected:i cvVoltage:f dataLogSn:s deviceType:i disChargePowerCommand:i dischargeTime1:s dischargeTime2:s
dischargeTime3:s dtc:i energyDay:f energyDayMap:o energyMonth:f energyMonthText:s epsFreqSet:i epsFunEn:b
epsVoltSet:i exportLimit:i exportLimitPowerRate:f failsafe:i floatChargeCurrentLimit:f forcedChargeStopSwitch1:b
forcedChargeStopSwitch2:b forcedChargeStopSwitch3:b forcedChargeTimeStart1:t forcedChargeTimeStart2:t
forcedChargeTimeStart3:t forcedChargeTimeStop1:t forcedChargeTimeStop2:t forcedChargeTimeStop3:t
forcedDischargeStopSwitch1:b forcedDischargeStopSwitch2:b forcedDischargeStopSwitch3:b forcedDischargeTimeStart1:t
forcedDischargeTimeStart2:t forcedDischargeTimeStart3:t forcedDischargeTimeStop1:t forcedDischargeTimeStop2:t
forcedDischargeTimeStop3:t fwVersion:s gridFirstSwitch1:b gridFirstSwitch2:b gridFirstSwitch3:b groupId:i id:i
imgPath:s innerVersion:s lastUpdateTime:o lastUpdateTimeText:t lcdLanguage:i level:i location:s lost:b lvVoltage:f
manufacturer:s mix_ac_discharge_frequency:f mix_ac_discharge_voltage:f mix_off_grid_enable:b modbusVersion:i model:i
modelText:s onOff:b pCharge:f pDischarge:f parentID:s pf_sys_year:s plantId:i plantname:s pmax:i portName:s
powerFactor:f powerMax:f powerMaxText:s powerMaxTime:s priorityChoose:i pv_active_p_rate:f pv_grid_voltage_high:f
pv_grid_voltage_low:f pv_on_off:b pv_pf_cmd_memory_state:b pvPfCmdMemoryState:b pv_power_factor:f
pv_reactive_p_rate:f pv_reactive_p_rate_two:f reactiveRate:f record:o serialNum:s status:i statusText:s sysTime:t
tcpServerIp:s treeID:s treeName:s underExcited:i updating:b userName:s uspFreqSet:i vbatStartForDischarge:f
vbatStartforCharge:f vbatStopForCharge:f vbatStopForDischarge:f vbatWarnClr:f vbatWarning:f vnormal:f
voltageHighLimit:f voltageLowLimit:f wchargeSOCLowLimit1:i wchargeSOCLowLimit2:i wdisChargeSOCLowLimit1:i
wdisChargeSOCLowLimit2:i wselectBaudrate:i
"""

SPA_LIVE = """
acChargeEnergyToday:f acChargeEnergyTotal:f acChargePower:f address:i again:b alias:s batteryTemperature:f
batteryType:i bmsBatteryCurr:f bmsBatteryTemp:f bmsBatteryVolt:f bmsConstantVolt:f bmsCycleCnt:i bmsDeltaVolt:f
bmsError:i bmsErrorOld:i bmsFW:i bmsGaugeFCC:f bmsGaugeRM:f bmsInfo:f bmsMCUVersion:i bmsMaxCurr:f
bmsMaxDischgCurr:f bmsPackInfo:f bmsSOC:i bmsSOH:i bmsStatus:i bmsStatusOld:i bmsUsingCap:f bmsWarnInfo:i
bmsWarnInfoOld:i calendar:o dataLogSn:s day:s dayMap:o eacToday:f eacTotal:f echarge1Today:f echarge1Total:f
edischargeToday:f edischargeTotal:f elocalLoadToday:f elocalLoadTotal:f epvInverterToday:f epvInverterTotal:f
errorCode:i errorText:s etoUserToday:f etoUserTotal:f etoGridToday:f etogridTotal:f fac:f faultBitCode:i faultCode:i
lost:b pac:f pac1:f pacToGridR:f pacToGridTotal:f pacToUserR:f pacToUserTotal:f pcharge1:f pdischarge1:f
plocalLoadR:f plocalLoadTotal:f ppvInverter:f priorityChoose:f serialNum:s soc:f socText:s spaBean:o status:i
statusText:s sysEn:i sysFaultWord:i sysFaultWord1:i sysFaultWord2:i sysFaultWord3:i sysFaultWord4:i sysFaultWord5:i
sysFaultWord6:i sysFaultWord7:i temp1:f temp2:f time:t timeTotal:f upsFac:f upsLoadpercent:f upsPF:f upsPac1:f
upsVac1:f uwSysWorkMode:i vBatDsp:f vBus1:f vBus2:f vac1:f vbat:f warnCode:i warnText:s withTime:b
"""

SPA_DETAIL = """
activePRate:i addr:i alias:s backflow_setting:s bagingTestStep:i batFirstSwitch1:i batFirstSwitch2:i
batFirstSwitch3:i batTempLowerLimitC:f batTempLowerLimitD:f batTempUpperLimitC:f batTempUpperLimitD:f batteryType:i
bctAdjust:i bctMode:i buckUPSVoltSet:f buckUpsFunEn:b chargePowerCommand:i chargeTime1:s chargeTime2:s chargeTime3:s
children:o comAddress:i communicationVersion:s countrySelected:i dataLogSn:s disChargePowerCommand:i
dischargeTime1:s dischargeTime2:s dischargeTime3:s dtc:i energyDay:f energyDayMap:o energyMonth:f energyMonthText:s
epsFreqSet:i epsFunEn:b epsVoltSet:i equipmentType:s floatChargeCurrentLimit:f forcedChargeTimeStart1:t
forcedChargeTimeStart2:t forcedChargeTimeStart3:t forcedChargeTimeStop1:t forcedChargeTimeStop2:t
forcedChargeTimeStop3:t forcedDischargeTimeStart1:t forcedDischargeTimeStart2:t forcedDischargeTimeStart3:t
forcedDischargeTimeStop1:t forcedDischargeTimeStop2:t forcedDischargeTimeStop3:t fwVersion:s gridFirstSwitch1:b
gridFirstSwitch2:b gridFirstSwitch3:b groupId:i id:i imgPath:s innerVersion:s lastUpdateTime:o lastUpdateTimeText:t
lcdLanguage:i level:i loadFirstStartTime1:t loadFirstStartTime2:t loadFirstStartTime3:t loadFirstStopTime1:t
loadFirstStopTime2:t loadFirstStopTime3:t loadFirstSwitch1:b loadFirstSwitch2:b loadFirstSwitch3:b location:s lost:b
manufacturer:s modbusVersion:i model:i modelText:s onOff:b pCharge:f pDischarge:f parentID:s pfCmdMemoryState:i
pf_sys_year:s plantId:i plantname:s pmax:i portName:s powerFactor:f powerMax:f powerMaxText:s powerMaxTime:s
priorityChoose:i pv_active_p_rate:f pv_grid_voltage_high:f pv_grid_voltage_low:f pv_on_off:b
pv_pf_cmd_memory_state:b pv_power_factor:f pv_reactive_p_rate:f pv_reactive_p_rate_two:f reactivePRate:i record:o
serialNum:s spa_ac_discharge_frequency:f spa_ac_discharge_voltage:f spa_off_grid_enable:b status:i statusText:s
sysTime:t tcpServerIp:s treeID:s treeName:s updating:b uspFreqSet:i userName:s vacHigh:f vacLow:f
vbatStartForDischarge:f vbatStartforCharge:f vbatStopForCharge:f vbatStopForDischarge:f vbatWarnClr:f vbatWarning:f
wchargeSOCLowLimit1:i wchargeSOCLowLimit2:i wdisChargeSOCLowLimit1:i wdisChargeSOCLowLimit2:i wselectBaudrate:i
"""

STORAGE_LIVE = """
address:i again:b alias:s bLightEn:f batTemp:f bmsCellVoltage1:f bmsCellVoltage2:f bmsCellVoltage3:f
bmsCellVoltage4:f bmsCellVoltage5:f bmsCellVoltage6:f bmsCellVoltage7:f bmsCellVoltage8:f bmsCellVoltage9:f
bmsCellVoltage10:f bmsCellVoltage11:f bmsCellVoltage12:f bmsCellVoltage13:f bmsCellVoltage14:f bmsCellVoltage15:f
bmsCellVoltage16:f bmsConstantVolt:f bmsCurrent:f bmsCurrent2:f bmsDeltaVolt:f bmsError:i bmsError2:i bmsSoh:f
bmsStatus:i bmsStatus2:i bmsTemperature:f bmsTemperature2:f bmsWarnInfo:i calendar:o capacity:f capacityText:s
chargeMonth:f chargeToStandbyReason:i chargeToStandbyReasonText:s chargeWay:i chgCurr:f constantVolt:f
constantVolt2:f cycleCount:i cycleCount2:i dataLogSn:s day:i dayMap:o deltaVolt:f deltaVolt2:f deviceType:i
disChargeMonth:f dischargeToStandbyReason:i dischargeToStandbyReasonText:s dischgCurr:f eBatDisChargeToday:f
eBatDisChargeTotal:f eChargeToday:f eChargeToday2:f eChargeTodayText:s eChargeTotal:f eChargeTotal2:f
eChargeTotalText:s eDischargeToday:f eDischargeToday2:f eDischargeTodayText:s eDischargeTotal:f eDischargeTotal2:f
eDischargeTotalText:s eToGridToday:f eToGridTotal:f eToUserToday:f eToUserTotal:f etoday:f etotal:f eacChargeToday:f
eacChargeTotal:f eacDisChargeToday:f eacDisChargeTotal:f eopDischrToday:f eopDischrTotal:f epvToday:f epvToday2:f
epvTotal:f epvTotal2:f errorCode:i errorText:s faultCode:i freqGrid:f freqOutPut:f gaugeBattteryStatus:i
gaugeICCurrent:f gaugeOperationStatus:i gaugePackStatus:i gaugeRM1:f gaugeRM2:f gauge2RM1:f gauge2RM2:f iAcCharge:f
iCharge:f iChargePV1:f iChargePV2:f iChargeText:s iDischarge:f iDischargeText:s iacToGrid:f iacToGridText:s
iacToUser:f iacToUserText:s innerCWCode:s ipmTemperature:f ipv:f ipvText:s loadPercent:f lost:b manualStartEn:f
maxChargeOrDischargeCurrent:f maxChargeOrDischargeCurrent2:f normalPower:i outPutCurrent:f outPutPower:f
outPutVolt:f pAcCharge:f pAcInPut:f pBat:f pCharge:f pCharge2:f pChargeText:s pDischarge:f pDischarge2:f
pDischargeText:s pacToGrid:f pacToGridText:s pacToUser:f pacToUserText:f powSavingEn:f ppv:f ppv2:f ppvText:s
rateVA:f rateWatt:f remoteCntlEn:f remoteCntlFailReason:i sciLossChkEn:f serialNum:s soh:f soh2:f status:i
statusText:s storageBean:o sysOut:f temperature:f time:t uwBatType2:f vBat:f vBatText:s vBuck:f vBuck2:f vBuckText:s
vBus:f vGrid:f vac:f vacText:s vpv:f vpv2:f vpvText:s warnCode:i warnInfo:i warnInfo2:i warnText:s withTime:b
"""

STORAGE_DETAIL = """
acInModel:f addr:i alias:s bLightEn:i batLowToUtiVolt:f batteryType:i bulkChargeVolt:f buzzerEN:i chargeConfig:i
children:o communicationVersion:s dataLogSn:s deviceType:i floatChargeVolt:f fwVersion:s groupId:i imgPath:s
innerVersion:s lastUpdateTime:o lastUpdateTimeText:t level:i location:s lost:b manualStartEn:f maxChargeCurr:f
model:i modelText:s outputConfig:f outputFreqType:i outputVoltType:i overLoadRestart:f overTempRestart:f pCharge:f
pDischarge:f parentID:s plantId:i plantname:s portName:s powSavingEn:i pvModel:i rateVA:f rateWatt:f record:s
sciLossChkEn:i serialNum:s status:i statusLed1:b statusLed2:b statusLed3:b statusLed4:b statusLed5:b statusLed6:b
statusText:s sysTime:t tcpServerIp:s treeID:s treeName:s updating:b userName:s utiChargeEnd:f utiChargeStart:f
utiOutEnd:f utiOutStart:f uwBatType2:i
"""

INVERTER_LIVE = """
again:b apfStatus:i bigDevice:b compharir:f compharis:f compharit:f compqr:f compqs:f compqt:f ctharir:f ctharis:f
ctharit:f ctir:f ctis:f ctit:f ctqr:f ctqs:f ctqt:f debug1:s debug2:s deratingMode:i dwStringWarningValue1:i
epv1Today:f epv1Total:f epv2Today:f epv2Total:f epv3Today:f epv3Total:f epv4Today:f epv4Total:f epv5Today:f
epv5Total:f epv6Today:f epv6Total:f epv7Today:f epv7Total:f epv8Today:f epv8Total:f epv9Today:f epv9Total:f
epv10Today:f epv10Total:f epvTotal:f eRacToday:f eRacTotal:f fac:f faultCode1:i faultCode2:i faultType:i
faultValue:i gfci:i iacr:f iacs:f iact:f id:i inverterId:s ipmTemperature:f ipv1:f ipv2:f ipv3:f ipv4:f ipv5:f
ipv6:f ipv7:f ipv8:f ipv9:f ipv10:f nBusVoltage:f opFullwatt:f pac:f pacr:f pacs:f pact:f pBusVoltage:f pf:f
pidBus:f pidFaultCode:i pidStatus:i powerToday:f powerTotal:f ppv:f ppv1:f ppv2:f ppv3:f ppv4:f ppv5:f ppv6:f ppv7:f
ppv8:f ppv9:f ppv10:f pvIso:f rac:f rDci:f realOPPercent:f sDci:f status:i statusText:s strBreak:f strFault:f
strUnblance:f strUnmatch:f tDci:f temperature:f temperature2:f temperature3:f temperature4:f temperature5:f time:t
timeCalendar:o timeTotal:f timeTotalText:s vacr:f vacRs:f vacs:f vacSt:f vact:f vacTr:f vpv1:f vpv2:f vpv3:f vpv4:f
vpv5:f vpv6:f vpv7:f vpv8:f vpv9:f vpv10:f warnBit:i warnCode:i warningValue1:i warningValue2:i warningValue3:i
wPIDFaultValue:i wStringStatusValue:i
"""

INVERTER_DETAIL = """
address:i alias:s bigDevice:b children:o communicationVersion:s createDate:t dataLogSn:s deviceType:i energyDay:f
energyDayMap:o energyMonth:f energyMonthText:s eToday:f eTotal:f fwVersion:s groupID:i id:i imgPath:s innerVersion:s
invSetBean:o inverterInfoStatusCss:s ipmTemperature:f lastUpdateTime:o lastUpdateTimeText:t level:i loadText:s
location:s lost:b model:i modelText:s nominalPower:i optimezerList:o parentID:s plantId:i plantname:s power:f
powerMax:f powerMaxText:s powerMaxTime:s record:s rfStick:s serialNum:s status:i statusText:s tcpServerIp:s
temperature:f timezone:f treeID:s treeName:s updateExist:b updating:b userID:i userName:s
"""

MAX_LIVE = """
address:i afciPv1:i afciPv2:i afciStatus:i again:b alias:s apfStatus:f apfStatusText:s calendar:o compharir:f
compharis:f compharit:f compqr:f compqs:f compqt:f ctharir:f ctharis:f ctharit:f ctir:f ctis:f ctit:f ctqr:f ctqs:f
ctqt:f dataLogSn:s day:s debug1:s debug2:s debug3:s deratingMode:i dwStringWarningValue1:i eacToday:f eacTotal:f
epv1Today:f epv1Total:f epv2Today:f epv2Total:f epv3Today:f epv3Total:f epv4Today:f epv4Total:f epv5Today:f
epv5Total:f epv6Today:f epv6Total:f epv7Today:f epv7Total:f epv8Today:f epv8Total:f epv9Today:f epv9Total:f
epv10Today:f epv10Total:f epv11Today:f epv11Total:f epv12Today:f epv12Total:f epv13Today:f epv13Total:f epv14Today:f
epv14Total:f epv15Today:f epv15Total:f epv16Today:f epv16Total:f epvTotal:f eRacToday:f eRacTotal:f fac:f
faultCode1:i faultCode2:i faultType:i faultValue:i gfci:f iacr:f iacs:f iact:f id:i ipmTemperature:f ipv1:f ipv2:f
ipv3:f ipv4:f ipv5:f ipv6:f ipv7:f ipv8:f ipv9:f ipv10:f ipv11:f ipv12:f ipv13:f ipv14:f ipv15:f ipv16:f lost:b
maxBean:o nBusVoltage:f opFullwatt:f pac:f pacr:f pacs:f pact:f pBusVoltage:f pf:f pidBus:f pidFaultCode:i
pidStatus:i pidStatusText:s powerToday:f powerTotal:f ppv:f ppv1:f ppv2:f ppv3:f ppv4:f ppv5:f ppv6:f ppv7:f ppv8:f
ppv9:f ppv10:f ppv11:f ppv12:f ppv13:f ppv14:f ppv15:f ppv16:f pvIso:f rac:f rDci:f reactPower:f reactPowerMax:f
reactPowerTotal:f realOPPercent:f sDci:f serialNum:s status:i statusText:s strBreak:i strFault:i strUnblance:i
strUnmatch:i tDci:f temperature:f temperature2:f temperature3:f temperature4:f temperature5:f time:t timeCalendar:o
timeTotal:f vacr:f vacRs:f vacs:f vacSt:f vact:f vacTr:f vpv1:f vpv2:f vpv3:f vpv4:f vpv5:f vpv6:f vpv7:f vpv8:f
vpv9:f vpv10:f vpv11:f vpv12:f vpv13:f vpv14:f vpv15:f vpv16:f warnBit:i warnCode:i warningValue1:i warningValue2:i
warningValue3:i withTime:b wPIDFaultValue:i wStringStatusValue:i
"""
