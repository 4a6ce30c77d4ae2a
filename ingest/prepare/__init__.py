"""A box-office export → the canonical extract. Standard library (and idna) only: it runs in a browser too."""

from ingest.prepare.profile import ProfileError, VenueProfile
from ingest.prepare.run import Identify, prepare_export
from ingest.prepare.scorecard import Scorecard, describe
from ingest.prepare.table import Limits

__all__ = ["Identify", "Limits", "ProfileError", "Scorecard", "VenueProfile", "describe", "prepare_export"]
