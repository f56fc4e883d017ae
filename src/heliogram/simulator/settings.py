"""What a simulator is told."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """Ports on loopback (0: the system chooses), credentials, and how slow it is.

    `mm7_callback_url` is where receipts and replies for picture messages are posted. The `tls_` files (PEM) put SMPP
    into TLS; with `tls_client_ca` a client needs a certificate of that authority.
    """

    folder: Path
    smpp_port: int = 0
    mm7_port: int = 0
    control_port: int = 0
    system_id: str = "heliogram"
    password: str = field(default="secret", repr=False)
    mm7_callback_url: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    tls_client_ca: str = ""
    receipt_delay_s: float = 0.05
    answer_delay_s: float = 0.0
    ready_file: Path | None = None
