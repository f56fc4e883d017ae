"""Targets of the fuzzer that are files people upload and phones send: photos in containers, films, sounds, cards."""

from heliogram.media.films import read_film
from heliogram.media.probe import MediaRefused, probe
from heliogram.media.written_cards import read_card
from tests.media.films import CALENDAR, CARD, film
from tests.media.pictures import heic_saying, noise, saved, webp
from tools.fuzz_target import Target

_BOXES = tuple(
    size.to_bytes(4, "big") + name
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref", b"stbl", b"url ", b"hdlr", b"mdat", b"free")
    for size in (0, 1, 8, 40)
)
_LINES = (
    *(
        b"BEGIN:VCARD\r\n",
        b"END:VCARD\r\n",
        b"BEGIN:VEVENT\r\n",
        b"END:VEVENT\r\n",
        b"BEGIN:VALARM\n",
        b"VERSION:2.1\n",
    ),
    *(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=\n", b';X="', b'"', b":", b";", b"\n ", b"\r\n", b"\0", "é".encode()),
)


def _photos() -> list[bytes]:
    return [
        saved(noise(32, 24), "WEBP"),
        saved(noise(32, 24), "WEBP", lossless=True),
        webp(24, 16),
        heic_saying((512, 512), (4_032, 3_024)),
    ]


def _films() -> list[bytes]:
    named = [film(brand, n_octets=40) for brand in (b"isom", b"3gp4", b"3g2a", b"qt  ")]
    return [*named, film(turned=True, n_octets=40)]


def _sounds() -> list[bytes]:
    return [
        film(b"M4A ", kind=b"soun", codec=b"mp4a", n_octets=40),
        film(b"3gp4", kind=b"soun", codec=b"samr", n_octets=40),
    ]


FILES = (
    Target(
        name="container",
        read=probe,
        allowed=(MediaRefused,),
        seeds=_photos,
        rare="pixels",
        tokens=(b"RIFF", b"WEBPVP8X", b"ANMF", b"VP8 ", b"VP8L", b"ispe", b"ipco", b"\0\0\0\x01ispe"),
    ),
    Target(
        name="film",
        read=read_film,
        allowed=(MediaRefused,),
        seeds=_films,
        rare="pointer to another",
        tokens=_BOXES,
    ),
    Target(
        name="sound",
        read=read_film,
        allowed=(MediaRefused,),
        seeds=_sounds,
        rare="lasts more than|no film or sound",
        tokens=(*_BOXES, b"enca", b"drms", b"\xff\xff\xff\xff"),
    ),
    Target(
        name="card",
        read=read_card,
        allowed=(MediaRefused,),
        seeds=lambda: [
            CARD,
            b"BEGIN:VCARD\nVERSION:2.1\nNOTE;ENCODING=QUOTED-PRINTABLE:one=0D=\ntwo\nEND:VCARD",
            b'BEGIN:VCARD\nVERSION:4.0\nitem1.PHOTO;X="a:b":data\n more\nEND:VCARD\n',
        ],
        rare="before or behind",
        tokens=_LINES,
    ),
    Target(
        name="calendar",
        read=read_card,
        allowed=(MediaRefused,),
        seeds=lambda: [CALENDAR],
        rare="does not end what it began",
        tokens=_LINES,
    ),
)
