"""`heliogram segments`: the same vectors as the wire and the browser, and what is said of bad input."""

import json
import os
import select
import subprocess
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from heliogram.cli import cli
from tests.commands.desk import Answer, Desk
from tests.wire.vectors import Vector, each, facts, text_of

EVERY = facts("segments")["cases"]
CASES = [case for case in EVERY if "cut" not in case]
CUT = [case for case in EVERY if "cut" in case]
LETTERS = {"": "gsm7", "latin-1": "latin1", "ascii": "ascii"}


def run(*arguments: str, stdin: bytes = b"") -> Answer:
    told = CliRunner().invoke(cli, ["segments", *arguments], input=stdin)
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return Answer(told.exit_code, told.stdout, told.stderr)


def lines(texts: list[str], *options: str) -> list[dict[str, Any]]:
    told = run("--lines", *options, stdin="".join(f"{json.dumps(text)}\n" for text in texts).encode())
    assert (told.code, told.err) == (0, "")
    return [json.loads(line) for line in told.out.splitlines()]


@each(CASES)
def test_a_text_is_counted_as_it_is_cut_for_the_wire(vector: Vector) -> None:
    told = run("--json", "--", text_of(vector["text"]))
    parts = list(map(text_of, vector.get("parts", [vector["text"]])))
    assert told.code == 0
    assert {**told.json(), "forcing": None} == {
        "encoding": vector["encoding"],
        "segments": len(parts),
        "units": vector["n_units"],
        "parts": parts,
        "forcing": None,
    }


@each(CUT)
def test_a_text_is_counted_as_an_account_may_want_it_cut(vector: Vector) -> None:
    cut = vector["cut"]
    options = ["--reference", "16" if cut.get("is_wide") else "8", "--national", ",".join(cut.get("national", []))]
    told = run("--json", *options, "--alphabet", LETTERS[cut.get("charset", "")], "--", text_of(vector["text"])).json()
    assert told["parts"] == list(map(text_of, vector.get("parts", [vector["text"]])))
    assert (told["encoding"], told["units"]) == (vector["encoding"], vector["n_units"])


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, []),
        ({"long_texts": "udh16"}, ["--reference", "16"]),
        ({"long_texts": "sar"}, ["--reference", "16"]),
        ({"national": "tr, es"}, ["--national", "tr,es"]),
        ({"alphabet": "ascii"}, ["--alphabet", "ascii"]),
    ],
    ids=lambda value: str(value),
)
def test_an_account_counts_as_its_settings_do(shop: Desk, settings: dict[str, str], options: list[str]) -> None:
    shop.set_settings("Simulator SMSC", settings)
    texts = ["a" * 306, "ığdır" * 31, "café {{", "ж" * 134, "á€"]
    named = ["--account", "Simulator SMSC"]
    for text in texts:
        told = shop.run("segments", "--json", *named, "--", text)
        assert (told.code, told.err) == (0, "")
        assert told.json() == run("--json", *options, "--", text).json()
    assert shop.run("segments", *named, "a" * 306).out == run(*options, "a" * 306).out


def test_an_account_that_there_is_not_and_rules_beside_one_are_refused(shop: Desk) -> None:
    told = shop.run("segments", "--account", "Nobody", "a")
    assert (told.code, told.out) == (2, "") and "account" in told.err
    told = shop.run("segments", "--account", "Simulator SMSC", "--reference", "8", "--national", "tr", "a")
    assert (told.code, told.out) == (2, "")
    assert "leave out --reference and --national" in " ".join(told.err.split())


def test_lines_and_standard_input_say_the_same_as_an_argument() -> None:
    texts = [text_of(vector["text"]) for vector in CASES]
    alone = [run("--json", "--", text).json() for text in texts]
    assert lines(texts) == alone
    assert [run("--json", "-", stdin=text.encode()).json() for text in texts] == alone


@given(st.lists(st.text(), max_size=5))
def test_every_line_has_one_answer_whose_parts_are_its_text(texts: list[str]) -> None:
    told = lines(texts)
    assert ["".join(each["parts"]) for each in told] == [unicodedata.normalize("NFC", text) for text in texts]


def test_the_object_has_these_keys_in_this_order() -> None:
    assert run("--json", "It’s").out == (
        '{"encoding":"UCS-2","segments":1,"units":4,"parts":["It’s"],"forcing":[{"position":2,"character":"’",'
        '"name":"Right single quotation mark","replacement":"\'"}]}\n'
    )


@pytest.mark.parametrize(
    ("options", "text", "segments"),
    [
        (["--encoding", "ucs2"], "a" * 71, 2),
        (["--encoding", "gsm7"], "a" * 71, 1),
        (["--encoding", "auto"], "a" * 71, 1),
        (["--reference", "16"], "a" * 306, 3),
        (["--reference", "8"], "a" * 306, 2),
        (["--reference", "16"], "ж" * 134, 3),
        (["--smart"], "’" * 71, 1),
        (["--smart", "--encoding", "ucs2"], "’" * 71, 2),
    ],
)
def test_an_option_changes_the_count(options: list[str], text: str, segments: int) -> None:
    assert run("--json", *options, text).json()["segments"] == segments
    assert lines([text], *options)[0]["segments"] == segments


def test_smart_encoding_says_what_it_changed_and_what_that_saves() -> None:
    told = run("--json", "--smart", "“Sale” – https://a.example/’ " + "a" * 60).json()
    assert (told["encoding"], told["smart"]) == ("UCS-2", {"changes": [], "segments_saved": 0})
    told = run("--json", "--smart", "“Sale”\u00a0– " + "a" * 62).json()
    assert (told["encoding"], told["segments"], told["forcing"]) == ("GSM-7", 1, [])
    assert told["parts"] == ['"Sale" - ' + "a" * 62]
    assert told["smart"]["segments_saved"] == 1
    changes = [(each["position"], each["character"], each["replacement"]) for each in told["smart"]["changes"]]
    assert changes == [(0, "“", '"'), (5, "”", '"'), (6, "\u00a0", " "), (7, "–", "-")]


def test_people_read_the_counts_the_characters_and_the_parts() -> None:
    assert run("It’s – 🙂’\u200b https://a.example/’").out.splitlines() == [
        "UCS-2, 1 segment, 31 UTF-16 units",
        "",
        "These characters force UCS-2 (positions count from 0):",
        "  ’  Right single quotation mark, at 2, 8 → '",
        "  –  En dash, at 5 → -",
        "  🙂  Slightly smiling face, at 7",
        "  \\u200b  Zero width space, at 9 → nothing",
        "  ’  Right single quotation mark, at 29",
        "",
        "Segment 1 of 1:",
        "  It’s – 🙂’\u200b https://a.example/’",
    ]
    assert run("a" * 161).out.splitlines() == [
        "GSM-7, 2 segments, 161 septets",
        "",
        "Segment 1 of 2:",
        "  " + "a" * 153,
        "",
        "Segment 2 of 2:",
        "  " + "a" * 8,
    ]


def test_a_text_of_many_odd_characters_does_not_fill_the_screen() -> None:
    told = run("абвгдежзиклм" + "’" * 12).out.splitlines()
    assert "  and 3 other characters" in told
    assert not any("Right single" in line for line in told)
    assert "  ’  Right single quotation mark, at 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … → '" in run("’" * 12).out.splitlines()


@pytest.mark.parametrize(
    ("national", "text", "units", "tables"),
    [
        ("tr", "ığdır", 5, {"locking": "tr", "single_shift": None}),
        ("es", "¿Qué tal, María?", 17, {"locking": None, "single_shift": "es"}),
        ("tr, ES", "María ığdır", 12, {"locking": "tr", "single_shift": "es"}),
        ("hi", "Hello", 5, {"locking": None, "single_shift": None}),
    ],
)
def test_languages_that_are_allowed_keep_a_text_in_gsm_7(
    national: str, text: str, units: int, tables: dict[str, str | None]
) -> None:
    told = run("--json", "--national", national, text).json()
    assert (told["encoding"], told["units"], told["national"]) == ("GSM-7", units, tables)
    assert lines([text], "--national", national) == [told]


def test_people_read_which_tables_a_text_needs_and_what_none_has() -> None:
    told = run("--national", "tr,es", "María ığdır").out
    assert "the alphabet: the table of “tr”.\nBehind the escape: the table of “es”." in told
    told = run("--national", "tr", "ığdır 🙂").out
    assert "Slightly smiling face" in told and "Latin small letter" not in told


def test_people_read_what_smart_encoding_did() -> None:
    assert run("--smart", "’" * 71).out.startswith("GSM-7, 1 segment, 71 septets\n\nSmart encoding saves 1 segment.")
    assert (
        "Smart encoding saves no segment. It replaced:\n  \\xa0  No-break space, at 1 → a space"
        in run("--smart", "a\u00a0b").out
    )
    assert "Smart encoding changes nothing" in run("--smart", "🙂’").out


@pytest.mark.parametrize(
    ("stdin", "text"), [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b"a\r", "a\r"), (b"", "")]
)
def test_one_line_break_at_the_end_of_standard_input_is_the_files(stdin: bytes, text: str) -> None:
    assert run("--json", "-", stdin=stdin).json()["parts"] == [text]


@pytest.mark.parametrize("character", "\x0b\x0c\x1c\x85\u2028\u2029")
def test_an_answer_is_one_line_for_every_reader(character: str) -> None:
    told = run("--json", f"a{character}b").out
    assert told.splitlines() == [told.removesuffix("\n")]
    assert json.loads(told)["parts"] == [f"a{character}b"]


def test_half_a_surrogate_pair_is_one_unit_and_is_written_as_it_was_read() -> None:
    told = run("--lines", stdin=b'"\\ud83d"\n')
    assert told.out.startswith('{"encoding":"UCS-2","segments":1,"units":1,"parts":["\\ud83d"]')
    assert "U+D83D" in told.out


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        ([], b"", "Give the text, or - to read it from standard input."),
        (["-"], b"\xff", "The text is not UTF-8."),
        (["\udcff"], b"", "The text is not UTF-8."),
        (["--lines", "text"], b"", "With --lines the texts come from standard input"),
        (["--lines"], b'"a"\n5\n', "Line 2: not a string."),
        (["--lines"], b"[" * 100_000, "Line 1: not a string."),
        (["--lines"], b'"a"\n\n"b"\n', "Line 2: not JSON."),
        (["--lines"], b'"a\n', "Line 1: not JSON."),
        (["--lines"], b'"a" b\n', "Line 1: not JSON."),
        (["--lines"], b'"\xff"\n', "Line 1: not UTF-8."),
        (["--lines"], b"\xff\n", "Line 1: not UTF-8."),
        (["--lines", "--encoding", "gsm7"], '"a"\n"’"\n'.encode(), "Line 2: Right single quotation mark is not in"),
        (["--encoding", "gsm7", "’"], b"", "Right single quotation mark is not in the GSM 7-bit alphabet."),
        (["--national", "xx", "a"], b"", "xx has no tables of its own, as tr, es, pt, bn"),
        (["--national", "tr", "--encoding", "gsm7", "ığ🙂"], b"", "Slightly smiling face is not in the GSM 7-bit"),
        (["--smart", "--encoding", "gsm7", "🙂"], b"", "Slightly smiling face is not in the GSM 7-bit alphabet."),
    ],
)
def test_bad_input_ends_with_2_and_a_sentence(arguments: list[str], stdin: bytes, said: str) -> None:
    told = run(*arguments, stdin=stdin)
    assert told.code == 2
    assert told.err.startswith(said) and told.err.endswith(".\n")
    # The lines before the bad one have their answers.
    assert told.out.count("\n") == stdin.startswith(b'"a"\n')


def test_who_waits_for_the_answer_to_one_line_gets_it() -> None:
    command = [sys.executable, "-m", "heliogram", "segments", "--lines"]
    # Unbuffered, it would pass whatever the command does.
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=buffered) as process:
        assert process.stdin is not None and process.stdout is not None
        for text in ("one", "two"):
            process.stdin.write(f'"{text}"\n'.encode())
            assert select.select([process.stdout], [], [], 60)[0]
            assert json.loads(os.read(process.stdout.fileno(), 4096))["parts"] == [text]
        process.stdin.close()
        assert process.wait(60) == 0
