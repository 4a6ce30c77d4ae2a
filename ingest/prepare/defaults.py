"""What the names of products and sales channels give away in English, Dutch, French and German.

Patterns as for file names, compared without case; the first group that fits wins. The venue's own rules in
venue.json always come before these. Keep them narrow: "*don*" would throw out every Thursday (donderdag).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.vocabulary import Channel, ProductClass


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(text.casefold().split())


NOT_AUDIENCE = _patterns("""
    *parkeer* *parkeren* *parking* *parkplatz* *garderobe* *vestiaire* *consumptie* *drankje* *drinks*
    *boisson* *getränk* *programmaboek* *programme?book* *programmheft* *merchandise* *t-shirt* *cadeaubon*
    *cadeaukaart* *gift?card* *gift?voucher* *gutschein* *carte?cadeau* *donatie* *donation* spende spende?*
    don dons don?libre* don?suppl* *servicekosten* *service?fee* *verzendkosten* frais?de?*
""")

CLASSES: Mapping[ProductClass, tuple[str, ...]] = {
    ProductClass.COMP: _patterns("""
        *vrijkaart* comp comp?* *complimentary* *invitation* *uitnodiging* *gastenlijst* *guest?list*
        *freikarte* *exonéré* *gästeliste* *perskaart*
    """),
    ProductClass.SCHOOL: _patterns("*school* *scolaire* *schule* *schüler* klas klas?[0-9]* *école* *lycée*"),
    ProductClass.SUBSCRIPTION: _patterns(
        "*abonnement* abo abo-* abo?[0-9]* *subscription* *seizoenkaart* *season?ticket*"
    ),
    ProductClass.PASS: _patterns("pas pass ?*pas ?*pass ?*pas?* ?*pass?* *passe-partout*"),
    ProductClass.MEMBER: _patterns(
        "member members ?*?member* lid leden *[&]lid *-lid adhérent* membre* mitglied*"
    ),
    ProductClass.CONCESSION: _patterns("""
        *korting* *student* *étudiant* *cjp* *65+* *60+* *reduced* *concession* *réduit* *ermäßigt* kind*
        child* *enfant* jeugd* *jongeren* *junior* *senior* youth* jeune* *jugend* *u30* *-25?ans* *-26?ans*
    """),
}

ONLINE = _patterns("*livestream* stream* *on?demand* vod vod?* *kijk?thuis*")

CHANNELS: Mapping[Channel, tuple[str, ...]] = {
    Channel.ONLINE_VOD: ONLINE,
    Channel.RESELLER: _patterns(
        "*resell* *wederverko* *revendeur* *wiederverk* *partner* *affiliate* *agency*"
    ),
    Channel.PHONE: _patterns("*phone* *telefoon* *téléphone* *telefon* *callcenter*"),
    Channel.DESK: _patterns("""
        *kassa* *desk* *box?office* *boxoffice* pos pos?* *pretixpos* *guichet* *caisse* *kasse* *door?sale*
        *deurverkoop* *balie* *sur?place* *counter*
    """),
    Channel.WEB: _patterns("*web* *online* *internet* *shop* *site* app api *widget*"),
}
