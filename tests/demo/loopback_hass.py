"""Home Assistant as it is, except that nothing it opens can be reached from another machine.

Its web server is told to listen on 127.0.0.1. Its mDNS socket takes no such orders: it would listen on every address.
Run it like Home Assistant: ``python -m tests.demo.loopback_hass -c FOLDER --skip-pip``.
"""

import ipaddress
import socket
import sys
from typing import Any

from homeassistant.__main__ import main

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

_bind = socket.socket.bind


def _is_loopback(host: str) -> bool:
    """Tell whether an address to bind to stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind_to_loopback(self: socket.socket, address: Any) -> None:
    """Bind as asked; what would be open to the network gets a free port of the loopback interface instead."""
    loopback = LOOPBACK.get(socket.AddressFamily(self.family))
    if loopback is not None and not _is_loopback(address[0]):
        address = (loopback, 0, *address[2:])
    _bind(self, address)


if __name__ == "__main__":
    socket.socket.bind = bind_to_loopback  # type: ignore[assignment, method-assign]
    sys.exit(main())
