"""Signed documents: a mapping and a key go in, the same with its signature out; whether one holds, out."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "Ed25519"


def canonical(document: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: the document without its signature, keys sorted, no spaces."""
    content = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def readable(document: Mapping[str, Any]) -> bytes:
    """The bytes that are stored: the same content, in the one form that people can read."""
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document with its signature, and the public key that it is checked with."""
    signature = {
        "algorithm": ALGORITHM,
        "public_key": public_text(key.public_key()),
        "value": base64.b64encode(key.sign(canonical(document))).decode(),
    }
    return {**document, "signature": signature}


def carries_signature(document: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether this key signed the document. A key that the document brings along proves nothing."""
    try:
        key.verify(base64.b64decode(document["signature"]["value"]), canonical(document))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def public_text(key: Ed25519PublicKey) -> str:
    """The public key as it stands in documents: base64 of its 32 bytes."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def sync(path: Path) -> None:
    """Wait until a file or a folder's list of files is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
