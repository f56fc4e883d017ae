"""A desk to type commands at: a data folder of its own, and a simulator that a module's tests share."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from heliogram.cli import cli
from tests.whole.pictures import small_jpeg
from tests.whole.stage import Stage

TABLES = ("messages", "campaigns", "consent_facts", "contacts", "lists", "media")
NOTHING = dict.fromkeys(TABLES, 0)
ATTESTED = ("--attest-consent", "Ticked the box on the till form, May 2026")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Desk:
    """`stage` says where the simulator listens; its server is not running unless a test starts one."""

    folder: Path
    stage: Stage
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run a command in this process, on the desk's data folder."""
        own = {"HELIOGRAM_DATA": str(self.stage.data), "HELIOGRAM_PORT": str(self.stage.port), "COLUMNS": "200"}
        told = CliRunner().invoke(cli, list(arguments), env={**own, **self.environment, **environment})
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        return Answer(told.exit_code, told.stdout, told.stderr)

    def send(self, *options: str, group: str = "Offers", text: str = "Hi {{ first_name }}", **files: Path) -> Answer:
        """`heliogram send` to `to`, by default people.csv, with the picture unless `media` says otherwise."""
        to = files.get("to", self.folder / "people.csv")
        media = ["--media", str(files.get("media", self.picture()))]
        return self.run("send", "--group", group, "--to", str(to), "--text", text, *media, *options)

    def picture(self) -> Path:
        path = self.folder / "photo.jpg"
        if not path.exists():
            path.write_bytes(small_jpeg())
        return path

    def people(self, *phones: str, extra: str = "") -> Path:
        """A file of these numbers; `extra` are rows as they are."""
        path = self.folder / "people.csv"
        rows = "".join(f"{phone},Person{n}\n" for n, phone in enumerate(phones))
        path.write_text(f"phone,first_name\n{rows}{extra}")
        return path

    def rows(self) -> dict[str, int]:
        """How many rows each table of the product has."""
        with sqlite3.connect(self.stage.data / "heliogram.sqlite") as connection:
            return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}

    def set_settings(self, account: str, settings: Mapping[str, object]) -> None:
        """Change these settings of an account, as its page would."""
        with sqlite3.connect(self.stage.data / "heliogram.sqlite") as connection:
            change = "UPDATE accounts SET settings = json_patch(settings, ?) WHERE name = ?"
            assert connection.execute(change, (json.dumps(settings), account)).rowcount == 1

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.stage.data / "heliogram.sqlite") as connection:
            return connection.execute(sql).fetchall()


def adds_up(rows: Mapping[str, int]) -> bool:
    """Whether the figures of a report account for every row of the file."""
    return rows["accounted"] == rows["rows"] == sum(n for name, n in rows.items() if name not in ("rows", "accounted"))
