"""Names of products and sales channels → the closed vocabularies: the venue's own rules first, then ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ingest.prepare import defaults
from ingest.prepare.profile import ChannelRule, ProductRule
from ingest.prepare.programme import ref
from ingest.vocabulary import Channel, ProductClass


@dataclass(frozen=True, slots=True)
class Product:
    """What a product is. `by_rule` tells that the venue said so itself."""

    product_class: ProductClass
    scheme: str = ""
    channel: Channel | None = None
    audience: bool = True
    by_rule: bool = False


class Products:
    """Looks each distinct name up once."""

    def __init__(self, rules: Sequence[ProductRule]) -> None:
        self._rules = tuple((rule.match.casefold(), rule) for rule in rules)
        self._known: dict[tuple[str, str], Product] = {}

    def find(self, product: str, variation: str) -> Product:
        key = (product, variation)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._decide(*key)
        return found

    def _decide(self, product: str, variation: str) -> Product:
        name = product.strip().casefold()
        names = (name, f"{name} - {variation.strip().casefold()}") if variation.strip() else (name,)
        for pattern, rule in self._rules:
            if any(fnmatchcase(one, pattern) for one in names):
                kind = rule.product_class or ProductClass.SINGLE
                return Product(
                    kind, ref(rule.scheme) if rule.scheme else "", rule.channel, rule.audience, by_rule=True
                )
        parts = (*names, variation.strip().casefold())
        return _guessed([part for part in parts if part])


def _guessed(names: Sequence[str]) -> Product:
    if any(_fits(name, defaults.NOT_AUDIENCE) for name in names):
        return Product(ProductClass.SINGLE, audience=False)
    for kind, patterns in defaults.CLASSES.items():
        if any(_fits(name, patterns) for name in names):
            return Product(kind, channel=_online(names))
    return Product(ProductClass.SINGLE, channel=_online(names))


def _online(names: Sequence[str]) -> Channel | None:
    return Channel.ONLINE_VOD if any(_fits(name, defaults.ONLINE) for name in names) else None


class Channels:
    """Looks each distinct name up once; None where neither the venue nor we know it."""

    def __init__(self, rules: Sequence[ChannelRule]) -> None:
        self._rules = tuple((rule.match.casefold(), rule.channel) for rule in rules)
        self._known: dict[str, Channel | None] = {}

    def find(self, channel: str) -> Channel | None:
        if channel not in self._known:
            self._known[channel] = self._decide(channel.strip().casefold())
        return self._known[channel]

    def _decide(self, name: str) -> Channel | None:
        for pattern, channel in self._rules:
            if fnmatchcase(name, pattern):
                return channel
        if not name:
            return Channel.WEB
        return next(
            (channel for channel, patterns in defaults.CHANNELS.items() if _fits(name, patterns)), None
        )


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
