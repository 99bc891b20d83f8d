"""GoodWe's cloud: SEMS+, and the legacy app API behind it."""
