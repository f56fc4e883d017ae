"""Every reason the product gives has a sentence. The codes are read out of the source, so that none is forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import heliogram
from heliogram.model import reasons
from heliogram.model.reasons import WHY_CHANNEL, WHY_FAILED, WHY_HELD, WHY_SKIPPED, sentence_for, sentence_for_way

SOURCE = Path(heliogram.__file__).parent
TABLES = {"Denied": WHY_SKIPPED, "NoRoute": WHY_SKIPPED, "Held": WHY_HELD, "Unknown": WHY_FAILED, "News": WHY_FAILED}
"""Which table has the sentence for a reason given with one of these."""
SENTENCES = [(code, said) for table in (WHY_SKIPPED, WHY_CHANNEL, WHY_HELD, WHY_FAILED) for code, said in table.items()]


def _is_code(word: str) -> bool:
    return word.replace("_", "").isalpha() and word.islower()


def _given() -> Iterator[tuple[str, str]]:
    """(class, code) of every `Class(reason="code")` in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            for keyword in node.keywords:
                match keyword:
                    case ast.keyword(arg="reason", value=ast.Constant(value=str(code))) if _is_code(code):
                        yield node.func.id, code


def _literals(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize(("kind", "code"), sorted({each for each in _given() if each[0] in TABLES}))
def test_every_reason_in_the_source_has_a_sentence(kind: str, code: str) -> None:
    assert code in TABLES[kind]


@pytest.mark.parametrize("code", sorted({code for kind, code in _given() if kind == "Stop"}))
def test_every_reason_for_a_stop_has_a_sentence(code: str) -> None:
    assert code in WHY_SKIPPED | WHY_HELD


def test_reading_the_source_finds_the_reasons_it_gives() -> None:
    assert {("Denied", "opted_out"), ("Held", "not_due"), ("Stop", "too_long")} <= set(_given())


@pytest.mark.parametrize("code", ["destination_no_mms", "carrier_not_approved", "sender_cannot_mms", "media_not_taken"])
def test_every_replacement_by_a_link_is_explained_to_whom_it_happens(code: str) -> None:
    assert "link" in sentence_for_way(code) and "no link" not in sentence_for_way(code)


@pytest.mark.parametrize("code", ["carrier_not_approved", "sender_cannot_mms", "media_not_taken"])
def test_where_the_group_sends_no_link_the_same_code_says_that_nothing_was_sent(code: str) -> None:
    assert sentence_for(code).endswith("the group sends no link instead.")


@pytest.mark.parametrize(("code", "sentence"), SENTENCES)
def test_a_sentence_is_one(code: str, sentence: str) -> None:
    assert sentence[0].isupper() and sentence.endswith(".")
    assert "  " not in sentence and code not in sentence


def test_no_sentence_is_left_over() -> None:
    sources = [path for path in SOURCE.rglob("*.py") if path != Path(reasons.__file__)]
    used = set().union(*map(_literals, sources))
    assert {code for code, _sentence in SENTENCES} <= used


def test_a_carriers_own_code_is_shown_as_it_is() -> None:
    assert sentence_for("0x00000058") == "The carrier said: 0x00000058."


def test_a_carriers_own_sentence_is_shown_as_it_is() -> None:
    said = "The gateway was sent the message and did not answer in time."
    assert sentence_for(said) == said


def test_no_reason_needs_no_sentence() -> None:
    assert sentence_for("") == sentence_for_way("") == ""
