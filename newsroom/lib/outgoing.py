"""Calls to addresses that somebody typed: to machines of the public network, and to no other.

A name is looked up once, everything it stands for is checked, and the connection goes to a checked
address with the name in TLS and `Host`. A name that means another machine a moment later (DNS
rebinding) leads nowhere else. Redirects are not followed, no proxy is asked, nothing of the answer
is read but its status and headers, and the call is over in SECONDS. Looking up a name takes what
the machine's resolver allows itself.
"""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

SECONDS = 10
MOST_ADDRESSES = 2
PORTS = {"https": 443, "http": 80}
# What Python calls global and is not for us: protocol assignments (a cloud's metadata among them),
# Azure's own machine, relays of 6to4.
SPECIAL = [ip_network(net) for net in ("192.0.0.0/24", "168.63.129.16/32", "192.88.99.0/24")]
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
NAT64 = ip_network("64:ff9b::/96")
# All that was ever given out of IPv6 (RFC 4291, 2.4); what Python knows of the rest has holes.
GLOBAL6 = ip_network("2000::/3")
Address = IPv4Address | IPv6Address
# What `getaddrinfo` returns: family, kind, protocol, name, where to connect.
Found = tuple[Any, Any, int, str, tuple]


class CallRefused(Exception):
    """An address that is never called; its text is a code: `bad-address`, `not-https` or
    `not-public`."""


class CallFailed(Exception):
    """A call that came to nothing; its text is a code: `no-such-host`, `timeout`, `tls` or
    `connection`."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send `body` and return the status of the answer, whatever it is.

    Raises CallRefused for an address that may not be called and CallFailed when nothing answered
    in SECONDS.
    """
    parts = check(url)
    connection = _Connection(parts, _permitted(parts, _look_up(parts)))
    # The timeout of a socket begins anew with every byte: one that drips would hold us for ever.
    end = threading.Timer(SECONDS, connection.cut)
    end.daemon = True
    end.start()
    try:
        target = iri_to_uri(parts._replace(scheme="", netloc="", fragment="").geturl() or "/")
        connection.request("POST", target, body, {**headers, "Connection": "close"})
        status = connection.getresponse().status
        # Cut among the headers, it looks like an answer.
        if connection.was_cut:
            raise TimeoutError
        return status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed(connection.reason_of(error)) from None
    finally:
        end.cancel()
        connection.close()


def check(url: str) -> SplitResult:
    """Return the parts of an address that might be called; raises CallRefused. Whom its name
    stands for is asked only when it is called."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in PORTS and _host(parts) and parts.port != 0
    except (ValueError, UnicodeError):
        raise CallRefused("bad-address") from None
    if not is_whole or "@" in parts.netloc or parts.fragment or not url.isprintable():
        raise CallRefused("bad-address")
    if parts.scheme != "https" and not settings.WEBHOOK_NETWORKS:
        raise CallRefused("not-https")
    return parts


def is_public(address: str) -> bool:
    """Whether an address belongs to a machine of the public network: neither this one nor its
    neighbours, nor one of these behind an address of another kind."""
    ip = _unwrapped(ip_address(address))
    if ip in GLOBAL6 or ip.version == 4:
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in SPECIAL)
    return False


def _unwrapped(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _host(parts: SplitResult) -> str:
    """Return the host as it stands in TLS and `Host`: international names in ASCII."""
    host = parts.hostname or ""
    host = host if ":" in host else host.encode("idna").decode("ascii")
    return host if HOST.fullmatch(host) else ""


def _look_up(parts: SplitResult) -> list[Found]:
    try:
        port = parts.port or PORTS[parts.scheme]
        return socket.getaddrinfo(_host(parts), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallFailed("no-such-host") from None


def _permitted(parts: SplitResult, found: list[Found]) -> list[Found]:
    """Return where to connect. One address that is refused refuses the name: it is not its
    owner's choice which one we take."""
    inside = [ip_network(network) for network in settings.WEBHOOK_NETWORKS]
    for row in found:
        address = str(row[4][0])
        is_ours = any(ip_address(address) in network for network in inside)
        if not is_ours and not is_public(address):
            raise CallRefused("not-public")
        if not is_ours and parts.scheme != "https":
            raise CallRefused("not-https")
    return found[:MOST_ADDRESSES]


class _Connection(http.client.HTTPConnection):
    """Connects where it is told, whatever the name stands for by now."""

    def __init__(self, parts: SplitResult, found: list[Found]) -> None:
        self.is_encrypted = parts.scheme == "https"
        self.default_port = PORTS[parts.scheme]
        super().__init__(_host(parts), parts.port or self.default_port)
        self.found, self.was_cut = found, False

    def connect(self) -> None:
        failure: OSError = OSError("nowhere to connect to")
        for family, kind, protocol, _name, place in self.found:
            try:
                self._connect_to(family, kind, protocol, place)
            except OSError as error:
                self.sock.close()
                failure = error
            else:
                return
        raise failure

    def _connect_to(self, family: Any, kind: Any, protocol: int, place: tuple) -> None:
        self.sock = socket.socket(family, kind, protocol)
        self.sock.settimeout(SECONDS / len(self.found))
        self.sock.connect(place)
        if self.was_cut:
            raise TimeoutError
        self.sock.settimeout(SECONDS)
        if self.is_encrypted:
            context = ssl.create_default_context()
            # Only then is `cut` heard during the handshake.
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End the call from another thread."""
        self.was_cut = True
        if self.sock:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def reason_of(self, error: Exception) -> str:
        """Return the code of what went wrong."""
        if self.was_cut or isinstance(error, TimeoutError):
            return "timeout"
        return "tls" if isinstance(error, ssl.SSLError) else "connection"
