"""Bytes of an export → which encoding they are in, or a finding that says why they cannot be read."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.extract import MARK
from ingest.findings import FindingCollector, FindingKind
from ingest.findings import prepare as kinds

BLOCK = 1 << 20
# One line in a hundred may be damaged before the file is taken for two files in one.
DAMAGED_SHARE = 100

_WORKBOOKS = (b"xl/", b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis")
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_COMPRESSED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_OTHER_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3", b"PAR1")
_TEXT = bytes(set(range(9, 14)) | set(range(32, 256)) | {0, 0x1B})


@dataclass(frozen=True, slots=True)
class Text:
    """How to read a file. `cut` means that it stops in the middle of a character."""

    encoding: str
    lines: int
    ends_with_newline: bool
    damaged: bool = False
    cut: bool = False

    @property
    def errors(self) -> str:
        # Bad bytes stay visible as lone surrogates, so that they are reported and not hidden.
        return "replace" if self.encoding.startswith("utf-16") else "surrogateescape"


def look(path: Path, found: FindingCollector, *, largest: int, declared: str = "") -> Text | None:
    """Read all bytes once; None when a finding rejects the file."""
    size = path.stat().st_size
    if size > largest:
        found.add(kinds.TOO_LARGE, limit=str(largest >> 20))
        return None
    with path.open("rb") as file:
        head = file.read(BLOCK)
        kind = _not_text(head)
        if kind is not None:
            found.add(kind)
            return None
        file.seek(0)
        wide = _utf16(head)
        if wide:
            return _look_wide(file, wide, size)
        return _look_narrow(file, found, head, declared)


def _not_text(head: bytes) -> FindingKind | None:
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        return kinds.NUL_BYTES if b"\0" in head.strip(b"\xff\xfe \t\r\n") else kinds.FILE_EMPTY
    if head.startswith(MARK.encode()):
        return kinds.FILE_IS_EXTRACT
    if head.startswith(_OLD_WORKBOOK) or (head.startswith(b"PK") and any(w in head for w in _WORKBOOKS)):
        return kinds.FILE_WORKBOOK
    if head.startswith(_COMPRESSED):
        return kinds.FILE_COMPRESSED
    odd = len(head.translate(None, _TEXT))
    return kinds.FILE_BINARY if head.startswith(_OTHER_BINARY) or odd * 100 > len(head) else None


def _utf16(head: bytes) -> str:
    """The codec when the file is UTF-16: by its mark, or by every other byte being NUL."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:400]
    for codec, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) * 2 > len(zeros) and sample.count(0) <= len(zeros):
            return codec
    return ""


def _look_wide(file: BinaryIO, codec: str, size: int) -> Text:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    lines, last = 0, ""
    while block := file.read(BLOCK):
        text = decoder.decode(block)
        lines += text.count("\n")
        last = text[-1:] or last
    return Text(codec, lines, last in ("\n", "\r"), cut=bool(size % 2))


def _look_narrow(file: BinaryIO, found: FindingCollector, head: bytes, declared: str) -> Text | None:
    marked = head.startswith(codecs.BOM_UTF8)
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, lines, last = True, 0, b""
    while block := file.read(BLOCK):
        zero = block.find(0)
        if zero >= 0:
            found.add(kinds.NUL_BYTES, row=lines + block.count(b"\n", 0, zero) + 1)
            return None
        lines += block.count(b"\n")
        last = block[-1:]
        valid = valid and _decodes(decoder, block)
    ended = last in (b"\n", b"\r")
    if valid and _decodes(decoder, b"", final=True):
        return Text("utf-8-sig" if marked else "utf-8", lines, ended)
    file.seek(0)
    return _guess(file, found, declared, marked, lines, ended)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _guess(
    file: BinaryIO, found: FindingCollector, declared: str, marked: bool, lines: int, ended: bool
) -> Text | None:
    """Not UTF-8 throughout: one stray byte in a UTF-8 file, a Windows-1252 file, or two files in one."""
    good, bad, cut = 0, [], False
    for number, line in enumerate(iter(lambda: file.readline(BLOCK), b""), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError as error:
            bad.append(number)
            cut = error.reason == "unexpected end of data" and error.end == len(line)
    unicode = "utf-8-sig" if marked else "utf-8"
    if good and cut and len(bad) == 1:
        return Text(unicode, lines, ended, cut=True)
    if len(bad) * DAMAGED_SHARE <= good:
        return Text(unicode, lines, ended, damaged=True)
    if good * DAMAGED_SHARE <= len(bad) and not marked:
        if not declared:
            found.add(kinds.GUESSED_ENCODING)
        return Text(declared or "cp1252", lines, ended, damaged=True)
    for number in bad:
        found.add(kinds.MIXED_ENCODING, row=number)
    return None
