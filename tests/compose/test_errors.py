"""What the errors of composing carry."""

from heliogram.compose.errors import ComposeError, RenderRefused, TemplateRefused


def test_a_refused_template_says_where_and_reads_as_its_sentence() -> None:
    error = TemplateRefused("“{{” is never closed.", line=3, column=7)
    assert isinstance(error, ComposeError)
    assert (error.line, error.column, str(error)) == (3, 7, error.sentence)


def test_a_refused_rendering_reads_as_its_sentence() -> None:
    assert str(RenderRefused("Too long.")) == RenderRefused("Too long.").sentence == "Too long."
