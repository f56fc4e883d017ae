"""The errors of the audience, each with a code for machines and a sentence for whoever brought the data.

AudienceError
├── ImportRefused   a file that cannot be used at all
└── PhoneRefused    a text that is not a telephone number
"""


class AudienceError(Exception):
    """Something about the people brought in is not usable; the exception's text is the sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class ImportRefused(AudienceError):
    """The file as a whole cannot be read. Nothing of it was used."""


class PhoneRefused(AudienceError):
    """What stands where a telephone number should be is not one."""
