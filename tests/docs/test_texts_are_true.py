"""Measures, settings, findings, layouts, commands and constants stand in the texts; tables are current."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.docs import generated

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
METHODOLOGY = (ROOT / "METHODOLOGY.md").read_text("utf-8")


def test_generated_tables_are_current() -> None:
    assert generated.render(METHODOLOGY) == METHODOLOGY, "run: python -m tests.docs.generated"


def test_every_bound_is_explained() -> None:
    assert set(generated.BOUND_WORDS) == {field.name for field in fields(generated.Bounds)}


def test_every_layout_stands_in_the_readme() -> None:
    from ingest.prepare.layouts import BINDERS

    assert BINDERS
    for layout in BINDERS:
        assert f"| `{layout}` |" in README


def commands() -> list[str]:
    from service.cli import build_parser

    actions = build_parser()._subparsers
    assert actions is not None
    choices = next(a for a in actions._group_actions if isinstance(a, argparse._SubParsersAction)).choices
    return list(choices)


def test_every_command_has_its_module() -> None:
    for command in commands():
        module = ROOT / ("service/demo.py" if command == "demo" else f"service/commands/{command}.py")
        assert module.is_file()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_documented_commands_parse(page: str) -> None:
    """Each `foyer …` line of the texts is understood by the command line."""
    from service.cli import build_parser

    text = (ROOT / page).read_text("utf-8")
    for line in re.findall(r"^foyer (.+)$", text, flags=re.MULTILINE):
        build_parser().parse_args(line.split())


def test_documented_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(
            r"(?:^|`)make ([a-z-]+)", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE
        ):
            assert target in targets, f"{page} promises make {target}"


def test_every_setting_is_explained() -> None:
    from service import settings

    source = (ROOT / "service/settings.py").read_text("utf-8")
    for field in fields(settings.Settings):
        assert re.search(rf'^    {field.name}: .+\n    """.+"""$', source, flags=re.MULTILINE), field.name


def test_links_lead_somewhere() -> None:
    for page in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_finding_kinds_are_whole_sentences_with_a_way_out() -> None:
    from ingest.findings import prepare, receive

    for kind in (*prepare.KINDS, *receive.KINDS):
        for text in (kind.saw, kind.why, kind.fix):
            for sentence in (text.en, text.nl):
                assert sentence.strip().endswith((".", "?"))
                # A sentence may begin with a column's own name, which is small.
                assert not sentence[0].islower() or "_" in sentence.split()[0]
        assert kind.fix.en != kind.fix.nl


def test_addresses_in_the_readme_are_answered() -> None:
    """Every `/api…` address that the README names is one that the app was given."""
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "service").rglob("*.py"))
    addresses = re.findall(r"`(/api[^`\s]*)`", README)
    assert len(addresses) >= 2
    for address in addresses:
        assert f'"{address}"' in sources, f"README names {address}, which nothing answers"
