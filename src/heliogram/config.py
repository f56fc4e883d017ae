"""The settings of a server, from the environment, the command line and their defaults. Nobody else reads either.

Every key is `HELIOGRAM_` + its name in upper case. The page `docs/configuration.md` lists them; a test keeps it so.
"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CannotStart(Exception):
    """What was configured cannot be opened. The text says what to change, fit for a person."""


class Config(BaseSettings):
    """What one server process is told."""

    model_config = SettingsConfigDict(env_prefix="HELIOGRAM_", extra="ignore")

    data: Path = Field(default=Path("data"), description="Folder for the database, the pictures and the key.")
    database: str = Field(
        default="", description="Database address, sqlite:///… or postgresql://…; empty: SQLite in the data folder."
    )
    media_store: str = Field(
        default="", description="Where pictures are kept: a folder, or s3://bucket/prefix; empty: in the data folder."
    )
    s3_endpoint: str = Field(default="", description="Address of the S3 API, http(s)://host; empty: Amazon's.")
    s3_region: str = Field(default="us-east-1", description="Region of the bucket.")
    s3_access_key: str = Field(default="", description="Access key of the bucket; empty: what the machine itself may.")
    s3_secret_key: SecretStr = Field(default=SecretStr(""), description="The secret half of that key; never shown.")
    ffmpeg: str = Field(
        default="",
        description="The ffmpeg program, 5.1 or newer, which makes MP4 of animated GIFs; empty: the one on PATH, else "
        "that of the extra heliogram[video].",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8025, ge=0, le=65535, description="Port to listen on; 0 lets the system choose.")
    public_url: str = Field(
        default="", description="Address under which phones and carriers reach this server; empty: host and port."
    )
    secret_key: str = Field(
        default="",
        description="Key (32 octets in URL-safe base64) that encrypts carrier secrets; empty: one is made and kept in "
        "the data folder, outside the database.",
    )
    simulator_url: str = Field(default="", description="Control address of the simulator, when that is the carrier.")
    is_worker: bool = Field(default=True, description="Whether this process also delivers.")

    alert_email: str = Field(default="", description="Who is mailed when something is wrong; several with commas.")
    alert_email_from: str = Field(default="", description="Whom they are from; empty: the first of alert_email.")
    smtp_url: str = Field(
        default="",
        description="The mail server: smtp://user:password@host:587 (STARTTLS), or smtps:// for TLS at once.",
    )
    alert_webhook_url: str = Field(default="", description="Address that is told by a signed POST.")
    alert_webhook_secret: str = Field(default="", description="What signs it: 16 octets or more, or whsec_ and base64.")
    alert_carrier_down_min: float = Field(default=5, ge=0, description="Minutes a carrier may be down; 0: no alert.")
    alert_queue_age_min: float = Field(default=15, ge=0, description="Minutes a message may wait; 0: no alert.")
    alert_no_receipts_min: float = Field(
        default=30, ge=0, description="Minutes without a receipt for 20 or more messages handed over; 0: no alert."
    )

    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'heliogram.sqlite'}"

    def own_url(self) -> str:
        """The address short links begin with, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def callback_url(self, account_id: str) -> str:
        """Where the carrier of an account calls us."""
        return f"{self.own_url()}/carriers/{account_id}"
