"""Pages: a template's name and what it shows in; HTML in the visitor's language out."""

from __future__ import annotations

import hashlib
import math
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from babel.dates import format_date
from babel.numbers import format_decimal
from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from ingest.seasons import Season
from reports.uncertainty import Value
from reports.wording import LANGUAGES, LOCALES, ends, margin, share, translator
from reports.wording import number as figure
from service import access
from service.access import Person
from service.errors import ProblemError
from service.identity import LANGUAGE_COOKIE, Language, Visitor, preferred_language
from service.labels import CATALOGUE, wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
ROUNDING = 1e-6  # a loss is told rounded up to three decimals, but not for what a float carries along


def _static_mark() -> str:
    # In the address of every static file, so that a new version is fetched and an old one kept for long.
    joined = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())
    return hashlib.sha256(joined).hexdigest()[:10]


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(static_mark=_static_mark(), may=access)


def _number(value: float | None, locale: str, digits: int = 0) -> str:
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=locale))


class Page:
    """Renders pages for one request."""

    def __init__(self, request: Request, visitor: Person | None, language: str) -> None:
        self.request = request
        self.visitor = visitor
        self.language = language
        self.say = translator(language, CATALOGUE)

    def show(self, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
        """The page as a response."""
        locale = LOCALES[self.language]
        text = _environment.get_template(template).render(
            _=self.say,
            person=self.visitor,
            language=self.language,
            server=self.request.app.state.runtime.settings.url,
            languages=LANGUAGES,
            language_names=LANGUAGE_NAMES,
            path=self.request.url.path,
            today=self.request.app.state.runtime.settings.today(),
            demo_clock=self.request.app.state.runtime.settings.clock,
            number=lambda value, digits=0: _number(value, locale, digits),
            up=lambda value: _number(math.ceil(value * 1000 - ROUNDING) / 1000, locale, 3),
            percent=lambda value: "–" if value is None else share(value, self.language),
            told=lambda kind, value: _told(kind, value, self.language),
            plain=lambda kind, value: figure(kind, value, self.language),
            give_or_take=lambda kind, value: (
                "" if value is None else margin(kind, value.half_width, self.language)
            ),
            ends=lambda kind, value: ends(kind, value.low, value.high, value.precision, self.language),
            day=lambda when: _day(when, locale),
            word=lambda label: wording(label, self.say),
            season_label=lambda year: Season(year).label,
            **shown,
        )
        return HTMLResponse(text, status)


def _day(when: date | datetime | None, locale: str) -> str:
    return "–" if when is None else format_date(when, format="d MMMM y", locale=locale)


def _told(kind: str, value: Value | None, language: str) -> str:
    return "–" if value is None else figure(kind, value.estimate, language, value.precision)


def page_of(request: Request, visitor: Visitor, language: Language) -> Page:
    """The dependency that routes ask for."""
    return Page(request, visitor, language)


Pages = Annotated[Page, Depends(page_of)]


def problem_page(request: Request, problem: ProblemError) -> HTMLResponse:
    """An error as a page, without asking who is there: that question may be what failed."""
    cookie = request.cookies.get(LANGUAGE_COOKIE)
    language = cookie if cookie in LANGUAGES else preferred_language(request)
    response = Page(request, None, language).show("problem.html", problem.status, problem=problem)
    response.headers.update(problem.headers)
    return response
