"""The Python client: a server's address and a token in; evaluations, uploads and published cells out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from ingest.identity.oprf import Identify, remote_identify

TIMEOUT = httpx.Timeout(30, read=300, write=300)
CELLS_AT_A_TIME = 5000
CHUNK = 1024 * 1024
_TOKEN_REFUSED = {
    "title": "The server does not accept this token: it was revoked, it ran out, or it is another server's.",
    "detail": "Make a new one on your account page.",
}


class ClientError(Exception):
    """The server refused or cannot be reached; the message is its own words and what to do."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.body = body
        words = [str(body.get("title", "")), str(body.get("detail", ""))]
        words += [f"{f['saw']} {f['fix']}" for f in body.get("findings", [])]
        super().__init__(" ".join(word for word in words if word) or f"The server answered {status}.")


def read_token(path: Path | None) -> str:
    """The bearer token in a file, by default ~/.config/foyer/token; raises ClientError without one."""
    chosen = path or Path.home() / ".config" / "foyer" / "token"
    try:
        # Anything but one plain word cannot stand in a header, and is no token of ours.
        found = re.fullmatch(r"\s*([!-~]+)\s*", chosen.read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if found is None:
        raise ClientError(
            0,
            {
                "title": f"There is no token in {chosen}.",
                "detail": "Make one on your account page and save it there, or give --token-file.",
            },
        )
    return found[1]


class Client:
    """One server, in one person's name. Use it as a context manager."""

    def __init__(
        self, server: str, token: str, *, language: str = "en", transport: httpx.BaseTransport | None = None
    ) -> None:
        try:
            base = httpx.URL(f"{server.rstrip('/')}/api/v1")
        except httpx.InvalidURL:
            raise ClientError(0, _no_address(server)) from None
        self._http = httpx.Client(
            base_url=base,
            timeout=TIMEOUT,
            transport=transport,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "Accept-Language": language,
            },
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def key_id(self) -> str:
        """The identity key that extracts are prepared with."""
        return str(self._ask("GET", "/oprf/key")["key_id"])

    def evaluate(self, key_id: str, blinded: list[bytes]) -> list[bytes]:
        """Blinded elements in, evaluated elements out, at most 2,000 at a time."""
        asked = {"key_id": key_id, "blinded": [element.hex() for element in blinded]}
        answer = self._ask("POST", "/oprf/evaluate", json=asked)
        return [bytes.fromhex(element) for element in answer["evaluated"]]

    def identify(self) -> Identify:
        """What `prepare_export` asks: inputs in, tokens out. Blinding happens here, on this computer."""
        key_id = self.key_id()
        return remote_identify(lambda blinded: self.evaluate(key_id, blinded), key_id)

    def upload(self, path: Path) -> dict[str, Any]:
        """Send a prepared extract; its id, status, findings and what it changes."""
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(CHUNK), b"")
            return self._ask("POST", "/extracts", content=chunks, headers={"Content-Type": "text/csv"})

    def confirm(self, extract_id: str) -> dict[str, Any]:
        """Let an extract count although something shrinks."""
        return self._ask("POST", f"/extracts/{extract_id}/confirm")

    def undo(self, extract_id: str) -> dict[str, Any]:
        """Take an extract back."""
        return self._ask("DELETE", f"/extracts/{extract_id}")

    def erase(self, venue: str, tokens: list[str]) -> dict[str, Any]:
        """Have the venue's rows of these bookers erased, at most 2,000 at a time; the receipt."""
        return self._ask("POST", "/erasures", json={"venue": venue, "tokens": tokens})

    def releases(self) -> list[dict[str, Any]]:
        """The releases that may be seen."""
        found: list[dict[str, Any]] = self._answer("GET", "/releases")
        return found

    def cells(
        self, release: str, *, venue: str | None = None, measure: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every published cell that the caller may see."""
        asked = {
            "limit": str(CELLS_AT_A_TIME),
            **({"venue": venue} if venue else {}),
            **({"measure": measure} if measure else {}),
        }
        while True:
            page = self._ask("GET", f"/releases/{release}/cells", params=asked)
            yield from page["cells"]
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]

    def benchmarks(self, venue: str, *, season: str | None = None) -> dict[str, Any]:
        """A venue's figures beside its peers."""
        return self._ask("GET", f"/benchmarks/{venue}", params={"season": season} if season else {})

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        found = self._answer(method, path, **more)
        if not isinstance(found, dict):
            raise ClientError(0, _no_address(str(self._http.base_url)))
        return found

    def _answer(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.TransportError as problem:
            raise ClientError(
                0,
                {
                    "title": f"The server cannot be reached ({type(problem).__name__}).",
                    "detail": "Is the address right, and is it running?",
                },
            ) from problem
        try:
            body = answer.json()
        except ValueError:
            body = None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ClientError(answer.status_code, _TOKEN_REFUSED)
        if answer.is_error:
            raise ClientError(answer.status_code, body if isinstance(body, dict) else {})
        return body


def _no_address(server: str) -> dict[str, Any]:
    return {
        "title": f"There is no Foyer at {server}.",
        "detail": "Give the address that people open it with.",
    }
