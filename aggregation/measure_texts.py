"""The measures in words: id → name and definition in English, Dutch, French and German. Holds no data."""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]  # language → name, definition

BOOKER = {
    "en": "A booker is whoever placed the order; companions count in visits.",
    "nl": "Een boeker is wie de bestelling plaatste; wie meekwam telt mee in bezoeken.",
    "fr": (
        "Un acheteur est la personne qui a passé la commande ; ses accompagnants comptent dans les visites."
    ),
    "de": "Bucher*in ist, wer die Bestellung aufgegeben hat; Begleitung zählt bei den Besuchen.",
}

MEASURE_TEXTS: dict[str, Texts] = {
    "reach_by_area": {
        "en": (
            "Reach by postcode area",
            "Bookers with at least one visit in the season, by the postcode area of their latest order.",
        ),
        "nl": (
            "Bereik per postcodegebied",
            "Boekers met minstens één bezoek in het seizoen, naar het "
            "postcodegebied van hun laatste bestelling.",
        ),
        "fr": (
            "Portée par zone postale",
            "Acheteurs avec au moins une visite dans la saison, selon la zone "
            "postale de leur dernière commande.",
        ),
        "de": (
            "Reichweite nach Postleitzahlgebiet",
            "Bucher*innen mit mindestens einem Besuch in der Saison, nach dem "
            "Gebiet ihrer letzten Bestellung.",
        ),
    },
    "reach_by_area_first": {
        "en": (
            "Reach by postcode area, first venues",
            "Bookers by the postcode area of their latest order, each at no more than their first venues in "
            "keyed order; what the estimate of reach by postcode area is made from.",
        ),
        "nl": (
            "Bereik per postcodegebied, eerste zalen",
            "Boekers naar het postcodegebied van hun laatste bestelling, elk bij hooguit hun eerste zalen in "
            "geheime volgorde; daaruit wordt het bereik per postcodegebied geschat.",
        ),
        "fr": (
            "Portée par zone postale, premiers lieux",
            "Acheteurs selon la zone postale de leur dernière commande, chacun dans ses premiers lieux au "
            "plus, en ordre secret ; base de l'estimation de la portée par zone postale.",
        ),
        "de": (
            "Reichweite nach Postleitzahlgebiet, erste Häuser",
            "Bucher*innen nach dem Gebiet ihrer letzten Bestellung, jede bei höchstens ihren ersten Häusern "
            "in geheimer Ordnung; daraus wird die Reichweite nach Gebiet geschätzt.",
        ),
    },
    "returning": {
        "en": (
            "Returning bookers",
            "Bookers of this season who visited the same venue in the season before as well.",
        ),
        "nl": (
            "Terugkerende boekers",
            "Boekers van dit seizoen die ook in het vorige seizoen dezelfde zaal bezochten.",
        ),
        "fr": (
            "Acheteurs fidèles",
            "Acheteurs de la saison qui ont aussi visité le même lieu la saison précédente.",
        ),
        "de": (
            "Wiederkehrende Bucher*innen",
            "Bucher*innen dieser Saison, die auch in der Vorsaison dasselbe Haus besucht haben.",
        ),
    },
    "attendance_bands": {
        "en": (
            "Bookers by attendances",
            "Bookers by how many different performances they attended in the "
            "season: 1, 2, 3 to 5, 6 or more.",
        ),
        "nl": (
            "Boekers naar aantal keren",
            "Boekers naar het aantal verschillende voorstellingen in het seizoen: 1, 2, 3 tot 5, 6 of meer.",
        ),
        "fr": (
            "Acheteurs selon la fréquence",
            "Acheteurs selon le nombre de représentations différentes dans la "
            "saison : 1, 2, 3 à 5, 6 ou plus.",
        ),
        "de": (
            "Bucher*innen nach Häufigkeit",
            "Bucher*innen nach der Zahl verschiedener Vorstellungen der Saison: 1, 2, 3 bis 5, 6 oder mehr.",
        ),
    },
    "reach_by_genre": {
        "en": (
            "Reach by genre",
            "Bookers who attended at least one performance of the genre; a booker "
            "may stand in several genres.",
        ),
        "nl": (
            "Bereik per genre",
            "Boekers met minstens één voorstelling in het genre; een boeker kan in meer genres staan.",
        ),
        "fr": (
            "Portée par genre",
            "Acheteurs ayant vu au moins une représentation du genre ; un acheteur "
            "peut figurer dans plusieurs.",
        ),
        "de": (
            "Reichweite nach Sparte",
            "Bucher*innen mit mindestens einer Vorstellung der Sparte; mehrere "
            "Sparten je Person sind möglich.",
        ),
    },
    "reach_by_product_class": {
        "en": (
            "Reach by kind of ticket",
            "Bookers who used at least one ticket of the kind: single, concession, "
            "subscription, pass and so on.",
        ),
        "nl": (
            "Bereik per soort kaart",
            "Boekers die minstens één kaart van de soort gebruikten: los, korting, "
            "abonnement, pas enzovoort.",
        ),
        "fr": (
            "Portée par type de billet",
            "Acheteurs ayant utilisé au moins un billet du type : plein tarif, "
            "réduit, abonnement, pass, etc.",
        ),
        "de": (
            "Reichweite nach Kartenart",
            "Bucher*innen mit mindestens einer genutzten Karte der Art: Einzel, "
            "ermäßigt, Abo, Pass und so weiter.",
        ),
    },
    "reach_by_channel": {
        "en": (
            "Reach in the hall and online",
            "Bookers who attended only in the hall, only online on demand, or both, in the season.",
        ),
        "nl": (
            "Bereik in de zaal en online",
            "Boekers die in het seizoen alleen in de zaal, alleen online of allebei keken.",
        ),
        "fr": (
            "Portée en salle et en ligne",
            "Acheteurs venus seulement en salle, seulement en ligne à la demande, "
            "ou les deux, dans la saison.",
        ),
        "de": (
            "Reichweite im Saal und online",
            "Bucher*innen, die in der Saison nur im Saal, nur online auf Abruf oder beides besucht haben.",
        ),
    },
    "visits": {
        "en": (
            "Visits by known bookers",
            "Used tickets of known bookers, companions included; a ticket counts "
            "as used unless it was not scanned. Of one booker at most a fixed number counts at each venue.",
        ),
        "nl": (
            "Bezoeken van bekende boekers",
            "Gebruikte kaarten van bekende boekers, ook van wie meekwam; een kaart "
            "is gebruikt tenzij niet gescand. Van één boeker telt per huis hoogstens een vast aantal mee.",
        ),
        "fr": (
            "Visites d'acheteurs connus",
            "Billets utilisés d'acheteurs connus, accompagnants compris ; utilisé, "
            "sauf s'il n'a pas été scanné. Par acheteur et par lieu, un nombre fixe compte au plus.",
        ),
        "de": (
            "Besuche bekannter Bucher*innen",
            "Genutzte Karten bekannter Bucher*innen samt Begleitung; genutzt, "
            "sofern nicht als ungescannt gemeldet. Je Bucher*in und Haus zählt höchstens eine feste Zahl.",
        ),
    },
    "tickets": {
        "en": (
            "Tickets sold to known bookers",
            "Tickets sold to known bookers and not returned, whether or not they were used. "
            "Of one booker at most a fixed number counts at each venue.",
        ),
        "nl": (
            "Verkochte kaarten aan bekende boekers",
            "Aan bekende boekers verkochte en niet teruggenomen kaarten, gebruikt of niet. "
            "Van één boeker telt per huis hoogstens een vast aantal mee.",
        ),
        "fr": (
            "Billets vendus à des acheteurs connus",
            "Billets vendus à des acheteurs connus et non remboursés, utilisés ou non. "
            "Par acheteur et par lieu, un nombre fixe compte au plus.",
        ),
        "de": (
            "An bekannte Bucher*innen verkaufte Karten",
            "An bekannte Bucher*innen verkaufte und nicht zurückgenommene Karten, genutzt oder nicht. "
            "Je Bucher*in und Haus zählt höchstens eine feste Zahl.",
        ),
    },
    "reach_beyond": {
        "en": (
            "Reach beyond the core venues",
            "Bookers for whom the venue comes after their first venues, so that "
            "the finer tables leave them out.",
        ),
        "nl": (
            "Bereik buiten de kernzalen",
            "Boekers voor wie de zaal na hun eerste zalen komt, zodat de fijnere tabellen hen weglaten.",
        ),
        "fr": (
            "Portée au-delà des premiers lieux",
            "Acheteurs pour qui le lieu vient après leurs premiers lieux et que "
            "les tableaux fins laissent de côté.",
        ),
        "de": (
            "Reichweite jenseits der ersten Häuser",
            "Bucher*innen, für die das Haus nach ihren ersten Häusern kommt; "
            "feinere Tabellen lassen sie weg.",
        ),
    },
    "unidentified_visits": {
        "en": (
            "Visits without a known booker",
            "Used tickets of orders without a booker, such as door sales; counted "
            "as visits, never as bookers.",
        ),
        "nl": (
            "Bezoeken zonder bekende boeker",
            "Gebruikte kaarten van bestellingen zonder boeker, zoals deurverkoop; wel bezoek, nooit boeker.",
        ),
        "fr": (
            "Visites sans acheteur connu",
            "Billets utilisés de commandes sans acheteur, comme au guichet ; des "
            "visites, jamais des acheteurs.",
        ),
        "de": (
            "Besuche ohne bekannte Bucher*in",
            "Genutzte Karten aus Bestellungen ohne Namen, etwa Abendkasse; Besuche, niemals Bucher*innen.",
        ),
    },
    "network_reach_by_area": {
        "en": (
            "Network reach by postcode area",
            "Bookers with at least one visit at any venue, counted once, by the area of their latest order.",
        ),
        "nl": (
            "Netwerkbereik per postcodegebied",
            "Boekers met minstens één bezoek in het netwerk, eenmaal geteld, naar hun laatste bestelling.",
        ),
        "fr": (
            "Portée du réseau par zone postale",
            "Acheteurs avec au moins une visite dans le réseau, comptés une fois, "
            "selon leur dernière commande.",
        ),
        "de": (
            "Reichweite des Netzwerks nach Gebiet",
            "Bucher*innen mit mindestens einem Besuch im Netzwerk, einmal gezählt, "
            "nach der letzten Bestellung.",
        ),
    },
    "network_returning": {
        "en": (
            "Returning bookers of the network",
            "Bookers of this season who visited any venue of the network in the season before as well.",
        ),
        "nl": (
            "Terugkerende boekers van het netwerk",
            "Boekers van dit seizoen die ook in het vorige seizoen ergens in het netwerk kwamen.",
        ),
        "fr": (
            "Acheteurs fidèles du réseau",
            "Acheteurs de la saison qui ont aussi visité un lieu du réseau la saison précédente.",
        ),
        "de": (
            "Wiederkehrende Bucher*innen des Netzwerks",
            "Bucher*innen dieser Saison, die auch in der Vorsaison ein Haus des Netzwerks besucht haben.",
        ),
    },
    "network_attendance_bands": {
        "en": (
            "Network bookers by attendances",
            "Bookers by how many performances they attended at all venues together: 1, 2, 3 to 5, 6 or more.",
        ),
        "nl": (
            "Boekers van het netwerk naar aantal keren",
            "Boekers naar het aantal voorstellingen in alle zalen samen: 1, 2, 3 tot 5, 6 of meer.",
        ),
        "fr": (
            "Acheteurs du réseau selon la fréquence",
            "Acheteurs selon le nombre de représentations dans tous les lieux : 1, 2, 3 à 5, 6 ou plus.",
        ),
        "de": (
            "Bucher*innen des Netzwerks nach Häufigkeit",
            "Bucher*innen nach der Zahl der Vorstellungen in allen Häusern: 1, 2, 3 bis 5, 6 oder mehr.",
        ),
    },
    "network_reach_by_genre": {
        "en": (
            "Network reach by genre",
            "Bookers who attended the genre at any venue, counted once per genre.",
        ),
        "nl": (
            "Netwerkbereik per genre",
            "Boekers die het genre ergens in het netwerk zagen, eenmaal per genre geteld.",
        ),
        "fr": (
            "Portée du réseau par genre",
            "Acheteurs ayant vu le genre dans un lieu du réseau, comptés une fois par genre.",
        ),
        "de": (
            "Reichweite des Netzwerks nach Sparte",
            "Bucher*innen, die die Sparte irgendwo im Netzwerk besucht haben, je Sparte einmal gezählt.",
        ),
    },
    "network_reach_by_product_class": {
        "en": (
            "Network reach by kind of ticket",
            "Bookers who used the kind of ticket at any venue, counted once per kind.",
        ),
        "nl": (
            "Netwerkbereik per soort kaart",
            "Boekers die de soort kaart ergens in het netwerk gebruikten, eenmaal per soort geteld.",
        ),
        "fr": (
            "Portée du réseau par type de billet",
            "Acheteurs ayant utilisé le type de billet dans un lieu du réseau, comptés une fois par type.",
        ),
        "de": (
            "Reichweite des Netzwerks nach Kartenart",
            "Bucher*innen, die die Kartenart irgendwo im Netzwerk genutzt haben, je Art einmal gezählt.",
        ),
    },
    "network_reach_by_channel": {
        "en": (
            "Network reach in the hall and online",
            "Bookers who attended only in the hall, only online on demand, or both, at all venues together.",
        ),
        "nl": (
            "Netwerkbereik in de zaal en online",
            "Boekers die in alle zalen samen alleen in de zaal, alleen online of allebei keken.",
        ),
        "fr": (
            "Portée du réseau en salle et en ligne",
            "Acheteurs venus seulement en salle, seulement en ligne, ou les deux, tous lieux confondus.",
        ),
        "de": (
            "Reichweite des Netzwerks im Saal und online",
            "Bucher*innen, die über alle Häuser nur im Saal, nur online oder beides besucht haben.",
        ),
    },
    "network_venues_per_booker": {
        "en": (
            "Venues per booker",
            "Bookers by how many different venues they visited in the season: 1, 2, 3, 4, 5 or 6, 7 to 12, "
            "13 to 20, 21 or more.",
        ),
        "nl": (
            "Zalen per boeker",
            "Boekers naar het aantal verschillende zalen in het seizoen: 1, 2, 3, 4, 5 of 6, 7 tot 12, "
            "13 tot 20, 21 of meer.",
        ),
        "fr": (
            "Lieux par acheteur",
            "Acheteurs selon le nombre de lieux différents dans la saison : 1, 2, 3, 4, 5 ou 6, 7 à 12, "
            "13 à 20, 21 ou plus.",
        ),
        "de": (
            "Häuser je Bucher*in",
            "Bucher*innen nach der Zahl verschiedener Häuser der Saison: 1, 2, 3, 4, 5 oder 6, 7 bis 12, "
            "13 bis 20, 21 oder mehr.",
        ),
    },
    "crossover": {
        "en": ("Shared bookers of two venues", "Bookers who visited both venues of a pair in the season."),
        "nl": (
            "Gedeelde boekers van twee zalen",
            "Boekers die in het seizoen beide zalen van een paar bezochten.",
        ),
        "fr": (
            "Acheteurs communs à deux lieux",
            "Acheteurs ayant visité les deux lieux d'une paire dans la saison.",
        ),
        "de": (
            "Gemeinsame Bucher*innen zweier Häuser",
            "Bucher*innen, die in der Saison beide Häuser eines Paares besucht haben.",
        ),
    },
    "visits_beyond": {
        "en": (
            "Visits and tickets beyond the bounds",
            "Visits and tickets of known bookers that the bounds leave out of the venues' figures, all "
            "venues together. Of one booker at most a fixed number counts.",
        ),
        "nl": (
            "Bezoeken en kaarten boven de grenzen",
            "Bezoeken en kaarten van bekende boekers die de grenzen buiten de cijfers van de zalen laten, "
            "alle zalen samen. Per boeker telt hooguit een vast aantal.",
        ),
        "fr": (
            "Visites et billets au-delà des bornes",
            "Visites et billets d'acheteurs connus que les bornes laissent hors des chiffres des lieux, tous "
            "lieux confondus. Par acheteur, un nombre fixe au plus est compté.",
        ),
        "de": (
            "Besuche und Karten jenseits der Grenzen",
            "Besuche und Karten bekannter Bucher*innen, die die Grenzen aus den Zahlen der Häuser weglassen, "
            "über alle Häuser. Je Bucher*in zählt höchstens eine feste Zahl.",
        ),
    },
    "kinds_beyond": {
        "en": (
            "Genres and kinds of ticket beyond the bounds",
            "How often the bounds leave a booker out of a genre or kind of ticket that they came for, at the "
            "venues and in the network. Of one booker at most a fixed number counts.",
        ),
        "nl": (
            "Genres en kaartsoorten boven de grenzen",
            "Hoe vaak de grenzen een boeker weglaten bij een genre of kaartsoort waarvoor die kwam, bij de "
            "zalen en in het netwerk. Per boeker telt hooguit een vast aantal.",
        ),
        "fr": (
            "Genres et types de billet au-delà des bornes",
            "Combien de fois les bornes omettent un acheteur d'un genre ou d'un type de billet pour lequel "
            "il est venu, dans les lieux et le réseau. Par acheteur, un nombre fixe au plus est compté.",
        ),
        "de": (
            "Genres und Kartenarten jenseits der Grenzen",
            "Wie oft die Grenzen Bucher*innen bei einem Genre oder einer Kartenart weglassen, für die sie "
            "kamen, in den Häusern und im Netzwerk. Je Bucher*in zählt höchstens eine feste Zahl.",
        ),
    },
}
