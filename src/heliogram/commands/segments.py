"""`heliogram segments`: a text's encoding and segments, counted by what cuts it for the wire."""

import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Final, cast

import msgspec
import typer

from heliogram.commands.options import Data, Database, Key, Url, fail
from heliogram.model.cut import CHARSETS
from heliogram.wire.errors import OurFault
from heliogram.wire.gsm import Shift
from heliogram.wire.national import IDENTIFIERS
from heliogram.wire.segment import Encoding, Forcing, Split, split_plainly, split_text

_CHUNK_OCTETS: Final = 1 << 16
_LINES_ARE: Final = 'Each line is one string in JSON, as "It\'s on".'
_N_SHOWN: Final = 10


class Asked(StrEnum):
    """The encodings as one types them."""

    AUTO = "auto"
    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ENCODING: Final = {Asked.AUTO: None, Asked.GSM7: Encoding.GSM_7, Asked.UCS2: Encoding.UCS_2}


class Bits(StrEnum):
    EIGHT = "8"
    SIXTEEN = "16"


class Letters(StrEnum):
    """What a carrier makes GSM-7 of, as an SMPP account's setting has it."""

    GSM7 = "gsm7"
    LATIN1 = "latin1"
    ASCII = "ascii"


class BadInput(Exception):
    """What was given is no text, or none that can be written as asked. The message is a sentence."""


class How(msgspec.Struct, frozen=True, kw_only=True):
    """How to count: see the options."""

    encoding: Encoding | None = None
    national: tuple[str, ...] = ()
    is_smart: bool = False
    is_wide: bool = False
    charset: str = ""


class Smart(msgspec.Struct, frozen=True, kw_only=True):
    """What smart encoding did: the characters it replaced, by their place in the text as it was."""

    changes: tuple[Forcing, ...] = ()
    segments_saved: int = 0


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The languages whose tables a text in GSM-7 needs, null for the default ones."""

    locking: str | None
    single_shift: str | None


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What `--json` prints. `national` and `smart` are there when they were asked for."""

    encoding: Encoding
    segments: int
    units: int
    parts: tuple[str, ...]
    forcing: tuple[Forcing, ...]
    national: Tables | None = None
    smart: Smart | None = None


def segments(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="The text, or - to read it from standard input.")] = None,
    encoding: Annotated[Asked, typer.Option(help="The encoding to count in; auto: the smaller.")] = Asked.AUTO,
    smart: Annotated[bool, typer.Option("--smart", help="Make typographic characters plain where it helps.")] = False,
    reference: Annotated[Bits, typer.Option(help="Bits of the reference that joins segments.")] = Bits.EIGHT,
    national: Annotated[str, typer.Option(help="Languages whose tables may be used, as tr,es.")] = "",
    alphabet: Annotated[Letters, typer.Option(help="What the carrier makes GSM-7 of.")] = Letters.GSM7,
    account: Annotated[str, typer.Option(help="Count as this account's texts are cut.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Read a JSON string a line; print an object a line.")] = False,
    url: Url = "",
    key: Key = "",
    data: Data = None,
    database: Database = None,
) -> None:
    """Count the segments of a text, and name the characters that make them more."""
    how = How(
        encoding=_ENCODING[encoding],
        national=tuple(filter(None, re.split(r"[,\s]+", national.lower()))),
        is_smart=smart,
        is_wide=reference is Bits.SIXTEEN,
        charset=CHARSETS[alphabet.value],
    )
    if account:
        _only_the_accounts(context)
        how = _as_the_account_has_it(how, account, url, key, data, database)
    try:
        if lines:
            if text not in (None, "-"):
                raise BadInput("With --lines the texts come from standard input, so give none beside it.")
            _count_lines(cast(io.BufferedIOBase, sys.stdin.buffer), sys.stdout.buffer, how)
            return
        counted = count(_text_of(text), how)
    except BadInput as bad:
        fail(str(bad))
    if as_json:
        sys.stdout.buffer.write(_json(counted) + b"\n")
        sys.stdout.buffer.flush()
    else:
        typer.echo(_told(counted))


def _only_the_accounts(context: typer.Context) -> None:
    said = [name for name in ("reference", "national", "alphabet") if _is_said(context, name)]
    if said:
        fail(f"An account's own settings say how its texts are cut: leave out --{' and --'.join(said)}.")


def _is_said(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _as_the_account_has_it(how: How, account: str, url: str, key: str, data: Path | None, database: str | None) -> How:
    """What the server says of the account; the texts are counted here, however many there are."""
    # Whoever counts by no account waits for nothing that a server needs.
    from heliogram.commands.asking import asked

    told = asked(lambda api: api.ask("POST", "/segments", {"text": "", "account": account}), url, key, data, database)
    cut = told["by_account"][0]["cut"]
    return msgspec.structs.replace(
        how,
        national=tuple(cut["national"]),
        is_wide=cut["reference_bits"] == int(Bits.SIXTEEN),
        charset=cut["charset"],
    )


def count(text: str, how: How) -> Counted:
    """The text as `--json` tells it. Raises BadInput."""
    try:
        text, smart = _smartened(text, how) if how.is_smart else (text, None)
        split = _split(text, how, how.encoding)
    except OurFault as fault:
        raise BadInput(f"{fault}.") from fault
    return Counted(
        encoding=split.encoding,
        segments=split.n_segments,
        units=split.n_units,
        parts=split.parts,
        forcing=split.forcing,
        national=_tables(split.shift) if how.national else None,
        smart=smart,
    )


def _split(text: str, how: How, encoding: Encoding | None = None) -> Split:
    return split_text(text, encoding=encoding, national=how.national, is_wide=how.is_wide, charset=how.charset)


def _smartened(text: str, how: How) -> tuple[str, Smart]:
    split = _split(text, how)
    plainly = split_plainly(text, split, is_wide=how.is_wide)
    if plainly is None:
        return text, Smart()
    changes = tuple(each for each in split.forcing if each.replacement is not None)
    return "".join(plainly.parts), Smart(changes=changes, segments_saved=split.n_segments - plainly.n_segments)


_LANGUAGES: Final = {identifier: language for language, identifier in IDENTIFIERS.items()}


def _tables(shift: Shift) -> Tables:
    return Tables(locking=_LANGUAGES.get(shift.locking), single_shift=_LANGUAGES.get(shift.single))


def _text_of(given: str | None) -> str:
    """The text given, or standard input without one line break at its end, which is the file's."""
    if given is None:
        raise BadInput("Give the text, or - to read it from standard input.")
    try:
        if given != "-":
            return given.encode("utf-8", "surrogateescape").decode()
        return re.sub(r"\r?\n\Z", "", sys.stdin.buffer.read().decode())
    except UnicodeError as error:
        raise BadInput("The text is not UTF-8.") from error


def _count_lines(source: io.BufferedIOBase, target: IO[bytes], how: How) -> None:
    """As many lines at once as have arrived, so that a file goes fast and who waits for one answer gets it."""
    n_before, rest = 0, b""
    while chunk := source.read1(_CHUNK_OCTETS):
        *whole, rest = (rest + chunk).split(b"\n")
        _answer(whole, target, how, n_before)
        n_before += len(whole)
    if rest:
        _answer([rest], target, how, n_before)


def _answer(lines: Sequence[bytes], target: IO[bytes], how: How, n_before: int) -> None:
    answers: list[bytes] = []
    try:
        for number, line in enumerate(lines, n_before + 1):
            try:
                answers.append(_json(count(_read(line), how)) + b"\n")
            except BadInput as bad:
                raise BadInput(f"Line {number}: {bad}") from bad
    finally:
        target.write(b"".join(answers))
        target.flush()


_STRINGS: Final = msgspec.json.Decoder(str)


def _read(line: bytes) -> str:
    try:
        return _STRINGS.decode(line)
    except UnicodeDecodeError as error:
        raise BadInput("not UTF-8.") from error
    except msgspec.ValidationError as error:
        raise BadInput(f"not a string. {_LINES_ARE}") from error
    except msgspec.DecodeError:
        return _read_half(line)


def _read_half(line: bytes) -> str:
    """A string with half of a surrogate pair in it, which JSON can write and a phone can be sent."""
    try:
        return str(json.loads(line.decode()))
    except UnicodeDecodeError as error:
        raise BadInput("not UTF-8.") from error
    except ValueError as error:
        raise BadInput(f"not JSON. {_LINES_ARE}") from error


def _json(counted: Counted) -> bytes:
    try:
        octets = _TO_JSON.encode(counted)
        for odd, escaped in _BREAKS.items():
            octets = octets.replace(odd, escaped)
        return octets
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can write
        return json.dumps(msgspec.to_builtins(counted), separators=(",", ":")).encode()


_TO_JSON: Final = msgspec.json.Encoder()
# JSON leaves these as they are, but some readers end a line at them.
_BREAKS: Final = {each.encode(): ascii(each)[1:-1].replace("x", "u00").encode() for each in "\x85\u2028\u2029"}


def _told(counted: Counted) -> str:
    lines = [
        f"{counted.encoding}, {_many(counted.segments, 'segment')}, {_many(counted.units, _UNIT[counted.encoding])}"
    ]
    if counted.national is not None:
        lines += _told_tables(counted.national)
    if counted.smart is not None:
        lines += ["", *_told_smart(counted.smart)]
    if counted.forcing:
        lines += ["", "These characters force UCS-2 (positions count from 0):", *_told_characters(counted.forcing)]
    for number, part in enumerate(counted.parts, 1):
        lines += ["", f"Segment {number} of {counted.segments}:", *(f"  {line}" for line in part.split("\n"))]
    return "\n".join(lines)


_UNIT: Final = {Encoding.GSM_7: "septet", Encoding.UCS_2: "UTF-16 unit"}


def _told_tables(tables: Tables) -> Iterator[str]:
    if tables.locking:
        yield f"In the place of the alphabet: the table of “{tables.locking}”."
    if tables.single_shift:
        yield f"Behind the escape: the table of “{tables.single_shift}”."


def _told_smart(smart: Smart) -> Iterator[str]:
    if smart.changes:
        n_saved = _many(smart.segments_saved, "segment") if smart.segments_saved else "no segment"
        yield f"Smart encoding saves {n_saved}. It replaced:"
        yield from _told_characters(smart.changes)
    else:
        yield "Smart encoding changes nothing: it would not make the text shorter."


def _told_characters(found: Sequence[Forcing]) -> Iterator[str]:
    """A line for each character, with its places and what could stand for it there."""
    places: dict[tuple[str, str, str | None], list[int]] = {}
    for each in found:
        places.setdefault((each.character, each.name, each.replacement), []).append(each.position)
    for (character, name, plain), positions in list(places.items())[:_N_SHOWN]:
        at = ", ".join(map(str, positions[:_N_SHOWN])) + (", …" if len(positions) > _N_SHOWN else "")
        shown = character if character.isprintable() else ascii(character)[1:-1]
        yield f"  {shown}  {name}, at {at}{_said(plain)}"
    if len(places) > _N_SHOWN:
        yield f"  and {_many(len(places) - _N_SHOWN, 'other character')}"


def _said(plain: str | None) -> str:
    if plain is None:
        return ""
    return f" → {plain}" if plain.strip() else " → a space" if plain else " → nothing"


def _many(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"
