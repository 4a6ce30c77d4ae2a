"""The numbers by which lines say what was sold, how, and what became of it."""

from __future__ import annotations

SINGLE, CONCESSION, SUBSCRIPTION, PASS, SCHOOL, COMP, MEMBER, ONLINE, PARKING, MERCHANDISE, DONATION = range(
    11
)
FIRST_NON_AUDIENCE = PARKING
WEB, DESK, PHONE, RESELLER, VOD = range(5)
CHANNELS = ("web", "desk", "phone", "reseller", "online_vod")
SOLD, REFUNDED, VOID, RESERVED = range(4)
STATUSES = ("sold", "refunded", "void", "reserved")
# How an order names its booker: an address, nothing, the box office's own address, the number alone, a dummy.
ADDRESS, NOBODY, OWN_ADDRESS, NUMBER, DUMMY = range(5)
UNKNOWN_AREA = -100
# Something stands there, but it is no postcode.
JUNK_AREA = -99
SPELLINGS = 6
