"""The command line `foyer`: words in, one of the commands run, an exit code out.

Exit codes: 0 done, 1 refused or found wanting (the message says what to do), 2 words that do not parse.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ingest.seasons import Season
from reports.wording import LANGUAGES

DEFAULT_SERVER = "http://127.0.0.1:8000"
LARGEST_SCALE = 100


def build_parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    parser = argparse.ArgumentParser(prog="foyer", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands.add_parser("demo", help="build the sample network, publish two seasons and serve them"))
    _serve(commands.add_parser("serve", help="serve pages and API"))
    _prepare(commands.add_parser("prepare", help="at the venue: turn an export into an extract"))
    _upload(commands.add_parser("upload", help="send an extract"))
    _erase(commands.add_parser("erase", help="at the venue: have the rows of people erased"))
    _publish(commands.add_parser("publish", help="propose a season, or approve what a colleague proposed"))
    _ledger(commands.add_parser("ledger", help="what was spent, by season"))
    _verify(commands.add_parser("verify", help="recompute what releases and ledger state, by other code"))
    _admin(commands.add_parser("admin", help="set up this installation"))
    return parser


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scale", type=_scale, default=1.0, help="1.0 is 1.2 million tickets")
    parser.add_argument("--seed", type=int, default=20261101)
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="where the demo keeps everything")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--build-only", action="store_true", help="build, ask for one metric, and stop")
    parser.add_argument("--again", action="store_true", help="build anew even if nothing changed")


def _scale(given: str) -> float:
    scale = float(given)
    if not 0 < scale <= LARGEST_SCALE:
        raise argparse.ArgumentTypeError(f"above 0 and at most {LARGEST_SCALE}, not {given}")
    return scale


def _several(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError(f"one or more, not {given}")
    return number


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def _prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("exports", nargs="+", type=Path, metavar="EXPORT")
    parser.add_argument("--venue", type=Path, required=True, metavar="VENUE.json", help="the venue's profile")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a file, or a folder for several exports"
    )
    parser.add_argument(
        "--try",
        dest="trial",
        action="store_true",
        help="without a server: a trial extract that no service accepts",
    )
    parser.add_argument("--json", dest="as_json", action="store_true", help="print the scorecard as JSON")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    _connection(parser)


def _upload(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("extract", type=Path)
    parser.add_argument(
        "--confirm", action="store_true", help="confirm what it replaces, also where something shrinks"
    )
    parser.add_argument("--json", dest="as_json", action="store_true")
    _connection(parser)


def _erase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "addresses", type=Path, metavar="FILE", help="one address per line; the file stays on this computer"
    )
    parser.add_argument("--venue", type=Path, required=True, metavar="VENUE.json", help="the venue's profile")
    _connection(parser)


def _connection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", default=DEFAULT_SERVER)
    parser.add_argument("--token-file", type=Path, help="a file that holds the bearer token")


def _publish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("season", help="like 2025-26")
    parser.add_argument(
        "--as", dest="person", required=True, metavar="EMAIL", help="the coordinator who acts"
    )
    parser.add_argument(
        "--corrects", default="", metavar="VENUE", help="draw this venue's figures of a published season anew"
    )


def _ledger(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED")
    checkpoint = deeds.add_parser("checkpoint", help="print the signed checkpoint, to be kept elsewhere")
    checkpoint.add_argument("--out", type=Path, metavar="FILE", help="write it to a file instead")
    checkpoint.add_argument(
        "--of",
        choices=("ledger", "trail"),
        default="ledger",
        help="of the ledger (default), or of the audit trail, which is nobody else's business",
    )
    deeds.add_parser("catch-up", help="enter what the signed copy has and a restored database lacks")


def _verify(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, help="a folder like this installation's, or a backup of it")
    where.add_argument("--server", metavar="URL", help="what this server shows to anyone")
    parser.add_argument(
        "--public", action="store_true", help="the folder holds manifests and the signed ledger alone"
    )
    parser.add_argument("--public-key", metavar="BASE64", help="the key that all signatures must be of")
    parser.add_argument(
        "--pin",
        dest="pins",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that was kept elsewhere; may be given more than once",
    )
    parser.add_argument("--second-opinion", action="store_true", help="ask Google's dp-accounting as well")
    parser.add_argument(
        "--dp-accounting-python",
        dest="interpreter",
        type=Path,
        default=Path(sys.executable),
        metavar="PATH",
        help="an interpreter that has dp-accounting (make second-opinion)",
    )


def _admin(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    init = deeds.add_parser("init", help="make the network's organisation and its first coordinator")
    init.add_argument("--name", required=True, help="the network's name")
    init.add_argument("--email", required=True, help="the first coordinator")
    init.add_argument(
        "--first-season",
        type=Season.parse,
        metavar="SEASON",
        help="the network's first season, like 2025-26 (default: today's); it has no season to look back to",
    )
    network = deeds.add_parser(
        "network", help="read organisations, venues, people and groups from network.json"
    )
    network.add_argument("file", type=Path)
    inhabitants = deeds.add_parser(
        "inhabitants", help="read how many people live in each postcode area (CSV: area,inhabitants)"
    )
    inhabitants.add_argument("file", type=Path)
    inhabitants.add_argument("--source", required=True, help="whose figures they are, with their year")
    admit = deeds.add_parser("admit", help="let a coordinator take part whom a colleague invited")
    admit.add_argument("email")
    bookers = deeds.add_parser("bookers", help="declare how many bookers an organisation has")
    bookers.add_argument("organisation")
    bookers.add_argument("number", type=_several)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    parsed = build_parser().parse_args(arguments)
    module = "service.demo" if parsed.command == "demo" else f"service.commands.{parsed.command}"
    code: int = import_module(module).run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
