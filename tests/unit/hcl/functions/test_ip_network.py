import ipaddress
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import plain_values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS


def run(name, *given):
    arguments = [plain_values.from_plain(item) for item in given]
    return plain_values.plain(call(FUNCTIONS[name], arguments, Surroundings(Path(), Path())))


@given(st.ip_addresses(v=4), st.integers(0, 24), st.lists(st.integers(1, 8), max_size=6))
def test_subnets_lie_inside_in_order_and_apart(address, length, extensions):
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    try:
        found = [ipaddress.ip_network(text) for text in run("cidrsubnets", str(network), *extensions)]
    except FunctionError:
        return
    assert [subnet.prefixlen - length for subnet in found] == extensions
    assert all(subnet.subnet_of(network) for subnet in found)
    assert all(one.broadcast_address < other.network_address for one, other in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("cidrhost", ("::ffff:10.0.0.0/90", -1), "255.255.255.255"),
        ("cidrhost", ("::/80", 281470681743365), "0.0.0.5"),
        ("cidrsubnet", ("::/80", 16, 65535), "0.0.0.0/0"),
        ("cidrsubnet", ("::/80", 20, 1048561), "16.0.0.0/4"),
        ("cidrsubnet", ("::/80", 20, -1), "::1000:0/100"),
    ],
)
def test_addresses_of_ipv4_among_those_of_ipv6_are_shown_as_terraform_1_11_shows_them(name, arguments, expected):
    assert run(name, *arguments) == expected


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("cidrhost", ("::ffff:10.0.0.0/104", 5)),
        ("cidrnetmask", ("::ffff:10.0.0.0/104",)),
        ("cidrsubnet", ("::ffff:0:0/96", 8, 1)),
        ("cidrsubnets", ("::ffff:10.0.0.0/104", 8, 4)),
    ],
)
def test_what_terraform_makes_of_ipv4_written_as_ipv6_is_left_open(name, arguments):
    with pytest.raises(FunctionLimit, match="mixes both kinds"):
        run(name, *arguments)


@given(st.ip_addresses(v=6).filter(lambda each: each.ipv4_mapped is None), st.integers(0, 120), st.integers(0, 255))
def test_hosts_lie_inside(address, length, host):
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    assert ipaddress.ip_address(run("cidrhost", str(network), host)) == network[host]
    assert ipaddress.ip_address(run("cidrhost", str(network), -1)) == network[-1]


@pytest.mark.parametrize("prefix", ["", "/", "1.2.3.4", "1.2.3.4/33", "::/129", "1.2.3/8", "fe80::%1/64", "1.2.3.4/-1"])
def test_what_is_no_network(prefix):
    with pytest.raises(FunctionError, match="invalid CIDR address"):
        run("cidrhost", prefix, 0)
