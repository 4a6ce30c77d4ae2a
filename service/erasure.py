"""The use case of erasing: a venue and booker tokens in; a receipt that is the same for everyone out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest import erasure
from ingest.identity.rekey import booker_ids
from service import access, audit, people
from service.access import NotThereError, Person
from service.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Erased:
    """What is told of an erasure: nothing of whether there was anything to erase."""

    id: str
    erased_on: date


def erase_bookers(runtime: Runtime, person: Person, venue: str, tokens: Sequence[str]) -> Erased:
    """Remove this venue's rows of these bookers; raises NotThereError for a venue that is not one's own.

    Releases stay as they are and none is made: what they publish protects each booker already.
    """
    access.check(person, access.may_upload)
    with runtime.reading() as connection:
        if venue not in {one.slug for one in people.venues_of(connection, person.organisation)}:
            raise NotThereError
    keys, now = runtime.keys, runtime.settings.now()
    bookers = booker_ids(keys.pepper, tokens)
    with runtime.writing() as connection:
        # One that failed half-way, as on a full disk, may concern other bookers: it is finished with this.
        cut_off = venue in erasure.unfinished(connection)
        erasure_id = erasure.begin(connection, keys.tombstones, venue, bookers, now=now)
        audit.record(
            connection,
            at=now,
            actor=person.actor,
            action="erase",
            subject=f"erasure:{erasure_id}",
            detail={"venue": venue},
        )
    with runtime.writing() as connection:
        erasure.carry_out(
            connection,
            runtime.lake,
            keys.tombstones,
            venue,
            now=now,
            only=None if cut_off else erasure_id,
            buckets=None if cut_off else {runtime.lake.bucket_of(booker) for booker in bookers},
        )
    return Erased(erasure_id, runtime.settings.today())
