"""Signed JSON as it lies on disk: a file in; its content, or why it cannot be read, out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Document = dict[str, Any]


class Unreadable(Exception):  # noqa: N818  # it reads as what it says of a file
    """What should be checked is not there or is no such document; the message names it."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(path: Path) -> Document:
    """A JSON document in the one form in which Foyer writes it; another byte anywhere is another document."""
    content = path.read_bytes()
    try:
        document = json.loads(content)
    except ValueError:
        raise Unreadable(f"{path.name} was changed and cannot be read") from None
    if not isinstance(document, dict):
        raise Unreadable(f"{path.name} is something else than a signed document")
    return document


def is_in_form(path: Path, document: Document) -> bool:
    """Whether the file has the very bytes that its content is written as, nothing twice or beside it."""
    form = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return path.read_bytes() == form.encode()


def signed_bytes(document: Document) -> bytes:
    """What the signature is over: keys sorted, no spaces, the signature itself left out."""
    content = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed_by(document: Document) -> bytes | None:
    """The public key that a document names, 32 bytes; None where it names none. Proves nothing by itself."""
    try:
        key = _decoded(document["signature"]["public_key"])
    except (KeyError, TypeError):
        return None
    return key if key is not None and len(key) == 32 else None


def signature_holds(document: Document, public_key: bytes | None) -> bool:
    """Whether the document carries this key's signature, and says so in every part."""
    signature = document.get("signature")
    if public_key is None or not isinstance(signature, dict):
        return False
    if set(signature) != {"algorithm", "public_key", "value"} or signature["algorithm"] != "Ed25519":
        return False
    value = _decoded(signature["value"])
    if value is None or signed_by(document) != public_key:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(value, signed_bytes(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: object) -> bytes | None:
    """Base64 in its one form: other last letters, which some decoders pass, are another text."""
    if not isinstance(text, str):
        return None
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == text else None
