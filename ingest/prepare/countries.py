"""A country as people write it, in English, Dutch, French or German → two letters, or None."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NAMES = {
    "NL": "nederland|netherlands|the netherlands|holland|pays-bas|niederlande|nld|paises bajos",
    "BE": "belgie|belgium|belgique|belgien|bel",
    "FR": "frankrijk|france|frankreich|fra",
    "DE": "duitsland|germany|allemagne|deutschland|deu|brd",
    "GB": "uk|united kingdom|great britain|verenigd koninkrijk|groot-brittannie|england|engeland|scotland|"
    "schotland|wales|royaume-uni|grande-bretagne|angleterre|vereinigtes konigreich|grossbritannien|gbr",
    "CA": "canada|kanada|can",
    "LU": "luxemburg|luxembourg|lux",
    "CH": "zwitserland|switzerland|suisse|schweiz|che",
    "AT": "oostenrijk|austria|autriche|osterreich|aut",
    "ES": "spanje|spain|espagne|spanien|espana|esp",
    "IT": "italie|italy|italien|italia|ita",
    "PT": "portugal|prt",
    "IE": "ierland|ireland|irlande|irland|irl",
    "DK": "denemarken|denmark|danemark|danmark|dnk",
    "SE": "zweden|sweden|suede|schweden|swe",
    "NO": "noorwegen|norway|norvege|norwegen|nor",
    "PL": "polen|poland|pologne|polska|pol",
    "US": "verenigde staten|united states|usa|etats-unis|vereinigte staaten|amerika",
}
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split("|")}
# ISO 3166-1, written out because nothing outside the standard library is at hand here.
CODES = frozenset(
    re.findall(
        "[A-Z]{2}",
        """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
""",
    )
)


@lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """Two letters of ISO 3166-1; None where the text is empty or not known."""
    code = text.strip().upper()
    if code in CODES:
        return code
    folded = unicodedata.normalize("NFKD", text.strip().casefold())
    return _BY_NAME.get("".join(c for c in folded if not unicodedata.combining(c)).replace(".", ""))
