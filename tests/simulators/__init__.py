"""Faithful vendor servers on loopback: plain aiohttp programs that know neither Home Assistant nor the integration.

``clock`` is their time, ``house`` the physics they share, ``base`` what every one of them is, ``faults`` their bad days,
``control`` the port to look behind and steer them. A vendor is a package with a ``Simulator`` and a row in
``__main__.VENDORS``; alone it runs as ``python -m tests.simulators <vendor>``. In a test::

    simulator = PowerwallSimulator("gw2-24.44", clock=SimClock(lambda: now))
    await simulator.start()
    simulator.house.set(solar_w=3_000.0)
    simulator.faults.add("/api/operation", "status", code=503, times=1)
    ...
    await simulator.stop()
"""
