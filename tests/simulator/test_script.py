from pathlib import Path

import pytest

from heliogram.simulator.conduct import FAULTS
from heliogram.simulator.script import BadScript, read_script
from heliogram.simulator.settings import Ids

ONE = '[[carrier]]\nname = "north"\nprotocol = "smpp"\n'
PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()


def test_what_is_left_out_is_as_usual() -> None:
    script = read_script(ONE)
    (carrier,) = script.carrier
    assert (script.seed, script.control_port, carrier.system_id, carrier.ids) == (1, 8026, "heliogram", Ids.DECIMAL)
    assert (carrier.faults(), carrier.span().max_s, carrier.mms.takes("+13125550142")) == ((), 0, True)


def test_loss_adds_faults_after_those_of_the_script() -> None:
    (carrier,) = read_script(f'{ONE}loss = {{answers = 0.5}}\n[[carrier.fault]]\nname = "outbind"\n').carrier
    assert [(fault.name, fault.share) for fault in carrier.faults()] == [("outbind", 1.0), ("no_answer", 0.5)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("carrier = ", "is no TOML"),
        ("", "carrier"),
        (ONE.replace("smpp", "fax"), "carrier 1, protocol: Invalid enum value 'fax'"),
        (ONE + "prot = 1\n", "carrier 1: Object contains unknown field `prot`"),
        (ONE + "port = 65536\n", "carrier 1, port: Expected `int` <= 65535"),
        (ONE + ONE, "carrier 2 (north), name: another carrier has it"),
        (ONE + "port = 8026\n", "carrier 1 (north), port: 8026 is taken"),
        (ONE + "latency = {min_s = 2, max_s = 1}\n", "carrier 1 (north), latency"),
        (ONE + "latency = {max_s = 60.1}\n", "carrier 1 (north), latency"),
        (ONE + '[[carrier.fault]]\nname = "nope"\n', "fault 1, name: there is no 'nope'; there are black_hole"),
        (ONE + '[[carrier.fault]]\nname = "drop"\nevery = 0\n', "fault 1, every: at least 1"),
        (ONE + '[[carrier.fault]]\nname = "drop"\nshare = 1.1\n', "fault 1, share: from 0 to 1"),
        (ONE + '[[carrier.fault]]\nname = "drop"\nstatus = 8\n', "fault 1, status: drop refuses nothing"),
        (ONE + '[[carrier.fault]]\nname = "drop"\nfrom_s = 5\nuntil_s = 5\n', "fault 1, until_s"),
        (ONE.replace("smpp", "mm7") + '[[carrier.fault]]\nname = "nack"\n', "name: nack does not befall mm7"),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_place_and_the_reason(text: str, words: str) -> None:
    with pytest.raises(BadScript) as refused:
        read_script(text)
    assert words in str(refused.value)


def test_the_page_has_every_fault_and_its_example_can_be_played() -> None:
    listed = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `") and "fault" not in line[:9]]
    assert set(FAULTS) <= set(listed)
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    assert [carrier.name for carrier in read_script(example).carrier] == ["north", "south", "pictures"]
