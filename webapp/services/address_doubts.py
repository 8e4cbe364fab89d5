"""What a person should look at twice in an address, before links and codes go to it (`bar.md` T16)."""

from collections.abc import Collection

from webapp.domain.society import FREE_MAIL, domain_of, is_within


def address_doubts(email: str, domains: Collection[str] = ()) -> list[str]:
    """A sentence for each; `domains` are those that the society is known to have, where any is known."""
    doubts, domain = [], domain_of(email)
    if domain in FREE_MAIL:
        doubts.append(f"{domain} is a free mail service, not a society’s own domain.")
    elif domains and not is_within(domain, [one.casefold() for one in domains]):
        doubts.append(f"The address is not at the society’s own domain, {', '.join(domains)}.")
    if not email.isascii() or "xn--" in domain:
        doubts.append("The address is not in plain Latin letters. Is it the right one, letter by letter?")
    return doubts
