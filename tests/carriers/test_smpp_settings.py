from typing import Any

import pytest

from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.smpp import SmppCarrier
from heliogram.carriers.smpp_settings import cut_of, settings_of
from heliogram.model.cut import PLAIN, Cut
from heliogram.wire.segment import split_text
from heliogram.wire.smpp.message import LongForm
from tests.world import Ids

from .bound import OWN


@pytest.mark.parametrize(
    ("settings", "cut"),
    [
        ({}, PLAIN),
        ({"long_texts": "udh8"}, PLAIN),
        ({"long_texts": "udh16"}, Cut(is_wide=True)),
        ({"long_texts": "sar"}, Cut(is_wide=True)),
        ({"long_texts": "payload"}, Cut(is_wide=True)),
        ({"alphabet": "latin1"}, Cut(charset="latin-1")),
        ({"alphabet": "ascii"}, Cut(charset="ascii")),
        ({"national": "tr, es"}, Cut(national=("tr", "es"))),
    ],
)
def test_the_settings_say_how_texts_are_cut(settings: dict[str, Any], cut: Cut) -> None:
    assert cut_of(OWN | settings) == cut
    # Every wish can be granted.
    assert split_text("Grüße", national=cut.national, is_wide=cut.is_wide, charset=cut.charset).n_segments == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"long_texts": "udh32"}, "udh32"),
        ({"alphabet": "utf8"}, "utf8"),
        ({"national": "tr,xx"}, "tables for xx"),
        ({"national": "tr", "long_texts": "sar"}, "udh8 or udh16"),
        ({"national": "tr", "long_texts": "payload"}, "udh8 or udh16"),
        ({"national": "tr", "alphabet": "latin1"}, "alphabet=gsm7"),
    ],
)
def test_texts_that_nobody_could_read_are_complained_about(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words) as complaint:
        settings_of(OWN | settings, "secret")
    assert str(complaint.value).endswith(".")
    assert cut_of(OWN | settings) == PLAIN


def test_a_long_text_goes_with_a_header_of_8_bits_unless_told_otherwise() -> None:
    settings = settings_of(OWN, "secret")
    assert (settings.long_texts, settings.charset(), settings.languages()) == (LongForm.UDH_8, "", ())


@pytest.mark.parametrize(
    ("settings", "secret", "words"),
    [
        ({"port": 0}, "secret", "port"),
        ({"port": 65_536}, "secret", "port"),
        ({"port": "2775"}, "secret", "int"),
        ({"window": 0}, "secret", "window"),
        ({"window": 10_001}, "secret", "window"),
        ({"binds": 0}, "secret", "binds"),
        ({"binds": 33}, "secret", "binds"),
        ({"per_s": 0}, "secret", "segments a second"),
        ({"per_s": 100_001}, "secret", "segments a second"),
        ({"system_id": ""}, "secret", "system id"),
        ({"system_id": "s" * 16}, "secret", "system id"),
        ({"system_id": "zürich"}, "secret", "ASCII"),
        ({"system_type": "t" * 13}, "secret", "system type"),
        ({}, "secret-89", "password"),
        ({"windwo": 5}, "secret", "windwo"),
        ({"password": "x"}, "secret", "password"),
    ],
)
def test_settings_that_cannot_work_are_complained_about_in_a_sentence(
    settings: dict[str, Any], secret: str, words: str
) -> None:
    with pytest.raises(Misconfigured) as complaint:
        SmppCarrier.configured(OWN | settings, secret, Ids().new_id)
    assert words in str(complaint.value)
    assert str(complaint.value).endswith(".")
    assert not str(complaint.value).endswith("..")
    assert secret not in str(complaint.value)


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({"port": 1}, "secret"),
        ({"port": 65_535}, "secret"),
        ({"window": 1, "binds": 1}, ""),
        ({"window": 10_000, "binds": 32}, "secret"),
        ({"system_id": "s" * 15, "system_type": "t" * 12}, "eight-ch"),
    ],
)
def test_settings_at_their_limits_work(settings: dict[str, Any], secret: str) -> None:
    carrier = SmppCarrier.configured(OWN | settings, secret, Ids().new_id)
    assert carrier.capabilities.window == carrier.settings.window * carrier.settings.binds
    assert not secret or secret not in repr(carrier.settings)
