"""A release in plain words: its manifest goes in, short paragraphs in the language asked for come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.findings import Text

PURPOSES = {
    "own": Text(
        "this season's own figures",
        "de cijfers van dit seizoen zelf",
        "les chiffres propres à cette saison",
        "die eigenen Zahlen dieser Saison",
    ),
    "look_back": Text(
        "a look back from the season after",
        "een terugblik vanuit het seizoen erna",
        "un regard en arrière depuis la saison suivante",
        "einen Rückblick aus der folgenden Saison",
    ),
    "correction": Text("a correction", "een correctie", "une correction", "eine Korrektur"),
}
# Where these separate thousands, a comma separates decimals.
_THOUSANDS = {"nl": ".", "fr": "\N{NARROW NO-BREAK SPACE}", "de": "."}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph with the heading it stands under."""

    heading: str
    text: str


_UNIT = (
    Text("Who is protected", "Wie beschermd is", "Qui est protégé", "Wer geschützt ist"),
    Text(
        "Each booker, with everything they did in one season at all venues together. Whether or not one "
        "person is "
        "in the data, anybody who reads these figures would see about the same. Someone who books under two "
        "addresses counts as two bookers and is protected less. A sale without a name is protected by "
        "the order.",
        "Elke boeker, met alles wat die in één seizoen bij alle huizen samen deed. Of één persoon nu "
        "wel of niet "
        "in de gegevens staat: wie deze cijfers leest, zou vrijwel hetzelfde zien. Wie onder twee "
        "adressen boekt, "
        "telt als twee boekers en is minder beschermd. Een verkoop zonder naam is per bestelling beschermd.",
        "Chaque acheteur, avec tout ce qu'il a fait en une saison, toutes salles réunies. Qu'une personne "
        "figure ou non dans les données, quiconque lit ces chiffres verrait à peu près la même chose. Qui "
        "réserve sous deux adresses compte pour deux acheteurs et est moins protégé. Une vente sans nom est "
        "protégée par commande.",
        "Alle, die buchen, mit allem, was sie in einer Saison in allen Häusern zusammen getan haben. Ob eine "
        "Person in den Daten steht oder nicht: Wer diese Zahlen liest, sähe fast das Gleiche. Wer unter zwei "
        "Adressen bucht, zählt doppelt und ist weniger geschützt. Ein Verkauf ohne Namen ist je Bestellung "
        "geschützt.",
    ),
)
_BOUNDS = (
    Text(
        "What one booker can add",
        "Wat één boeker kan bijdragen",
        "Ce qu'un acheteur peut apporter",
        "Was eine buchende Person beitragen kann",
    ),
    Text(
        "In the detailed figures a booker counts at up to {core_venues} venues, with up to "
        "{genres_per_venue} "
        "genres and {tickets_per_venue} visits at each; up to {tail_venues} venues in a venue's total. "
        "Which venues is decided by chance, the same way in every table, before anything is counted.",
        "In de gedetailleerde cijfers telt een boeker bij hoogstens {core_venues} huizen, met bij elk "
        "hoogstens "
        "{genres_per_venue} genres en {tickets_per_venue} bezoeken; in het totaal van een huis bij hoogstens "
        "{tail_venues} huizen. Welke huizen dat zijn bepaalt het toeval, in elke tabel gelijk, vóór er "
        "geteld wordt.",
        "Dans les chiffres détaillés, un acheteur compte dans {core_venues} salles au plus, avec dans "
        "chacune "
        "{genres_per_venue} genres et {tickets_per_venue} visites au plus ; dans le total d'une salle, "
        "{tail_venues} salles au plus. Lesquelles, le hasard en décide, de la même façon dans chaque "
        "tableau, "
        "avant tout comptage.",
        "In den genauen Aufteilungen zählt eine buchende Person in höchstens {core_venues} Häusern, mit je "
        "höchstens {genres_per_venue} Sparten und {tickets_per_venue} Besuchen; in der Summe eines Hauses in "
        "höchstens {tail_venues} Häusern. Welche es sind, bestimmt der Zufall, in jeder Tabelle gleich, "
        "bevor "
        "gezählt wird.",
    ),
)
_NOISE = (
    Text("What chance adds", "Wat het toeval toevoegt", "Ce qu'ajoute le hasard", "Was der Zufall hinzufügt"),
    Text(
        "Each of the {cells} counts got a random whole number added, once, up or down. "
        "In 95 of 100 cells it is at most {least} in the finest network figures and at most {most} in "
        "the widest. "
        "It is never drawn again: asking twice gives the same answer.",
        "Bij elk van de {cells} tellingen is één keer een willekeurig geheel getal opgeteld, omhoog of "
        "omlaag. "
        "In 95 van de 100 vakjes is dat hoogstens {least} in de fijnste netwerkcijfers en hoogstens "
        "{most} in de "
        "ruimste. Er wordt nooit opnieuw geloot: wie het twee keer vraagt, krijgt hetzelfde antwoord.",
        "À chacun des {cells} comptages s'est ajouté une fois un nombre entier tiré au hasard, en plus ou en "
        "moins. Dans 95 cases sur 100, il est d'au plus {least} dans les chiffres de réseau les plus fins et "
        "d'au plus {most} dans les plus larges. Il n'est jamais tiré à nouveau : qui demande deux fois "
        "reçoit "
        "la même réponse.",
        "Zu jeder der {cells} Zählungen kam einmal eine zufällige ganze Zahl hinzu, nach oben oder unten. In "
        "95 von 100 Zellen ist sie höchstens {least} in den feinsten Netzwerkzahlen und höchstens {most} in "
        "den weitesten. Sie wird nie neu gezogen: Wer zweimal fragt, bekommt dieselbe Antwort.",
    ),
)
_CORRECTION = (
    Text("What was corrected", "Wat gecorrigeerd is", "Ce qui a été corrigé", "Was korrigiert wurde"),
    Text(
        "This edition corrects {release} for {venue}. All figures of that venue and all figures that span "
        "venues were drawn anew, with more noise than before, whether or not they changed: so nobody can "
        "tell what was corrected. The noisy figures of all other venues stand as they were; the earlier "
        "edition stays to be read.",
        "Deze editie corrigeert {release} voor {venue}. Alle cijfers van dat huis en alle cijfers die over "
        "huizen heen gaan zijn opnieuw geloot, met meer ruis dan eerst, of ze nu veranderden of niet: zo is "
        "niet te zien wat er gecorrigeerd is. De cijfers met ruis van alle andere huizen staan zoals ze "
        "stonden; de eerdere editie blijft te lezen.",
        "Cette édition corrige {release} pour {venue}. Tous les chiffres de cette salle et tous ceux qui "
        "portent sur plusieurs salles ont été tirés à nouveau, avec plus de bruit qu'avant, qu'ils aient "
        "changé ou non : nul ne voit donc ce qui a été corrigé. Les chiffres bruités de toutes les autres "
        "salles restent tels quels ; l'édition précédente reste lisible.",
        "Diese Ausgabe korrigiert {release} für {venue}. Alle Zahlen dieses Hauses und alle Zahlen über "
        "mehrere Häuser wurden neu gezogen, mit mehr Rauschen als zuvor, ob sie sich änderten oder nicht: So "
        "sieht niemand, was korrigiert wurde. Die verrauschten Zahlen aller anderen Häuser bleiben, wie sie "
        "waren; die frühere Ausgabe bleibt lesbar.",
    ),
)
_LOSS = (
    Text(
        "What it costs: season {season}",
        "Wat het kost: seizoen {season}",
        "Ce que cela coûte : saison {season}",
        "Was es kostet: Saison {season}",
    ),
    Text(
        "For {purpose}: {nano_rho} nano-rho, which is epsilon {at6} at delta 1e-6 and {at10} at delta 1e-10. "
        "For someone who is there five seasons, each charged like this: epsilon {five} at delta 1e-6.",
        "Voor {purpose}: {nano_rho} nano-rho, dat is epsilon {at6} bij delta 1e-6 en {at10} bij delta 1e-10. "
        "Voor wie er vijf seizoenen bij is, elk zo belast: epsilon {five} bij delta 1e-6.",
        "Pour {purpose} : {nano_rho} nano-rho, soit epsilon {at6} pour delta 1e-6 et {at10} pour delta "
        "1e-10. "
        "Pour qui est là cinq saisons, chacune débitée ainsi : epsilon {five} pour delta 1e-6.",
        "Für {purpose}: {nano_rho} Nano-rho, das ist Epsilon {at6} bei Delta 1e-6 und {at10} bei Delta "
        "1e-10. "
        "Für jemanden, der fünf Saisons dabei ist, jede so belastet: Epsilon {five} bei Delta 1e-6.",
    ),
)
_OUTSIDE = (
    Text(
        "What is not protected this way",
        "Wat niet zo beschermd is",
        "Ce qui n'est pas protégé ainsi",
        "Was nicht so geschützt ist",
    ),
    Text(
        "A venue's own exact figures, which only that venue sees; the public programme; the list of members.",
        "De eigen exacte cijfers van een huis, die alleen dat huis ziet; de openbare programmering; de "
        "ledenlijst.",
        "Les chiffres exacts d'une salle, que cette salle seule voit ; le programme public ; la liste des "
        "membres.",
        "Die genauen eigenen Zahlen eines Hauses, die nur dieses Haus sieht; das öffentliche Programm; die "
        "Mitgliederliste.",
    ),
)


def explain(manifest: Mapping[str, Any], language: str = "en") -> tuple[Paragraph, ...]:
    """The account of a release for people who are not statisticians."""
    tables = manifest["tables"]
    # In a correction, what stands has the margin with which it was drawn.
    margins = [part["margin95"] for table in tables for part in (table, *table.get("kept", ()))]
    noise = {
        "cells": _number(sum(table["cells"] for table in tables), language),
        "least": _number(min(margins), language),
        "most": _number(max(margins), language),
    }
    return (
        _paragraph(_UNIT, language, {}),
        _paragraph(_BOUNDS, language, manifest["bounds"]),
        _paragraph(_NOISE, language, noise),
        *([_paragraph(_CORRECTION, language, manifest["corrects"])] if "corrects" in manifest else []),
        *(_paragraph(_LOSS, language, _loss(loss, language)) for loss in manifest["losses"]),
        _paragraph(_OUTSIDE, language, {}),
    )


def _loss(loss: Mapping[str, Any], language: str) -> dict[str, str]:
    return {
        "season": loss["season"],
        "purpose": PURPOSES[loss["purpose"]].in_language(language),
        "nano_rho": _number(loss["nano_rho"], language),
        "at6": _decimal(loss["epsilon"]["1e-6"], language),
        "at10": _decimal(loss["epsilon"]["1e-10"], language),
        "five": _decimal(loss["epsilon_over_seasons"]["5"]["1e-6"], language),
    }


def _paragraph(texts: tuple[Text, Text], language: str, values: Mapping[str, Any]) -> Paragraph:
    heading, body = (text.in_language(language).format(**values) for text in texts)
    return Paragraph(heading, body)


def _number(value: int, language: str) -> str:
    return f"{value:,}".replace(",", _THOUSANDS.get(language[:2], ","))


def _decimal(value: float, language: str) -> str:
    """Three decimals, rounded up: a loss is never told smaller than it is."""
    up = f"{-(-value * 1000 // 1) / 1000:.3f}"
    return up.replace(".", ",") if language[:2] in _THOUSANDS else up
