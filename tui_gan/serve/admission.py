"""Who may come in: our own page, by the token of the link that was printed, or by the cookie that the link has left."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

HOME = "127.0.0.1"
NAMES = (HOME, "localhost")
USUAL_PORT = 80


@dataclass(frozen=True)
class Admission:
    """What a request must have to be let in.

    Attributes:
        port: where the page is.
        token: the secret of the link; whoever has it may see and steer the run.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def link(self) -> str:
        """The link that lets a browser in."""
        return f"http://{HOME}:{self.port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """The name of the cookie; a browser sends one to every port, and each server needs its own."""
        return f"tui-gan-{self.port}"

    def refusal(self, headers: Mapping[str, str], token: str) -> str:
        """Why a request is not let in; "" where it is.

        Args:
            headers: of the request; a foreign Host is another site's name for this machine, a foreign Origin another site's page.
            token: what it has brought, in its link or else in its cookie.
        """
        hosts = [f"{name}:{self.port}" for name in NAMES] + [*NAMES] * (self.port == USUAL_PORT)
        if headers.get("Host", "") not in hosts:
            return "this page is at another address; open the link that was printed"
        if headers.get("Origin", f"http://{hosts[0]}") not in [f"http://{host}" for host in hosts]:
            return "another page may not come in"
        if not hmac.compare_digest(token.encode(errors="replace"), self.token.encode()):
            return "open the link that was printed, with its token"
        return ""
