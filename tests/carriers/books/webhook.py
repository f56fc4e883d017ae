"""A gateway written from docs/carriers/webhook.md alone, signed by the words of Standard Webhooks 1.0."""

import base64
import hashlib
import hmac
import json
from typing import Any

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

FIELDS: dict[str, type] = {"key": str, "from": str, "to": str, "text": str, "media": list, "callback_url": str}


class WebhookBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.secret = secret
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must((request.method, request.path) == ("POST", "/messages"), f"{request.method} {request.path}")
        given, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        must(abs(int(timestamp) - self.at()) < 300, "webhook-timestamp")
        must(request.headers["webhook-signature"] == self._tag(given, timestamp, request.body), "webhook-signature")
        body = json_fields(request, FIELDS, {})
        must(body["key"] == given and body["to"].startswith("+"), "key or to")
        must(all(set(each) == {"url", "content_type"} for each in body["media"]), "media")
        return Taken(
            to=body["to"],
            sender=body["from"],
            text=body["text"],
            media=tuple(each["url"] for each in body["media"]),
            callback_url=body["callback_url"],
            key=given,
        )

    def new_id(self, n: int, taken: Taken) -> str:
        return f"g-{n}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        return Reply(status=202, body=json.dumps({"id": given}).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "+13125550142 is nobody's.", "not_a_mobile" if code == 400 else "")

    def throttled(self) -> Reply:
        return self._error(429, "Slow down.", "")

    def said(self, words: str) -> Reply:
        return self._error(400, words, "not_a_mobile")

    def receipt(self, given: str, taken: Taken, status: str = "", **more: str) -> Call:
        event = {"type": "receipt", "id": given, "news": status or "delivered", "to": taken.to}
        return self.called({"events": [event | more]})

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        return self.called({"events": [{"type": "inbound", "id": unique, "from": sender, "to": to, "text": text}]})

    def called(self, told: Any) -> Call:
        return self.signed(json.dumps(told).encode())

    def signed(self, body: bytes, given: str = "e1") -> Call:
        timestamp = str(int(self.at()))
        headers = {"Content-Type": "application/json", "webhook-id": given, "webhook-timestamp": timestamp}
        return Call(headers=headers | {"webhook-signature": self._tag(given, timestamp, body)}, body=body)

    def _tag(self, given: str, timestamp: str, body: bytes) -> str:
        tag = hmac.new(self.secret.encode(), f"{given}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        return "v1," + base64.b64encode(tag).decode()

    def _error(self, status: int, words: str, reason: str) -> Reply:
        return Reply(status=status, body=json.dumps({"reason": reason, "code": "E7", "message": words}).encode())
