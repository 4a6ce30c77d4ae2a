"""An installation for a command: the environment in; the opened runtime, or what to do instead, out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError as MigrationError
from sqlalchemy.exc import DatabaseError

from ingest.lake import LakeBucketsError
from privacy.checkpoints import LedgerRefusedError
from service.keys import KeyFileError
from service.runtime import Runtime, open_runtime
from service.settings import Settings, SettingsError

DATABASE = "foyer.db"


class CommandFailedError(Exception):
    """The command cannot be done; the message ends in what to do."""


def read_settings() -> Settings:
    """The settings of the environment; raises CommandFailedError."""
    try:
        return Settings.from_environment()
    except SettingsError as problem:
        raise CommandFailedError(f"{problem}\nSet it otherwise, or leave it unset.") from None


@contextmanager
def opened(*, anew: bool = False, unchecked: bool = False) -> Iterator[Runtime]:
    """The installation that FOYER_DATA names; with `anew` it is made where there is none.

    `unchecked` opens it also where the ledger does not hold.
    """
    settings = read_settings() if anew else installation()
    runtime = open_or_say(settings, unchecked=unchecked)
    try:
        yield runtime
    finally:
        runtime.close()


def installation() -> Settings:
    """The settings of the installation that FOYER_DATA names; CommandFailedError where there is none."""
    settings = read_settings()
    # An empty folder made here would pass every check of `verify`, and say so of the wrong folder.
    if not (settings.data / DATABASE).is_file():
        raise CommandFailedError(
            f"There is no installation in {settings.data}. "
            "Set FOYER_DATA to its folder, or begin with `foyer admin init`."
        )
    return settings


def open_or_say(settings: Settings, *, unchecked: bool = False) -> Runtime:
    """`open_runtime`, with what cannot be opened said in words."""
    try:
        return open_runtime(settings, unchecked=unchecked)
    except OSError as problem:
        raise CommandFailedError(path_words(problem)) from None
    except (KeyFileError, LakeBucketsError, LedgerRefusedError) as problem:
        raise CommandFailedError(str(problem)) from None
    except (DatabaseError, MigrationError):
        raise CommandFailedError(
            f"{settings.data / DATABASE} is not a database that this version of Foyer can read. "
            "Restore it from a backup, or use the version that wrote it."
        ) from None


def path_words(problem: OSError) -> str:
    """A file or folder that the system refuses, named, and what to do."""
    return (
        f"{problem.filename or 'A file'}: {problem.strerror or problem}. Check the path and who may use it."
    )
