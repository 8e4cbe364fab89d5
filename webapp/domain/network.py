"""The network of a visitor: as much of a network address as is needed to count, and no more."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What one household or one office is given; single addresses can be changed at will within it.
_IPV4_PREFIX = 24
_IPV6_PREFIX = 48
UNKNOWN_NETWORK = "unknown"


def network_of(address: str | None) -> str:
    """The /24 or the /48 around the address; what is no address is counted together."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(parsed, IPv6Address):
        parsed = _within(parsed)
    prefix = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX
    return str(ip_network((parsed, prefix), strict=False))


def _within(address: IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that a server on both protocols shows as IPv6, or that travels inside one, is the visitor’s own."""
    return address.ipv4_mapped or address.sixtofour or address
