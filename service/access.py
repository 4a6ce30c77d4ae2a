"""Permissions: who a person is and what is asked, in; yes or no, or the refusal, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """What a person does here, always for one organisation. Stored."""

    BOX_OFFICE = "box_office"
    MANAGER = "manager"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in. A coordinator takes part once admitted; all others are."""

    id: int
    email: str
    name: str
    organisation: str
    role: Role
    language: str
    by_token: bool = False
    admitted: bool = False

    @property
    def actor(self) -> str:
        """How the audit trail names the person."""
        return f"user:{self.id}"


class RefusedError(Exception):
    """The person may not do this; the message says who may."""


class NotThereError(Exception):
    """There is no such thing, or not for this person: both are answered alike."""


def may_upload(person: Person) -> bool:
    """Send extracts, confirm and undo them, see the own counts."""
    return person.role in {Role.BOX_OFFICE, Role.MANAGER}


def may_compare(person: Person) -> bool:
    """See the own venue against its peers."""
    return person.role is Role.MANAGER


def may_coordinate(person: Person) -> bool:
    """Propose, approve, hold and withdraw publications."""
    return person.role is Role.COORDINATOR


def may_manage_people(person: Person) -> bool:
    """Invite and remove the people of the own organisation."""
    return person.role in {Role.MANAGER, Role.COORDINATOR}


def may_read_releases(person: Person) -> bool:
    """Read released cells, each in the file of the own audience."""
    return may_compare(person) or may_coordinate(person)


def may_be(person: Person) -> bool:
    """Anybody who is logged in."""
    return person.id > 0


_WHO: dict[Callable[[Person], bool], str] = {
    may_upload: "Only the box office and managers of a venue can do this.",
    may_compare: "Only managers of a venue can see this. Ask your manager for access.",
    may_coordinate: "Only the network's coordinators can do this.",
    may_manage_people: "Only managers and coordinators can do this.",
    may_read_releases: "Only managers and coordinators can read releases.",
    may_be: "Log in first.",
}


def check(person: Person, may: Callable[[Person], bool]) -> None:
    """Raise RefusedError, saying who may, unless this person may."""
    if not may(person):
        raise RefusedError(_WHO[may])


def check_organisation(person: Person, organisation: str | None) -> None:
    """Raise NotThereError unless the thing exists and belongs to the person's own organisation."""
    if organisation is None or organisation != person.organisation:
        raise NotThereError


def check_admitted(person: Person) -> None:
    """Raise RefusedError for a coordinator for whom only the one who invited them has spoken.

    Without this one person could invite a second account and be two.
    """
    if not person.admitted:
        raise RefusedError(
            "You were invited by a colleague. Another coordinator, or whoever runs this service, "
            "admits you before you can do this."
        )


def check_second_person(proposed_by: int, person: Person) -> None:
    """Raise RefusedError when the one who approves is the one who proposed."""
    if proposed_by == person.id:
        raise RefusedError("A second person approves: whoever proposed this cannot approve it as well.")
