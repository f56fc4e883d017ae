"""The sample people: numbers from the ranges that regulators keep free for fiction where there are any.

Sources: NANP 555-0100 to 555-0199 (ATIS-0300115); Ofcom's drama numbers +44 7700 900000-900999; Bundesnetzagentur's
+49 171 39200xx; ARCEP's +33 6 39 98 xx xx. Brazil and Japan keep none: theirs are plainly patterned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    e164: str
    country: str
    first_name: str
    last_name: str
    network: str | None
    is_landline: bool
    attributes: dict[str, str]


_FIRST = {
    "US": [
        "Ava",
        "Liam",
        "Mia",
        "Noah",
        "Zoe",
        "Ethan",
        "Ruby",
        "Owen",
        "Nora",
        "Caleb",
        "Ivy",
        "Jonah",
        "Leah",
        "Miles",
        "Tessa",
        "Felix",
        "June",
        "Silas",
    ],
    "CA": ["Chloé", "Logan", "Maya", "Étienne", "Sophie", "Nathan", "Amélie", "Lucas", "Paige", "Hugo"],
    "GB": ["Isla", "Alfie", "Freya", "Callum", "Poppy", "Rhys", "Niamh", "Angus", "Elsie", "Harvey"],
    "DE": ["Lena", "Jonas", "Mira", "Björn", "Käthe", "Emil", "Frieda", "Jörg"],
    "FR": ["Manon", "Théo", "Inès", "Gaël", "Léa", "Baptiste", "Zélie", "Rémi"],
    "BR": ["Beatriz", "João", "Luíza", "Tiago", "Camila", "Davi"],
    "JP": ["さくら", "蓮", "Hana", "Ren", "陽菜", "Sota"],
}
_LAST = {
    "US": [
        "Bennett",
        "Ramirez",
        "Cole",
        "Whitaker",
        "Nguyen",
        "Foster",
        "Okafor",
        "Delgado",
        "Pratt",
        "Lindqvist",
        "Hayes",
        "Romero",
        "Sutton",
    ],
    "CA": ["Tremblay", "MacLeod", "Singh", "Gagnon", "Roy", "Chen", "Bouchard"],
    "GB": ["Hartley", "Ashworth", "Okoro", "Llewellyn", "Byrne", "Khan", "Pemberton"],
    "DE": ["Schäfer", "Brandt", "Yılmaz", "Köhler", "Vogt"],
    "FR": ["Marchand", "Lefèvre", "Diallo", "Girard", "Bonnet"],
    "BR": ["Souza", "Carvalho", "Ribeiro", "Araújo"],
    "JP": ["佐藤", "Tanaka", "鈴木", "Mori"],
}
_NETWORKS: dict[str, tuple[str | None, ...]] = {
    "US": ("AT&T", "Verizon", "T-Mobile", "Verizon", "AT&T", None),
    "CA": ("Bell", "Rogers", "Telus", None),
}
_TREATS = ("espresso", "oolong", "rye bread", "pear tart", "dark chocolate")


def _north_american(area_codes: tuple[str, ...]) -> Iterator[str]:
    for line in count(100):
        for area_code in area_codes:
            yield f"+1{area_code}5550{line}"


_NUMBERS: dict[str, Callable[[], Iterator[str]]] = {
    "US": lambda: _north_american(("312", "773", "212")),
    "CA": lambda: _north_american(("416",)),
    "GB": lambda: (f"+447700900{n:03}" for n in count(101)),
    "DE": lambda: (f"+49171392{n:04}" for n in count(11)),
    "FR": lambda: (f"+3363998{n:04}" for n in count(1001)),
    "BR": lambda: (f"+551190000{n:04}" for n in count(2001)),
    "JP": lambda: (f"+819000000{n:03}" for n in count(101)),
}
_HOW_MANY = {"US": 270, "CA": 80, "GB": 60, "DE": 35, "FR": 30, "BR": 15, "JP": 15}


def sample_people() -> Iterator[SamplePerson]:
    """505 people, always the same."""
    for country, how_many in _HOW_MANY.items():
        numbers = _NUMBERS[country]()
        first, last = _FIRST[country], _LAST[country]
        networks = _NETWORKS.get(country, (None,))
        for n in range(how_many):
            yield SamplePerson(
                e164=next(numbers),
                country=country,
                first_name=first[n % len(first)],
                last_name=last[(n * 5 + n // len(first)) % len(last)],
                network=networks[n % len(networks)],
                is_landline=country == "US" and n % 45 == 44,
                attributes={"favorite": _TREATS[n % len(_TREATS)], "visits": str(1 + n * 7 % 23)},
            )
