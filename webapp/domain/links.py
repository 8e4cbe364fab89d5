"""The addresses that mails and documents print; a test holds them equal to the web layer's own."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Links:
    """Built from the base address in the settings, never from a request's Host header (`bar.md` T45)."""

    base: str

    def personal(self, token: str) -> str:
        return f"{self.base}/i/{token}"

    def stop(self, mark: str) -> str:
        return f"{self.base}/stop/{mark}"

    def stop_news(self, mark: str) -> str:
        return f"{self.base}/stop-news/{mark}"

    def sign_in(self, token: str) -> str:
        return f"{self.base}/sign-in/{token}"

    def letter(self, reference: str) -> str:
        return f"{self.base}/letters/{reference}"

    def talk(self, reference: str, invitation: str) -> str:
        return f"{self.letter(reference)}/roster/{invitation}/talk"

    def people(self, reference: str, invitation: str) -> str:
        return f"{self.letter(reference)}/roster/{invitation}/representatives"

    def not_us(self, token: str) -> str:
        return f"{self.base}/not-us/{token}"

    def confirm(self, token: str) -> str:
        return f"{self.base}/confirm/{token}"

    def authority(self, reference: str, answer: str) -> str:
        return f"{self.letter(reference)}/authority/{answer}"

    def check(self, reference: str = "") -> str:
        """Where anybody can check a file; the same page for every letter, for it must not tell which there are (R18)."""
        return f"{self.base}/check/{reference}" if reference else f"{self.base}/check"

    def public(self, reference: str) -> str:
        """The page that the whole world may read, from the moment of publication."""
        return f"{self.base}/p/{reference}"

    def translation(self, reference: str, language: str) -> str:
        """The same letter in another language, which nobody has signed."""
        return f"{self.public(reference)}/{language}"

    def embed(self, reference: str) -> str:
        """The list of signatories, which other sites may frame."""
        return f"{self.base}/embed/{reference}"

    def after_the_seal(self, reference: str) -> str:
        return f"{self.letter(reference)}/after"

    def new_text(self, reference: str, new_text: str) -> str:
        return f"{self.letter(reference)}/new-texts/{new_text}"

    def stays(self) -> str:
        return f"{self.base}/stays"

    def mailbox(self) -> str:
        """Only where no mail server is set (R19)."""
        return f"{self.base}/mailbox"

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""

    @property
    def is_https(self) -> bool:
        return self.base.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """Whether the address works on this machine only, so that a letter printed with it could never be checked."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether the name or number is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
