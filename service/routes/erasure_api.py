"""The API of erasing: booker tokens of a venue's own public in; a receipt out."""

from __future__ import annotations

from fastapi import APIRouter

from service import quota
from service.erasure import erase_bookers
from service.errors import ProblemError
from service.identity import House, Uploader
from service.routes.problems import problems
from service.wire import ErasureIn, ErasureOut

router = APIRouter(prefix="/api/v1", tags=["intake"])


@router.post("/erasures", responses=problems(401, 404))
def erase(asked: ErasureIn, person: Uploader, house: House) -> ErasureOut:
    """Erase the rows of these bookers at one venue of your own. The answer does not say who was there."""
    house.quotas.spend(quota.ERASURE, person.organisation)
    known = house.keys.key_checks
    if any(token.rpartition(".")[0] not in known for token in asked.tokens):
        raise ProblemError(
            422,
            "key",
            "This identity key is not in use here.",
            f"Make the tokens with the key {house.keys.evaluator.key_id}.",
        )
    return ErasureOut.model_validate(erase_bookers(house, person, asked.venue, asked.tokens))
