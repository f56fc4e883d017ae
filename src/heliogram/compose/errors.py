"""The errors of composing, in sentences for the author of the text.

ComposeError
├── TemplateRefused   the text cannot be used for anyone; says where
└── RenderRefused     the text cannot be written for this one person
"""


class ComposeError(Exception):
    """Something about a text is wrong; the exception's text is the sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TemplateRefused(ComposeError):
    """The template has a mistake. `line` and `column` count from 1; `column` is None where only the line is known."""

    def __init__(self, sentence: str, *, line: int, column: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column


class RenderRefused(ComposeError):
    """The template meets data it cannot work with, or grows beyond its bounds."""
