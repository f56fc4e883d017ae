"""Telnyx: JSON in and out, events signed by Ed25519 back. Source: tests/vectors/providers/telnyx.json and its docs."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = base64.b64encode(SIGNER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
SETTINGS = {"public_key": PUBLIC_KEY}
NEEDED: dict[str, type] = {"from": str, "to": str, "text": str, "type": str}
ALLOWED: dict[str, type] = {"media_urls": list, "subject": str, "encoding": str, "messaging_profile_id": str}
ALLOWED |= {"webhook_url": str, "webhook_failover_url": str, "use_profile_webhooks": bool}
STATUS_OF = {40011: 429, 40300: 403}


class TelnyxBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.secret = secret
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must((request.method, request.path) == ("POST", "/messages"), f"{request.method} {request.path}")
        must(request.headers.get("authorization") == f"Bearer {self.secret}", "Authorization")
        must(bool(request.headers.get("idempotency-key")), "Idempotency-Key")
        body = json_fields(request, NEEDED, ALLOWED)
        media = tuple(body.get("media_urls", ()))
        must(body["type"] == ("MMS" if media else "SMS"), "type")
        must(body.get("encoding", "auto") in ("auto", "gsm7", "ucs2") and len(media) <= 10, "encoding or media")
        must(body["to"].startswith("+"), "to")
        return Taken(
            to=body["to"],
            sender=body["from"],
            text=body["text"],
            media=media,
            callback_url=body["webhook_url"],
            key=request.headers["idempotency-key"],
        )

    def looked_up(self, request: Received) -> Reply:
        must(request.method == "GET", request.method)
        number, _, query = request.path.removeprefix("/number_lookup/").partition("?")
        must(request.path.startswith("/number_lookup/+") and query == "type=carrier", request.path)
        must(number[1:].isdigit() and not request.body, "the number, or a body")
        must(request.headers.get("authorization") == f"Bearer {self.secret}", "Authorization")
        must(request.headers.get("accept") == "application/json", "Accept")
        carrier = {"type": "fixed line", "name": "Verizon", "mobile_country_code": None, "mobile_network_code": None}
        data = {"phone_number": number, "record_type": "number_lookup", "carrier": carrier, "valid_number": True}
        return Reply(status=200, body=json.dumps({"data": data}).encode())

    def new_id(self, n: int, taken: Taken) -> str:
        return f"b0c7e8cb-6227-4c74-9f32-{n:012}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        return Reply(status=200, body=json.dumps({"data": self._message(given, taken, "queued")}).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "Messages cannot be sent to '+13125550142' due to an existing block rule.")

    def throttled(self) -> Reply:
        return self._error(40011, "Too many requests")

    def said(self, words: str) -> Reply:
        return self._error(40310, words)

    def receipt(self, given: str, taken: Taken, status: str = "", code: str = "") -> Call:
        message = self._message(given, taken, status or "delivered")
        message["errors"] = [{"code": code, "title": "…", "detail": "…"}] if code else []
        return self.called("message.finalized", message)

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        message = self._message(unique, Taken(to=to, sender=sender, text=text), "webhook_delivered")
        return self.called("message.received", message | {"direction": "inbound", "text": text})

    def called(self, kind: str, payload: Any) -> Call:
        event = {"data": {"event_type": kind, "id": "e1", "record_type": "event", "payload": payload}, "meta": {}}
        return self.signed(json.dumps(event).encode())

    def signed(self, body: bytes) -> Call:
        timestamp = str(int(self.at()))
        signature = base64.b64encode(SIGNER.sign(f"{timestamp}|".encode() + body)).decode()
        headers = {"Content-Type": "application/json", "telnyx-timestamp": timestamp}
        return Call(headers=headers | {"telnyx-signature-ed25519": signature}, body=body)

    def _message(self, given: str, taken: Taken, status: str) -> dict[str, Any]:
        message: dict[str, Any] = {"record_type": "message", "direction": "outbound", "id": given, "type": "SMS"}
        message |= {"from": {"phone_number": taken.sender, "carrier": "TELNYX LLC"}, "text": taken.text, "errors": []}
        return message | {"to": [{"phone_number": taken.to, "status": status}], "parts": 1, "media": []}

    def _error(self, code: int, words: str) -> Reply:
        errors = [{"code": str(code), "title": "Refused", "detail": words}]
        return Reply(status=STATUS_OF.get(code, 422), body=json.dumps({"errors": errors}).encode())
