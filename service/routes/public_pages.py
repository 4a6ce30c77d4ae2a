"""What anyone may read: methods, ledger, registry entry, API; and where browsers report broken rules."""

from __future__ import annotations

import hashlib
import logging

from fastapi import APIRouter, Request
from starlette.responses import Response

from aggregation.measures import MEASURES
from privacy import ledger
from privacy.explain import explain
from reports.changes import changes
from reports.methods import TAKEAWAYS, sections
from reports.odds import in_plain_words
from reports.promises import not_measured, not_protected, promises
from service import accounts, deployment, publication
from service.access import NotThereError
from service.exactness import exactness, expected
from service.identity import House
from service.pages import Pages
from service.quota import REPORTS

router = APIRouter(include_in_schema=False)
logger = logging.getLogger("foyer.csp")
MOST_ENTRIES = 500
REPORT_BYTES = 4096


@router.get("/methods")
def methods(page: Pages, house: House) -> Response:
    """How figures are made and protected, in plain words."""
    with house.reading() as connection:
        stored = publication.releases_in_view(house, connection)
        precision = exactness(house, connection, stored, page.say)
    releases = [
        {"id": r.id, "manifest": r.manifest, "paragraphs": explain(r.manifest, page.language)} for r in stored
    ]
    measures = [
        {"name": m.names[page.language], "definition": m.definitions[page.language]}
        for m in MEASURES.values()
    ]
    return page.show(
        "methods.html",
        releases=releases,
        promises=promises(page.language),
        not_protected=not_protected(page.language),
        not_measured=not_measured(page.language),
        plain_words=in_plain_words(page.language),
        precision=precision,
        expected=expected(page.say),
        sections=sections(page.language),
        takeaways=TAKEAWAYS,
        changes=changes(page.language),
        measures=measures,
        key_holder=house.settings.key_holder,
        attribution=house.geography.attribution,
        inhabitants=house.inhabitants.source,
    )


@router.get("/ledger")
def public_ledger(page: Pages, house: House) -> Response:
    """Every entry and every account."""
    with house.reading() as connection:
        entries = list(ledger.entries(connection, limit=MOST_ENTRIES))
        found = accounts.all_accounts(connection)
        lifetimes = accounts.lifetimes(connection)
        faults = ledger.verify(connection)
    return page.show(
        "ledger.html",
        entries=entries,
        accounts=found[::-1],
        faults=faults,
        epsilon={one.season: accounts.epsilon(one) for one in found},
        lifetimes=lifetimes,
    )


@router.get("/.well-known/dp-deployment.yaml")
def registry_entry(request: Request, house: House) -> Response:
    """This deployment as the registry of deployments describes one, tier 3: read from policy and ledger."""
    with house.reading() as connection:
        content = deployment.document(house, connection)
    if content is None:
        raise NotThereError
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/yaml; charset=utf-8", headers=headers)


@router.get("/api")
def api(request: Request, page: Pages) -> Response:
    """What programs can ask, read from the same description that they get."""
    paths = request.app.openapi()["paths"]
    operations = [
        {"method": method.upper(), "path": path, "what": operation.get("description", "")}
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    return page.show("api.html", operations=operations)


@router.post("/csp-report", status_code=204)
async def csp_report(request: Request, house: House) -> Response:
    """A browser tells that a page broke the content policy. Kept in the log, cut short, without line ends."""
    house.quotas.spend(REPORTS, request.client.host if request.client else "")
    body = b""
    async for chunk in request.stream():
        body += chunk[: REPORT_BYTES - len(body)]
        if len(body) >= REPORT_BYTES:
            break
    logger.warning("content policy: %s", body.decode("utf-8", "replace").encode("unicode_escape").decode())
    request.app.state.csp_reports += 1
    return Response(status_code=204)
