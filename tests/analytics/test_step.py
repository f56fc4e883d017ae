from heliogram.analytics.step import TimelineStep, Tone
from tests.world import NOON


def test_a_step_has_its_moment_and_title_and_is_plain_information_unless_it_says_otherwise() -> None:
    step = TimelineStep(at=NOON, kind="queued", title="Queued")
    assert (step.detail, step.facts, step.raw, step.tone, step.pictures) == ("", (), None, Tone.INFO, ())
    assert step == TimelineStep(at=NOON, kind="queued", title="Queued")
