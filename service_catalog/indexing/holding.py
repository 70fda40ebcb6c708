"""Holding a lease: one process at a time builds, and one follows the log for an engine's server.

A process that was stopped for longer than its lease finds out before it does any harm: ``require`` is asked
before each step that others would see.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_catalog.model.errors import CatalogError, EngineBusyError
from service_catalog.observe import logger
from service_catalog.store.clock import utc_now
from service_catalog.store.upkeep import Lease, Upkeep

LEASE_S = 60.0
"""How long a lease outlives its owner: after a power cut another machine waits so long. Longer than any pause
of a sound process: an import of 100,000 rows lets no other write through, renewals included, for 30 s."""

RENEWALS = 12
"""Renewals within the time of a lease: eleven may fail."""


def rebuild_lease(place: str) -> str:
    """Name of the lease that a rebuild of the index at ``place`` needs."""
    return f"rebuild {place}"


def follow_lease(place: str) -> str:
    """Name of the lease that following the log for the index at ``place`` needs."""
    return f"follow {place}"


def whoami() -> str:
    """User, machine and process, for people to read."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())  # an account without a name, as containers have
    return f"{user}@{socket.gethostname()} {os.getpid()}"


@dataclass
class Holding:
    """A lease that this process holds. ``note`` tells others how far the work is."""

    upkeep: Upkeep
    name: str
    owner: str
    note: dict[str, Any]
    is_lost: bool = False

    def require(self) -> None:
        """Renew. Raises EngineBusyError if the lease went to another process meanwhile."""
        if self.is_lost or not self.renew():
            raise EngineBusyError(f"这项工作已由另一进程接手（{self.name}），本进程不再继续")

    def renew(self) -> bool:
        """False if another process has taken it."""
        note = json.dumps(self.note, ensure_ascii=False)
        return self.upkeep.take(self.name, self.owner, seconds=LEASE_S, note=note)

    def keep(self, stop: threading.Event) -> None:
        """Renew again and again until ``stop``, or until it is lost."""
        while not stop.wait(LEASE_S / RENEWALS):
            try:
                if not self.renew():
                    self.is_lost = True
                    return
            except CatalogError as error:
                # A store that is away now may be back before the lease ends; ``require`` will tell.
                logger(__name__).warning("lease not renewed", lease=self.name, detail=error.detail)


@contextmanager
def holding(upkeep: Upkeep, name: str, **note: Any) -> Iterator[Holding]:
    """Hold a lease for the length of the block. Raises EngineBusyError while another process has it."""
    held = Holding(upkeep, name, f"{whoami()} {secrets.token_hex(4)}", dict(note))
    if not held.renew():
        _give_up_the_dead(upkeep, name)
        if not held.renew():
            raise EngineBusyError("另一进程正在做这件事（" + describe(upkeep.lease(name)) + "）")
    stop = threading.Event()
    keeper = threading.Thread(target=held.keep, args=(stop,), name="lease", daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        stop.set()
        keeper.join()
        _release(held)


def describe(lease: Lease | None) -> str:
    """Who has a lease, in words."""
    return "刚刚结束" if lease is None else f"{lease.owner.rpartition(' ')[0]}，自 {lease.taken_at}"


def is_held(upkeep: Upkeep, name: str) -> bool:
    """Whether somebody alive holds a lease. Only looks: taking one is a write."""
    _give_up_the_dead(upkeep, name)
    lease = upkeep.lease(name)
    return lease is not None and lease.is_held(utc_now())


def held_note(upkeep: Upkeep, name: str, moment: datetime) -> dict[str, Any] | None:
    """How far the holder of a lease is; None if nobody holds it."""
    lease = upkeep.lease(name)
    if lease is None or not lease.is_held(moment):
        return None
    note: dict[str, Any] = json.loads(lease.note or "{}")
    return note


def _release(held: Holding) -> None:
    try:
        held.upkeep.release(held.name, held.owner)
    except CatalogError as error:
        logger(__name__).warning("lease not given back", lease=held.name, detail=error.detail)


def _give_up_the_dead(upkeep: Upkeep, name: str) -> None:
    """Free a lease whose process on this machine is no more: after a kill nobody has to wait for its end.

    Should a container of the same host name be meant, its ``require`` finds the lease gone.
    """
    lease = upkeep.lease(name)
    if lease is None:
        return
    who, _, _token = lease.owner.rpartition(" ")
    place, _, process = who.rpartition(" ")
    if place.endswith(f"@{socket.gethostname()}") and process.isdigit() and not _is_alive(int(process)):
        upkeep.release(name, lease.owner)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
