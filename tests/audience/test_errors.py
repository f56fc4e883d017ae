"""What the audience's errors carry."""

from heliogram.audience.errors import AudienceError, ImportRefused, PhoneRefused


def test_a_refusal_carries_a_code_and_reads_as_its_sentence() -> None:
    for kind in (ImportRefused, PhoneRefused):
        error = kind("empty", "The file is empty.")
        assert isinstance(error, AudienceError)
        assert (error.code, error.sentence, str(error)) == ("empty", "The file is empty.", "The file is empty.")
