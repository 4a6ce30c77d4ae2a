"""What became of an export: figures and findings, as values, as JSON and as plain text for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.findings import Finding, FindingReport, Severity, Text
from ingest.findings.prepare import KINDS

_BY_CODE = {kind.code: kind for kind in KINDS}

_LINES = {
    "refused": Text("This export cannot be used. Nothing was written.",
                    "Deze export is niet bruikbaar. Er is niets weggeschreven."),
    "layout": Text("Recognised: {layout}{tongue}, {encoding}, cells separated by {delimiter}.",
                   "Herkend: {layout}{tongue}, {encoding}, cellen gescheiden door {delimiter}."),
    "read": Text("Rows read: {rows}", "Regels gelezen: {rows}"),
    "used": Text("Used: {rows} rows, {tickets} tickets, {performances} performances of {productions} "
                 "productions, {first} to {last}",
                 "Gebruikt: {rows} regels, {tickets} kaarten, {performances} voorstellingen van "
                 "{productions} producties, {first} tot en met {last}"),
    "left_out": Text("Left out: {rows} rows", "Niet meegenomen: {rows} regels"),
    "identified": Text("Tickets that say who ordered them: {share}",
                       "Kaarten waarvan bekend is wie ze bestelde: {share}"),
    "postcode": Text("Tickets with a postcode area: {share}", "Kaarten met een postcodegebied: {share}"),
    "findings": Text("What we noticed:", "Wat ons opviel:"),
    "rows": Text("rows {rows}", "regels {rows}"),
    "row": Text("row {rows}", "regel {rows}"),
    "more": Text("{rows} and more", "{rows} en meer"),
    "times": Text("{count} times", "{count} keer"),
    "why": Text("Why it matters: {text}", "Waarom dat telt: {text}"),
    "fix": Text("What to do: {text}", "Wat te doen: {text}"),
}  # fmt: skip
_SEVERITY = {
    Severity.REJECTS_FILE: Text("REFUSED", "GEWEIGERD"),
    Severity.DROPS_ROW: Text("left out", "niet mee"),
    Severity.NOTE: Text("note", "let op"),
}
_DELIMITERS = {
    ";": Text("semicolons", "puntkomma's"),
    ",": Text("commas", "komma's"),
    "\t": Text("tabs", "tabs"),
    "|": Text("bars", "streepjes"),
}
# Where these separate thousands, a comma separates decimals.
_THOUSANDS = {"nl": ".", "fr": "\N{NARROW NO-BREAK SPACE}", "de": "."}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Rows read = rows used + the sum of what was left out; a row may stand for several tickets."""

    findings: FindingReport
    rows_read: int = 0
    rows_used: int = 0
    tickets_used: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    identified_share: float = 0.0
    postcode_share: float = 0.0
    performances: int = 0
    productions: int = 0
    first_day: str = ""
    last_day: str = ""
    layout: str = ""
    encoding: str = ""
    delimiter: str = ""
    language: str = ""

    @property
    def written(self) -> bool:
        return not self.findings.rejects_file

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """For JSON; it holds no value of any cell."""
        return {
            "written": self.written,
            "rows_read": self.rows_read,
            "rows_used": self.rows_used,
            "tickets_used": self.tickets_used,
            "left_out": dict(self.left_out),
            "identified_share": round(self.identified_share, 4),
            "postcode_share": round(self.postcode_share, 4),
            "performances": self.performances,
            "productions": self.productions,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "layout": self.layout,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "language": self.language,
            "findings": self.findings.to_list(language),
        }


def describe(scorecard: Scorecard, language: str = "en") -> str:
    """The scorecard in plain words, for a terminal."""
    lines = [*_heading(scorecard, language)]
    if scorecard.findings.findings:
        lines += ["", _say("findings", language)]
        for finding in scorecard.findings.findings:
            lines += _finding(finding, language)
    return "\n".join(lines) + "\n"


def _heading(card: Scorecard, language: str) -> list[str]:
    lines = [] if card.written else [_say("refused", language)]
    if card.layout:
        by = _DELIMITERS[card.delimiter].in_language(language)
        tongue = f" ({card.language})" if card.language else ""
        lines.append(
            _say("layout", language, layout=card.layout, tongue=tongue, encoding=card.encoding, delimiter=by)
        )
    if card.rows_read:
        lines.append(_say("read", language, rows=_number(card.rows_read, language)))
    if not card.written:
        return lines
    lines.append(
        _say("used", language, rows=_number(card.rows_used, language),
             tickets=_number(card.tickets_used, language), performances=_number(card.performances, language),
             productions=_number(card.productions, language), first=card.first_day, last=card.last_day)
    )  # fmt: skip
    lines.append(_say("left_out", language, rows=_number(sum(card.left_out.values()), language)))
    for code, count in sorted(card.left_out.items(), key=lambda item: -item[1]):
        saw = _BY_CODE[code].saw.in_language(language)
        lines.append(f"  {_number(count, language)}: {saw}")
    lines.append(_say("identified", language, share=_share(card.identified_share, language)))
    lines.append(_say("postcode", language, share=_share(card.postcode_share, language)))
    return lines


def _finding(finding: Finding, language: str) -> list[str]:
    times = _say("times", language, count=_number(finding.count, language)) if finding.count > 1 else ""
    where = ", ".join(part for part in (times, _rows(finding, language)) if part)
    head = f"- [{_SEVERITY[finding.kind.severity].in_language(language)}] {finding.saw(language)}"
    return [
        f"{head} ({where})" if where else head,
        "    " + _say("why", language, text=finding.kind.why.in_language(language)),
        "    " + _say("fix", language, text=finding.kind.fix.in_language(language)),
    ]


def _rows(finding: Finding, language: str) -> str:
    if not finding.rows:
        return ""
    rows = ", ".join(str(row) for row in finding.rows)
    if finding.count > len(finding.rows):
        rows = _say("more", language, rows=rows)
    return _say("row" if finding.count == 1 else "rows", language, rows=rows)


def _say(key: str, language: str, **values: str) -> str:
    return _LINES[key].in_language(language).format(**values)


def _number(value: int, language: str) -> str:
    return f"{value:,}".replace(",", _THOUSANDS.get(language[:2], ","))


def _share(share: float, language: str) -> str:
    text = f"{100 * share:.1f} %"
    return text.replace(".", ",") if language[:2] in _THOUSANDS else text
