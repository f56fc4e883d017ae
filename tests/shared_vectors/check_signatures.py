"""Signatures of webhooks that the vendors' own validators accept (providers/webhook_signatures.json).

Each is read as it is, and with one character of what it signs changed, which nobody may accept.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from heliogram.carriers import plivo, telnyx, twilio, vonage
from heliogram.carriers.signed import mac, matches

from .checked import Checked

Case = dict[str, Any]
Accepts = Callable[[str], bool]
"""Whether the product accepts the signature with this put behind what it signs; "" is the call as it came."""


def check_signatures(folder: Path) -> Checked:
    checked = Checked()
    sets = json.loads((folder / "providers" / "webhook_signatures.json").read_text())
    for provider, given in sets.items():
        for number, case in enumerate(given if isinstance(given, list) else [given], 1):
            name = f"{provider} {case.get('name') or case.get('version') or number}"
            for what, accepts in _READERS[provider](case):
                checked.judge(f"{name} {what}", [] if accepts("") else ["is not accepted"])
                checked.judge(f"{name} {what}, tampered", ["is accepted"] if accepts("x") else [])
    return checked


def _twilio(case: Case) -> Iterator[tuple[str, Accepts]]:
    fields = [(name, value) for name, value in case.get("params", {}).items()]
    fields += [(name, value) for name, value in case.get("params_list", [])]

    def accepts(tampered: str) -> bool:
        return matches(case["signature"], twilio.signature_of(case["auth_token"], case["url"] + tampered, fields))

    yield "signature", accepts


def _telnyx(case: Case) -> Iterator[tuple[str, Accepts]]:
    key = telnyx.public_key_of(case["public_key_b64"])

    def accepts(tampered: str) -> bool:
        body = (case["payload"] + tampered).encode()
        return telnyx.is_signed(key, case["signature_b64"], case["timestamp"], body)

    yield "signature", accepts


def _vonage(case: Case) -> Iterator[tuple[str, Accepts]]:
    token = case["header"].rpartition(" ")[2]
    yield "token", lambda tampered: vonage.is_signed(case["secret"], token, (case["body"] + tampered).encode())


def _sinch(case: Case) -> Iterator[tuple[str, Accepts]]:
    shown = {name.removeprefix("x-sinch-webhook-signature"): value for name, value in case["headers"].items()}

    def accepts(tampered: str) -> bool:
        signed = f"{case['body']}{tampered}.{shown['-nonce']}.{shown['-timestamp']}"
        return matches(shown[""], mac(case["secret"], signed.encode()))

    yield "signature", accepts


def _plivo(case: Case) -> Iterator[tuple[str, Accepts]]:
    parts = urlsplit(case["url"])
    url = f"{parts.scheme}://{parts.netloc}{parts.path}"
    fields = list(case.get("params", {}).items())

    def accepts(tampered: str) -> bool:
        nonce = case["nonce"] + tampered
        signed = plivo.signed_v3(url, parts.query, fields, nonce) if case["version"] == "v3" else url + nonce
        return matches(case["signature"], mac(case["auth_token"], signed.encode()))

    yield "signature", accepts


_READERS: dict[str, Callable[[Case], Iterator[tuple[str, Accepts]]]] = {
    "twilio": _twilio,
    "telnyx": _telnyx,
    "vonage": _vonage,
    "sinch": _sinch,
    "plivo": _plivo,
}
