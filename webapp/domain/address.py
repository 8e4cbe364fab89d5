"""An e-mail address as a page shows it to somebody who has not proved that it is theirs."""


def mask_address(address: str) -> str:
    """Enough of an address for its owner to recognise: “s…@example.org”."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
