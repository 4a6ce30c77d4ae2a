"""French and German of the findings: an English sentence and a language go in, the sentence comes out.

Standard library only, since preparing also runs in a browser; so these few lines read the catalogue
themselves. English and Dutch stand beside each other in the code.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "catalogue"
_ENTRY = re.compile(r'^msgid (".*")\nmsgstr (".*")$', flags=re.MULTILINE)


def translated(sentence: str, language: str) -> str:
    """The sentence in that language; English where the catalogue lacks it or there is none."""
    return catalogue(language).get(sentence, sentence)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every entry of one language's file, one line per text; empty where there is no file."""
    path = CATALOGUE / f"{language}.po"
    if not (language.isalpha() and path.is_file()):
        return {}
    entries = _ENTRY.findall(path.read_text("utf-8"))
    return {ast.literal_eval(english): ast.literal_eval(text) for english, text in entries if text != '""'}
