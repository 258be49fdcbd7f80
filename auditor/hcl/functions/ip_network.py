"""Functions of IP networks."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from msgspec import Struct

from auditor.hcl import values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter, whole
from auditor.hcl.numbers import Float, Number
from auditor.hcl.types import NUMBER, STRING, ListType
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_PREFIX: Final = Parameter("prefix", STRING)
_V4_BITS: Final = 32
_V6_BITS: Final = 128
_LARGEST_EXTENSION: Final = 32
_MAPPED_BITS: Final = _V6_BITS - _V4_BITS
_MAPPED: Final = 0xFFFF
"""What stands before an IPv4 address that is written as one of IPv6; Go shows such an address as IPv4."""
_LEADING_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")


class _Network(Struct, frozen=True):
    """The first address of a network as a number, the length of its prefix, and the bits of an address."""

    address: int
    length: int
    bits: int

    def __str__(self) -> str:
        shown = self.length - _MAPPED_BITS if self.mapped else self.length
        return f"{_address(self.address, self.bits)}/{shown}"

    @property
    def mapped(self) -> bool:
        """Whether it is one of IPv4 in the writing of IPv6."""
        return self.bits == _V6_BITS and self.length >= _MAPPED_BITS and self.address >> _V4_BITS == _MAPPED

    @property
    def last(self) -> int:
        return self.address | ((1 << (self.bits - self.length)) - 1)


def _address(number: int, bits: int) -> str:
    """The text of an address; a negative number counts by its magnitude, as Go's byte strings do."""
    magnitude = abs(number) % (1 << bits)
    if bits == _V6_BITS and magnitude >> _V4_BITS == _MAPPED:
        magnitude, bits = magnitude % (1 << _V4_BITS), _V4_BITS
    return str(ipaddress.IPv4Address(magnitude) if bits == _V4_BITS else ipaddress.IPv6Address(magnitude))


def _network(prefix: str) -> _Network:
    text, _, length = prefix.partition("/")
    refused = FunctionError(f"invalid CIDR expression: invalid CIDR address: {prefix}")
    if not length.isdecimal() or not length.isascii() or "%" in text:
        raise refused
    try:
        parsed = ipaddress.ip_address(text if ":" in text else _LEADING_ZEROS.sub("", text))
    except ValueError as error:
        raise refused from error
    bits, size = parsed.max_prefixlen, int(length[:4])
    if size > bits:
        raise refused
    network = _Network(int(parsed) >> (bits - size) << (bits - size), size, bits)
    if network.mapped:
        raise FunctionLimit("Terraform mixes both kinds of addresses in a prefix of IPv4 that is written as IPv6")
    return network


def _whole(number: Number) -> int:
    if isinstance(number, Float):
        raise FunctionError("value must be a whole number")
    return int(number)


@_function("cidrhost", _PREFIX, Parameter("hostnum", NUMBER), result=STRING)
def _cidrhost(prefix: str, host: Number) -> str:
    wanted = _whole(host)
    network = _network(prefix)
    hosts = 1 << (network.bits - network.length)
    number = wanted + hosts if wanted < 0 else wanted
    if not 0 <= number < hosts:
        raise FunctionError(f"prefix of {network.length} does not accommodate a host numbered {wanted}")
    return _address(network.address | number, network.bits)


@_function("cidrnetmask", _PREFIX, result=STRING)
def _cidrnetmask(prefix: str) -> str:
    network = _network(prefix)
    if network.bits != _V4_BITS:
        raise FunctionError(f"IPv6 addresses cannot have a netmask: {network}")
    return _address((1 << _V4_BITS) - (1 << (_V4_BITS - network.length)), _V4_BITS)


@_function("cidrsubnet", _PREFIX, Parameter("newbits", NUMBER), Parameter("netnum", NUMBER), result=STRING)
def _cidrsubnet(prefix: str, extension: Number, number: Number) -> str:
    new_bits, subnet = whole(extension), _whole(number)
    network = _network(prefix)
    length = network.length + new_bits
    if length > network.bits:
        raise FunctionError(f"insufficient address space to extend prefix of {network.length} by {new_bits}")
    if 0 <= new_bits < _V6_BITS and abs(subnet) >= 1 << new_bits:
        raise FunctionError(f"prefix extension of {new_bits} does not accommodate a subnet numbered {subnet}")
    if length < 0:
        raise FunctionError(f"prefix of {network.length} can't be extended by {new_bits}")
    return str(_Network(network.address | (subnet << (network.bits - length)), length, network.bits))


@_function("cidrsubnets", _PREFIX, variadic=Parameter("newbits", NUMBER), result=ListType(STRING))
def _cidrsubnets(prefix: str, *extensions: Number) -> Value:
    network = _network(prefix)
    found: list[Value] = []
    before: _Network | None = None
    for extension in extensions:
        length = _extended(network, extension)
        block = 1 << (network.bits - length)
        start = network.address if before is None else (before.last // block + 1) * block
        if start + block - 1 > network.last:
            after = before or _Network(max(network.address - block, 0), length, network.bits)
            complaint = f"not enough remaining address space for a subnet with a prefix of {length} bits after {after}"
            raise FunctionError(complaint, "newbits")
        before = _Network(start, length, network.bits)
        found.append(values.string(str(before)))
    return values.list_of(STRING, found)


def _extended(network: _Network, extension: Number) -> int:
    try:
        new_bits = whole(extension)
    except FunctionError as error:
        raise FunctionError(str(error), "newbits") from error
    if new_bits < 1:
        raise FunctionError("must extend prefix by at least one bit", "newbits")
    if new_bits > _LARGEST_EXTENSION:
        raise FunctionError(f"may not extend prefix by more than {_LARGEST_EXTENSION} bits", "newbits")
    length = network.length + new_bits
    if length > network.bits:
        protocol = "IPv4" if network.bits == _V4_BITS else "IPv6"
        complaint = f"would extend prefix to {length} bits, which is too long for an {protocol} address"
        raise FunctionError(complaint, "newbits")
    return length
