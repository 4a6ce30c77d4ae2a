"""Words for stored labels: a genre, band, channel, status or step in; English to translate, out."""

from __future__ import annotations

from pathlib import Path

from reports.wording import Translate

CATALOGUE = Path(__file__).parent / "catalogue"

LABELS: dict[str, str] = {
    "theatre": "Theatre",
    "musical": "Musical",
    "cabaret": "Cabaret",
    "dance": "Dance",
    "opera": "Opera",
    "classical": "Classical music",
    "popular_music": "Popular music",
    "jazz_world": "Jazz and world music",
    "family": "Family",
    "film": "Film",
    "documentary": "Documentary",
    "other": "Other",
    "single": "Single ticket",
    "concession": "Concession",
    "subscription": "Subscription",
    "pass": "Pass",
    "school": "School booking",
    "comp": "Complimentary",
    "member": "Member",
    "hall": "In the hall only",
    "online": "Online only",
    "both": "Hall and online",
    "1": "1 attendance",
    "2": "2 attendances",
    "3-5": "3 to 5",
    "6+": "6 or more",
    "unknown": "Unknown",
    "abroad": "Abroad",
    "received": "Counts",
    "needs_confirmation": "Waits for your confirmation",
    "undone": "Taken back",
    "discarded": "Discarded",
    "proposed": "Proposed",
    "approved": "Approved, being made",
    "published": "Published",
    "failed": "Did not succeed",
    "cancelled": "Cancelled",
    "shown": "In view",
    "held": "Held back",
    "withdrawn": "Withdrawn",
    "count": "Counting within the bounds",
    "reserved": "Charged to the ledger",
    "signed": "Ledger signed",
    "drawn": "Noise drawn",
    "stored": "Stored and signed",
    "finalised": "Finished",
    "reserve": "Charge",
    "finalise": "Finished",
    "forfeit": "Forfeited",
    "own": "This season's own figures",
    "look_back": "Look-back from the season after",
    "correction": "Correction",
}


def wording(label: str, say: Translate) -> str:
    """The label in the page's language; what has no entry (an area, a region) stands for itself."""
    return say(LABELS[label]) if label in LABELS else label.removeprefix("NL-")
