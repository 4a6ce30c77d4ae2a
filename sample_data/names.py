"""Word lists from which people, streets and titles are put together. All of it is invented or everyday."""

from __future__ import annotations

_FIRST = (
    "Anna Sanne Lotte Emma Julia Sophie Eva Fleur Lisa Iris Noor Femke Maaike Marieke Annelies "
    "Ingrid Petra Monique Els Truus Hanneke Wilma Joke Carla Yvonne Esther Karin Mirjam Saskia "
    "Marloes Renée Zoë Chloé Fatima Samira Naima Aylin Elif Priya Mei Jan Piet Kees Henk Willem "
    "Gerard Hans Peter Paul Mark Erik Bas Tom Tim Daan Sem Lucas Levi Finn Bram Thijs Ruben Jesse "
    "Lars Niels Joost Maarten Wouter Sander Jeroen Dennis Rob René André Jurriën Geert Sjoerd Douwe "
    "Hidde Mohamed Youssef Ahmed Murat Emre Arjun Ravi Kwame Orlando Giel Jasper Koen Luuk Stijn "
    "Teun Vera Wende Xandra Ymke Zita Oscar Otto Pim Quinten"
)
FIRST = tuple(_FIRST.split())

_LAST = (
    "de Jong,Jansen,de Vries,van den Berg,van Dijk,Bakker,Janssen,Visser,Smit,Meijer,de Boer,Mulder,"
    "de Groot,Bos,Vos,Peters,Hendriks,van Leeuwen,Dekker,Brouwer,de Wit,Dijkstra,Smits,de Graaf,"
    "van der Meer,Kok,Jacobs,van der Linden,Vermeulen,van den Heuvel,van der Veen,Schouten,Willems,"
    "Hoekstra,van Beek,Koster,Prins,Huisman,Postma,Kuipers,Kramer,Verhoeven,van Wijk,Blom,Veenstra,"
    "Peeters,Jonker,Kuiper,van Veen,Post,Gerritsen,Wolters,van Dam,van Vliet,Hermans,Verbeek,"
    "Molenaar,Timmermans,Groen,Wessels,Scholten,van Loon,Bosch,Maas,Sanders,Evers,Hoogland,Boersma,"
    "Hofman,Yılmaz,Öztürk,El Amrani,Bouzid,Çelik,Nguyen,Singh,Ramdin,Pinas,Bâlint,Müller,Schröder,"
    "Lefèvre,Núñez,Kowalski,Sørensen,Zijlstra,Ubachs"
)
LAST = tuple(_LAST.split(","))

# cp1252 cannot write these, and the venue that exports in it never could.
CP1252_SAFE = {"Yılmaz": "Yilmaz"}

_STREETS = (
    "Kerkstraat,Dorpsstraat,Molenweg,Schoolstraat,Stationsweg,Lindelaan,Eikenlaan,Beukenlaan,"
    "Kastanjelaan,Wilgenstraat,Berkenhof,Esdoornlaan,Populierenweg,Parkweg,Julianastraat,"
    "Wilhelminalaan,Beatrixplein,Nieuwstraat,Hoogstraat,Marktplein,Havenkade,Veerweg,Dijkstraat,"
    "Polderpad,Sluisweg,Kanaalstraat,Zuiderweg,Noorderhof,Westerkade,Oosterlaan,Merelstraat,"
    "Lijsterhof,Vinkenlaan,Zwaluwweg,Kievitpad,Roosstraat,Tulpstraat,Narcislaan,Korenbloemhof,"
    "Klaproosstraat,Bosrand,Heideweg,Zandpad,Engweg,Boomgaard,Tuinstraat"
)
STREETS = tuple(_STREETS.split(","))

# Names of mail hosts that exist nowhere; the one with an accent is written in two ways.
MAIL_HOSTS = (
    "postvak.example",
    "mailbus.example",
    "briefje.example",
    "thuispost.example",
    "snelpost.example",
    "kabelpost.example",
    "webbrief.example",
    "duifpost.example",
    "mijnmail.example",
    "posthoorn.example",
    "netbrief.example",
    "buurtmail.example",
    "café-post.example",
)
MAIL_HOST_WEIGHTS = (30, 20, 12, 9, 7, 6, 4, 3, 3, 2, 2, 1, 1)
ACCENTED_HOST = len(MAIL_HOSTS) - 1

SCHOOLS = (
    "De Klimop",
    "De Regenboog",
    "Het Kompas",
    "De Wegwijzer",
    "De Vlinder",
    "De Boomhut",
    "De Zonnewijzer",
    "Het Avontuur",
    "De Springplank",
    "De Horizon",
    "Het Palet",
    "De Vuurtoren",
)

COMPANIES = (
    "",
    "",
    "",
    "",
    "",
    "",
    "Bouwbureau Noord BV",
    "Advies & Zo",
    "Bloemist 't Hoekje",
    "Praktijk Lindelaan",
)

TITLE_HEADS = (
    "De stilte",
    "Het huis",
    "De nacht",
    "Een zomer",
    "De brief",
    "Het licht",
    "De tuin",
    "Het verlangen",
    "De laatste trein",
    "Een dochter",
    "De broers",
    "Het eiland",
    "De storm",
    "Een afscheid",
    "De spiegel",
    "Het geheim",
    "De overkant",
    "Een kamer",
    "De dans",
    "Het orkest",
    "De belofte",
    "Het water",
    "Een koning",
    "De clown",
    "Het feest",
    "De terugkeer",
    "Een liefde",
    "De vogels",
    "Het spel",
    "De reis",
)
TITLE_TAILS = (
    "van Vlaanderen",
    "zonder naam",
    "aan zee",
    "van morgen",
    "in de mist",
    "achter glas",
    "van mijn vader",
    "om middernacht",
    "in drie delen",
    "voor beginners",
    "van steen",
    "op het dak",
    "in het noorden",
    "zonder einde",
    "van Elise",
    "onder water",
    "na de regen",
    "van papier",
    "in augustus",
    "voor twee",
    "van de buren",
    "tegen de wind",
    "op blote voeten",
    "van vroeger",
    "met de groeten",
)
CONCERT_HEADS = (
    "Strijkkwartet",
    "Symfonie nr. 4",
    "Pianotrio",
    "Vioolconcert",
    "Requiem",
    "Suite voor cello",
    "Kamerkoor",
    "Serenade",
    "Mis in C",
    "Hoorntrio",
    "Ouverture",
    "Liederen",
)
CONCERT_TAILS = (
    "in het voorjaar",
    "bij kaarslicht",
    "van de lage landen",
    "op zondag",
    "met nieuw werk",
    "in mineur",
    "uit het noorden",
    "rond middernacht",
    "voor blazers",
    "met jong talent",
    "van de componist",
    "da capo",
)
FILM_HEADS = (
    "Nachttrein",
    "Zoutwater",
    "Blauwe uren",
    "De kaartlezer",
    "Winterlicht",
    "Stof",
    "Papieren stad",
    "Het veer",
    "Glas",
    "Overwinteren",
    "De imker",
    "Wilde rozen",
    "Zeven zussen",
    "Het dak",
    "Grensland",
)
FILM_TAILS = (
    "naar huis",
    "en as",
    "van Sofia",
    "II",
    "in Lissabon",
    "zonder slaap",
    "voor Ana",
    "",
    "op drift",
    "en honing",
    "van boven",
    "terug",
    "in de verte",
    "bij dag",
    "na tien jaar",
)
