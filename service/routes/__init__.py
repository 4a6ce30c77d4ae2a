"""The routes: HTTP in, a use case called, HTTP out."""

from __future__ import annotations

from service.routes import (
    accounts,
    compare_pages,
    entry,
    erasure_api,
    home,
    intake_api,
    intake_pages,
    public_pages,
    publish_pages,
    release_api,
    service_api,
)

ROUTERS = (
    entry.router,
    home.router,
    intake_pages.router,
    compare_pages.router,
    publish_pages.router,
    accounts.router,
    public_pages.router,
    intake_api.router,
    erasure_api.router,
    release_api.router,
    service_api.router,
)
