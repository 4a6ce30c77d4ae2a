"""The application: settings in, a FastAPI app out, with everything wired in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from threading import Thread

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from reports.map_drawing import MAP_WIDTH
from reports.outline import outline_of
from service import errors, workflow
from service.body import BodyLimit
from service.csrf import CrossSiteGuard
from service.headers import SecurityHeaders
from service.jobs import Worker
from service.pages import STATIC, problem_page
from service.routes import ROUTERS
from service.runtime import Runtime, open_runtime
from service.settings import Settings

SUMMARY = "Audience benchmarks that give no booker and no venue away."


def create_app(settings: Settings) -> FastAPI:
    """The whole service on these settings; opens the data folder now and lets go at shutdown."""
    runtime = open_runtime(settings)
    app = FastAPI(
        title="Foyer",
        version=version("foyer"),
        summary=SUMMARY,
        lifespan=_lifespan,
        # The built-in viewers load scripts from elsewhere, which the content policy forbids.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.runtime = runtime
    app.state.csp_reports = 0
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.install(app, problem_page)
    app.add_middleware(BodyLimit)
    app.add_middleware(CrossSiteGuard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.answered_hosts))
    app.add_middleware(SecurityHeaders, secure=settings.secure)
    return app


def make_worker(runtime: Runtime) -> Worker:
    """A worker that knows every kind of job."""
    return Worker(runtime.engine, workflow.job_handlers(runtime), runtime.settings.lease_seconds)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    runtime: Runtime = app.state.runtime
    drawing = Thread(target=_draw_outline, args=(runtime,), name="outline")
    drawing.start()
    worker = make_worker(runtime) if runtime.settings.worker else None
    if worker is not None:
        worker.start()
    yield
    if worker is not None:
        worker.stop()
    drawing.join()
    runtime.close()


def _draw_outline(runtime: Runtime) -> None:
    """The country's outline takes a second or two: drawn now, so that nobody waits for the first map."""
    outline_of(runtime.geography, MAP_WIDTH)
