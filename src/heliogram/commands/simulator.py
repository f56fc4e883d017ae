"""`heliogram simulator`: an SMSC and an MMSC with phones behind them, on loopback."""

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer
import uvloop

from heliogram.clock import now
from heliogram.simulator.run import run
from heliogram.simulator.script import BadScript, read_script
from heliogram.simulator.settings import CHARSETS, Ids, SimulatorSettings
from heliogram.simulator.several import play
from heliogram.wire.smpp.message import LongForm


def simulator(
    folder: Annotated[Path, typer.Option(help="Where its journal and the pictures it got are kept.")] = Path(
        "simulator"
    ),
    smpp_port: Annotated[int, typer.Option(help="Port of the SMSC; 0: any.")] = 2775,
    mm7_port: Annotated[int, typer.Option(help="Port of the MMSC; 0: any.")] = 8080,
    control_port: Annotated[int, typer.Option(help="Port of its control socket; 0: any.")] = 8026,
    system_id: Annotated[str, typer.Option(help="Name to bind with.")] = "heliogram",
    password: Annotated[str, typer.Option(help="Password to bind with, at most 8 characters.")] = "secret",
    mm7_callback: Annotated[str, typer.Option(help="Where receipts and replies for picture messages go.")] = "",
    tls_certificate: Annotated[str, typer.Option(help="PEM file: SMPP is spoken in TLS, with this certificate.")] = "",
    tls_key: Annotated[str, typer.Option(help="PEM file of its key, where it is not in the same file.")] = "",
    tls_client_ca: Annotated[str, typer.Option(help="PEM file: clients need a certificate of this authority.")] = "",
    alphabet: Annotated[
        Literal["gsm7", "latin1", "ascii"], typer.Option(help="What data_coding 0 stands for.")
    ] = "gsm7",
    long_replies: Annotated[LongForm, typer.Option(help="How long texts of phones come.")] = LongForm.PAYLOAD,
    answer_ids: Annotated[Ids, typer.Option(help="How message ids are written in answers.")] = Ids.DECIMAL,
    receipt_ids: Annotated[Ids, typer.Option(help="How message ids are written in receipts.")] = Ids.DECIMAL,
    receipt_delay: Annotated[float, typer.Option(help="Seconds until a receipt.")] = 0.05,
    answer_delay: Annotated[float, typer.Option(help="Seconds until an answer.")] = 0.0,
    delivery_delay: Annotated[
        float, typer.Option(help="Seconds that a message waits for its phone, and can be taken back.")
    ] = 0.0,
    ready_file: Annotated[Path | None, typer.Option(help="Gets the ports as JSON once everything listens.")] = None,
    script: Annotated[
        Path | None, typer.Option(help="TOML file: several carriers, with their faults. Only the folder counts beside.")
    ] = None,
    end_with_stdin: Annotated[
        bool, typer.Option("--end-with-stdin", help="End when standard input does: with whoever started it.")
    ] = False,
) -> None:
    """Run the simulator until Ctrl-C. Point accounts at it exactly as at a carrier."""
    if end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    if script is not None:
        _play(script, folder, ready_file)
        return
    settings = SimulatorSettings(
        folder=folder,
        smpp_port=smpp_port,
        mm7_port=mm7_port,
        control_port=control_port,
        system_id=system_id,
        password=password,
        mm7_callback_url=mm7_callback,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        charset=CHARSETS[alphabet],
        long_replies=long_replies,
        answer_ids=answer_ids,
        receipt_ids=receipt_ids,
        receipt_delay_s=receipt_delay,
        answer_delay_s=answer_delay,
        delivery_delay_s=delivery_delay,
        ready_file=ready_file,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, lambda: now().timestamp()))


def _play(path: Path, folder: Path, ready_file: Path | None) -> None:
    try:
        script = read_script(path.read_text())
    except (BadScript, OSError, UnicodeDecodeError) as problem:
        typer.echo(f"{path}: {problem}", err=True)
        raise typer.Exit(2) from problem
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        summary = runner.run(play(script, folder, lambda: now().timestamp(), ready_file))
    for name, counts in summary.items():
        typer.echo(f"{name}: " + ", ".join(f"{kind} {count}" for kind, count in counts.items()))


def _end_with_stdin() -> None:
    # Not `sys.stdin`: its lock would still be held when the interpreter ends.
    while os.read(0, 4_096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
