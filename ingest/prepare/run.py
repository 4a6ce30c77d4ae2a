"""An export → the canonical extract and its scorecard. Streams: memory grows with orders, not with rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.findings import FindingCollector
from ingest.findings import prepare as kinds
from ingest.identity.normalise import CHECK_INPUT
from ingest.prepare.decode import Text, look
from ingest.prepare.fares import Fares
from ingest.prepare.layouts import recognise
from ingest.prepare.profile import VenueProfile
from ingest.prepare.returns import Returns
from ingest.prepare.sale import Layout, Missing
from ingest.prepare.scorecard import Scorecard
from ingest.prepare.table import Limits, Table
from ingest.prepare.transform import Lines, Transformer
from ingest.prepare.writer import ExtractWriter, open_header

Identify = Callable[[list[bytes]], list[str]]
Progress = Callable[[int, int], None]

CHUNK = 8_000  # lines, so that the key holder is asked for many identities at once
ROWS = 64  # taken together: few enough to stay in the processor's cache, enough to share the work
FEW = 0.5
LIMITS = Limits()


def prepare_export(
    source: Path,
    out: Path,
    profile: VenueProfile,
    identify: Identify,
    key_id: str,
    *,
    trial: bool = False,
    memo: dict[bytes, str] | None = None,
    progress: Progress | None = None,
    limits: Limits = LIMITS,
) -> Scorecard:
    """Nothing is written when a finding rejects the file. `memo` keeps tokens over a venue's files."""
    found = FindingCollector()
    declared = profile.generic.encoding if profile.generic else ""
    text = look(source, found, largest=limits.bytes, declared=declared)
    if text is None:
        return Scorecard(found.report())
    export = _Export(source, text, profile, limits, progress)
    with export.table(found) as table:
        layout = _layout(table, profile, source.stem, found)
        if layout is None:
            return Scorecard(found.report(), encoding=text.encoding, delimiter=table.delimiter)
        identities = _Identities(identify, {} if memo is None else memo)
        header = open_header(
            profile.organisation, profile.venue, layout.name, key_id, identities.of([CHECK_INPUT])[0], trial
        )
        fares = Fares(profile, layout)
        transformer = Transformer(profile, layout, found, fares, export.returns(layout, fares))
        with ExtractWriter(out, header) as writer:
            for lines in export.chunks(table, transformer):
                writer.write(lines.text(identities.of(lines.bookers)))
            _judge(transformer, layout, found)
            if not found.report().rejects_file:
                writer.finish(min(transformer.days), max(transformer.days))
    return _scorecard(transformer, layout, found, text, table)


@dataclass(frozen=True, slots=True)
class _Export:
    """One file that is opened once or, where rows take others back, twice."""

    source: Path
    text: Text
    profile: VenueProfile
    limits: Limits
    progress: Progress | None

    @contextmanager
    def table(self, found: FindingCollector) -> Iterator[Table]:
        delimiter = self.profile.generic.delimiter if self.profile.generic else ""
        with self.source.open(encoding=self.text.encoding, errors=self.text.errors, newline="") as file:
            yield Table(file, self.text, found, self.limits, delimiter)

    def returns(self, layout: Layout, fares: Fares) -> Returns:
        if not layout.takes_back:
            return Returns()
        # What is wrong with the rows is said once, when they are read for good.
        with self.table(FindingCollector()) as table:
            return Returns.read(table.rows(), layout, fares)

    def chunks(self, table: Table, transformer: Transformer) -> Iterator[Lines]:
        counts, full, rows = transformer.counts, CHUNK, table.rows()
        # Unreadable bytes are noted as a row is read: one by one, so that findings keep the rows' order.
        together = 1 if self.text.damaged else min(ROWS, CHUNK)
        while some := list(islice(rows, together)):
            transformer.take(some)
            if counts.tickets >= full:
                self._tell(counts.rows_read)
                yield transformer.flush()
                full = counts.tickets + CHUNK
        self._tell(counts.rows_read)
        yield transformer.flush()

    def _tell(self, read: int) -> None:
        if self.progress is not None:
            self.progress(read, max(self.text.lines - 1, read))


@dataclass(frozen=True, slots=True)
class _Identities:
    """Inputs → tokens; each distinct input is evaluated once."""

    identify: Identify
    memo: dict[bytes, str]

    def of(self, inputs: list[bytes]) -> list[str]:
        new = [value for value in dict.fromkeys(inputs) if value not in self.memo]
        if new:
            self.memo.update(zip(new, self.identify(new), strict=True))
        return [self.memo[value] for value in inputs]


def _layout(table: Table, profile: VenueProfile, source: str, found: FindingCollector) -> Layout | None:
    """None when a finding says why the header cannot be used."""
    if found.report().rejects_file:
        return None
    layout = recognise(table.header, profile, source)
    if isinstance(layout, Missing):
        for column in layout.doubled if not layout.columns else ():
            found.add(kinds.DUPLICATE_COLUMN, row=1, column=column)
        if layout.columns:
            found.add(kinds.UNKNOWN_LAYOUT, row=1, layout=layout.layout, missing=", ".join(layout.columns))
        return None
    if profile.layout and layout.name != profile.layout:
        found.add(kinds.OTHER_LAYOUT, row=1, layout=layout.name, expected=profile.layout)
    return layout


def _judge(transformer: Transformer, layout: Layout, found: FindingCollector) -> None:
    """What can be said only once the whole file is read."""
    counts = transformer.counts
    if counts.rows_read and not counts.tickets:
        found.add(kinds.NO_TICKETS)
    if transformer.lone_returns:
        found.add(kinds.LONE_REVERSAL, count=transformer.lone_returns)
    if counts.tickets and counts.identified < FEW * counts.tickets:
        found.add(kinds.FEW_IDENTIFIED)
    if not layout.has_postcodes:
        found.add(kinds.NO_POSTCODES)


def _scorecard(
    transformer: Transformer, layout: Layout, found: FindingCollector, text: Text, table: Table
) -> Scorecard:
    counts = transformer.counts
    tickets = max(counts.tickets, 1)
    return Scorecard(
        findings=found.report(),
        rows_read=counts.rows_read,
        rows_used=counts.rows_used,
        tickets_used=counts.tickets,
        left_out=dict(counts.left_out),
        identified_share=counts.identified / tickets,
        postcode_share=counts.with_area / tickets,
        performances=len(transformer.performances),
        productions=len(transformer.productions),
        first_day=min(transformer.days, default=""),
        last_day=max(transformer.days, default=""),
        layout=layout.name,
        encoding=text.encoding,
        delimiter=table.delimiter,
        language=layout.language,
    )
