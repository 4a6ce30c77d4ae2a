"""Settings: the environment in, one frozen value out. The only module that reads os.environ."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024


class SettingsError(Exception):
    """A setting cannot be read; the message names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator may choose. Each field is set by FOYER_ and its name in capitals."""

    data: Path = Path("var")
    """Where everything is kept: database, rows, releases, keys, outbox."""
    pins: Path | None = None
    """A folder on another disk or machine that keeps a signed copy of the ledger, against old backups."""
    url: str = "http://127.0.0.1:8000"
    """The address people use. https turns on secure cookies and HSTS."""
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Other host names that are answered, separated by commas."""
    clock: date | None = None
    """Pretend that today is this day (ISO). For the demo and for tests; leave it unset otherwise."""
    country: str = "NL"
    """The country whose postcode areas are the network's map."""
    network: str = "network"
    """The slug of the coordinating organisation that `foyer admin init` makes."""
    upload_bytes: int = 256 * MEGABYTE
    """The largest extract that is accepted, in bytes."""
    upload_rows: int = 2_000_000
    """The most rows that one extract may have."""
    oprf_per_day: int = 400_000
    """How many identities an organisation may have evaluated in a day."""
    declared_bookers: int = 100_000
    """Bookers of an organisation that declared none. In a month it may have 1.5 times as many evaluated."""
    session_hours: int = 12
    """After how many hours a log-in ends, whatever happens."""
    session_idle_minutes: int = 120
    """After how many idle minutes a log-in ends."""
    lease_seconds: int = 20
    """How long a job may be silent before another worker takes it over."""
    memory_limit: str = "1GB"
    """How much memory a count may use before it spills to disk."""
    threads: int = 2
    """How many threads a count may use."""
    worker: bool = True
    """Whether this process also runs jobs."""
    key_holder: str = "service"
    """Who holds the identity key: "service", or the name of an independent body."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read FOYER_* variables; raises SettingsError naming every one that cannot be read."""
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, read in _READERS.items():
            raw = given.get(f"FOYER_{name.upper()}")
            if raw is None or raw == "":
                continue
            try:
                values[name] = read(raw)
            except ValueError as problem:
                problems.append(f"FOYER_{name.upper()}: {problem}")
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**values)

    @property
    def secure(self) -> bool:
        """Whether people reach us over https."""
        return self.url.startswith("https://")

    @property
    def answered_hosts(self) -> tuple[str, ...]:
        """Every host name that is answered."""
        own = urlsplit(self.url).hostname or "127.0.0.1"
        return tuple(dict.fromkeys((own, *self.hosts)))

    def today(self) -> date:
        """The day for lags, maturity and seasons."""
        return self.clock or datetime.now(UTC).date()

    def now(self) -> datetime:
        """The moment that is written beside what happened: today's clock, with the real time of day."""
        real = datetime.now(UTC)
        return real if self.clock is None else datetime.combine(self.clock, real.timetz())


def _whole(raw: str) -> int:
    if not raw.isdigit() or int(raw) == 0:
        raise ValueError("expected a whole number above zero")
    return int(raw)


def _flag(raw: str) -> bool:
    if raw.lower() not in {"1", "0", "yes", "no", "true", "false"}:
        raise ValueError("expected yes or no")
    return raw.lower() in {"1", "yes", "true"}


def _day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise ValueError("expected a day like 2026-11-01") from None


def _hosts(raw: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in raw.split(",") if host.strip())


_READERS: dict[str, Callable[[str], Any]] = {
    "data": Path,
    "pins": Path,
    "url": lambda raw: raw.rstrip("/"),
    "hosts": _hosts,
    "clock": _day,
    "country": str.upper,
    "network": str,
    "upload_bytes": _whole,
    "upload_rows": _whole,
    "oprf_per_day": _whole,
    "declared_bookers": _whole,
    "session_hours": _whole,
    "session_idle_minutes": _whole,
    "lease_seconds": _whole,
    "memory_limit": str,
    "threads": _whole,
    "worker": _flag,
    "key_holder": str,
}
