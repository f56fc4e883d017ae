"""The settings of a server, from the environment, the command line and their defaults. Nobody else reads either.

Every key is `HELIOGRAM_` + its name in upper case. The page `docs/configuration.md` lists them; a test keeps it so.
"""

from pathlib import Path

from pydantic import Field
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

    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'heliogram.sqlite'}"

    def own_url(self) -> str:
        """The address short links begin with, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
