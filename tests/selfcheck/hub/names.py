"""A DNS server that knows the registries and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

_SECONDS = 30


class Names(asyncio.DatagramProtocol):
    """Answers with one address for every name that it knows, and that all other names do not exist.

    Args:
        known: the names.
        address: of all of them, an IPv4 address.
    """

    def __init__(self, known: Iterable[str], address: str) -> None:
        self._known = {name.lower() for name in known}
        self._address = address
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self.answer(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)

    def answer(self, data: bytes) -> bytes | None:
        """Return the answer to a query; None if it is none."""
        try:
            query = dns.message.from_wire(data)
            response = dns.message.make_response(query, recursion_available=True)
        except dns.exception.DNSException:
            return None
        if len(query.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        [question] = query.question
        if question.name.to_text(omit_final_dot=True).lower() not in self._known:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(question.name, _SECONDS, "IN", "A", self._address))
        return response.to_wire()


async def serve(known: Iterable[str], address: str, port: int = 53) -> asyncio.DatagramTransport:
    """Answer queries at an address, until the transport is closed."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Names(known, address), local_addr=(address, port)
    )
    return transport
