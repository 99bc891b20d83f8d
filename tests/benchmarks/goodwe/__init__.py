"""GoodWe's benchmark: beside pygoodwe on the older service, alone on SEMS+."""
