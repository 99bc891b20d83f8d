"""Anker's benchmark: cases and subjects in ``subjects``, plans in ``runs``, goals in ``figures``."""

from pathlib import Path

from tests.benchmarks.anker.report import as_dict, report
from tests.benchmarks.anker.runs import FULL, QUICK, Bench, Collected, Plan
from tests.benchmarks.vendor import Vendor


async def measure(plan: Plan, folder: Path) -> Collected:
    """Measure everything the plan names."""
    return await Bench(plan, folder).run()


VENDOR = Vendor(full=FULL, quick=QUICK, measure=measure, report=report, as_dict=as_dict)
