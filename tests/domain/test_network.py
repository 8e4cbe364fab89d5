"""Addresses are counted by their network, and never kept."""

import pytest

from webapp.domain.network import UNKNOWN_NETWORK, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.1", "192.0.3.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff:ffff::", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8:2::/48"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("2002:c000:204::1", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::1", "::/48"),
    ],
)
def test_address_is_cut_to_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("address", [None, "", "unknown", "192.0.2.1:8080", "999.1.1.1", "x" * 5000, "192.0.2.1, 192.0.3.1"])
def test_what_is_no_address_is_counted_together(address: str | None) -> None:
    assert network_of(address) == UNKNOWN_NETWORK
