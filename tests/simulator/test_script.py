from pathlib import Path

import pytest

from heliogram.simulator.conduct import FAULTS
from heliogram.simulator.script import BadScript, read_script
from heliogram.simulator.settings import Ids

ONE = '[[carrier]]\nname = "north"\nprotocol = "smpp"\n'
MMSC = ONE.replace("smpp", "mm7") + "[[carrier.fault]]\n"
WEB = ONE.replace("smpp", "http") + "[[carrier.fault]]\n"
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
        ("carrier = " + "[" * 5_000, "is no TOML: there are too many brackets in brackets"),
        ("carrier = " + "{a = " * 5_000, "is no TOML: there are too many brackets in brackets"),
        ("seed = " + "9" * 5_000, "is no TOML: Exceeds the limit"),
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
        (MMSC + 'name = "nack"\n', "name: nack does not befall mm7"),
        (ONE + '[[carrier.fault]]\nname = "cut_answer"\n', "name: cut_answer does not befall smpp"),
        (ONE + '[[carrier.fault]]\nname = "error"\nstatus = 0\n', "status: from 1 to 0xFFFFFFFF"),
        (MMSC + 'name = "error"\nstatus = 399\n', "status: a StatusCode from 2000 to 9999"),
        (MMSC + 'name = "error"\nstatus = 600\n', "status: a StatusCode from 2000 to 9999"),
        (MMSC + 'name = "error"\nstatus = 1999\n', "status: a StatusCode from 2000 to 9999"),
        (MMSC + 'name = "error"\nstatus = 10000\n', "status: a StatusCode from 2000 to 9999"),
        (MMSC + 'name = "soap_fault"\nstatus = 500\n', "status: a StatusCode from 2000 to 9999"),
        (MMSC + 'name = "http_error"\nstatus = 4006\n', "status: a StatusCode from 2000 to 9999"),
        (WEB + 'name = "error"\nstatus = 399\n', "status: of HTTP, from 400 to 599"),
        (WEB + 'name = "error"\nstatus = 600\n', "status: of HTTP, from 400 to 599"),
        (WEB + 'name = "soap_fault"\n', "name: soap_fault does not befall http"),
        (ONE.replace("smpp", "http") + 'secret = "fifteen-octets-"\n', "secret: at least 16"),
        (ONE.replace("smpp", "http") + 'secret = "whsec_?"\n', "secret: at least 16 octets"),
        (MMSC + 'name = "drop"\ndelay_s = 1\n', "delay_s: drop waits for nothing"),
        (MMSC + 'name = "slow_answer"\ndelay_s = 60.1\n', "delay_s: from 0 to 60"),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_place_and_the_reason(text: str, words: str) -> None:
    with pytest.raises(BadScript) as refused:
        read_script(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "fault",
    [
        'name = "error"\nstatus = 400',
        'name = "error"\nstatus = 599',
        'name = "error"\nstatus = 2000',
        'name = "error"\nstatus = 9999',
        'name = "http_error"\nstatus = 500',
        'name = "slow_answer"\ndelay_s = 60',
    ],
)
def test_what_an_mmsc_can_do_it_may_be_told_to(fault: str) -> None:
    (carrier,) = read_script(f"{MMSC}{fault}\n").carrier
    assert len(carrier.faults()) == 1


def test_answers_and_connections_get_lost_over_mm7_too() -> None:
    (carrier,) = read_script(ONE.replace("smpp", "mm7") + 'loss = "bad"\n').carrier
    assert [fault.name for fault in carrier.faults()] == ["no_answer", "receipt_lost", "drop"]


def test_the_page_has_every_fault_and_its_example_can_be_played() -> None:
    listed = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `") and "fault" not in line[:9]]
    assert set(FAULTS) <= set(listed)
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    assert [carrier.name for carrier in read_script(example).carrier] == ["north", "south", "pictures", "own"]
