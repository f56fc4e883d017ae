from pathlib import Path

import pytest

from .check_segments import check_segments
from .samples import Sample, write


def case(name: str, parts: list[str], cut_otherwise: list[str], **changed: object) -> Sample:
    """A case of a UCS-2 text in these parts, and in those of a library that knows no clusters."""
    text = "".join(parts)
    twilio: Sample = {"encoding": "UCS-2", "segments": len(parts), "parts": parts, "messageSizeBits": 16 * len(text)}
    split_sms: Sample = {
        "characterSet": "Unicode",
        "parts": [{"content": part, "bytes": 2 * len(part)} for part in cut_otherwise],
        "bytes": 2 * len(text),
    }
    for key, value in changed.items():
        (twilio if key in twilio else split_sms)[key] = value
    return {"name": name, "text": text, "twilio": twilio, "split_sms": split_sms}


def found(tmp_path: Path, *cases: Sample) -> tuple[int, int, int, list[str]]:
    checked = check_segments(write(tmp_path, "gsm7/segments_oracle.json", {"cases": list(cases)}))
    return checked.read, checked.passed, checked.exceptions.total(), checked.failures


PLAIN = ["ж" * 67, "ж" * 4]
KEYCAP = ["ж" * 65, "1\ufe0f\u20e3 жжж"]
SPLIT_KEYCAP = ["ж" * 65 + "1\ufe0f", "\u20e3 жжж"]


def test_what_both_libraries_say_passes_and_a_cluster_is_a_named_difference(tmp_path: Path) -> None:
    assert found(tmp_path, case("ucs71", PLAIN, PLAIN), case("keycap", KEYCAP, SPLIT_KEYCAP)) == (2, 1, 1, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"encoding": "GSM-7"}, "Twilio: the encoding"),
        ({"segments": 3}, "Twilio: the number of segments"),
        ({"messageSizeBits": 7 * 71}, "Twilio: the bits"),
        ({"characterSet": "GSM"}, "split-sms: the alphabet"),
        ({"bytes": 141}, "split-sms: the octets is"),
    ],
)
@pytest.mark.parametrize("name", ["ucs71", "keycap"])
def test_a_wrong_value_fails_even_in_a_case_that_differs_as_named(
    tmp_path: Path, name: str, wrong: Sample, said: str
) -> None:
    parts, theirs = (PLAIN, PLAIN) if name == "ucs71" else (KEYCAP, SPLIT_KEYCAP)
    read, passed, excepted, failures = found(tmp_path, case(name, parts, theirs, **wrong))
    assert (read, passed, excepted, len(failures)) == (1, 0, 0, 1)
    assert said in failures[0]


def test_a_part_cut_elsewhere_fails_where_no_difference_is_named(tmp_path: Path) -> None:
    failures = found(tmp_path, case("ucs71", PLAIN, ["ж" * 66, "ж" * 5]))[3]
    assert len(failures) == 1 and "split-sms: the parts" in failures[0]


def test_a_named_difference_that_is_gone_fails(tmp_path: Path) -> None:
    failures = found(tmp_path, case("keycap", KEYCAP, KEYCAP))[3]
    assert len(failures) == 1 and "no longer differs" in failures[0]


DECOMPOSED = ["ж" * 66, "e\u0301 жжж"]


def test_a_composed_letter_is_a_named_difference(tmp_path: Path) -> None:
    assert found(tmp_path, case("combining", DECOMPOSED, DECOMPOSED)) == (1, 0, 1, [])


@pytest.mark.parametrize(
    ("parts", "wrong", "said"),
    [
        (DECOMPOSED, {"segments": 1}, "it has more segments"),
        (DECOMPOSED, {"text": "ж" * 71}, "the text is"),
        (PLAIN, {}, "no longer differs"),
    ],
)
def test_only_the_composing_is_excused(tmp_path: Path, parts: list[str], wrong: Sample, said: str) -> None:
    text = {"text": wrong.pop("text")} if "text" in wrong else {}
    failures = found(tmp_path, {**case("combining", parts, parts, **wrong), **text})[3]
    assert len(failures) == 1 and said in failures[0]
