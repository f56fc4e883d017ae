"""Bandwidth: JSON in and out, arrays of events back. Source: tests/vectors/providers/bandwidth.json and its docs."""

import base64
import json
from typing import Any

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

ACCOUNT, APPLICATION, USERNAME = "9900000", "93de2206-9669-4e07-948d-329f4b722ee2", "heliogram"
SETTINGS = {"account_id": ACCOUNT, "application_id": APPLICATION, "username": USERNAME}
NEEDED: dict[str, type] = {"applicationId": str, "to": list, "from": str, "text": str}
ALLOWED: dict[str, type] = {"media": list, "tag": str, "priority": str, "expiration": str}


class BandwidthBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.credentials = "Basic " + base64.b64encode(f"{USERNAME}:{secret}".encode()).decode()
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must((request.method, request.path) == ("POST", f"/users/{ACCOUNT}/messages"), f"{request.path}")
        must(request.headers.get("authorization") == self.credentials, "Authorization")
        body = json_fields(request, NEEDED, ALLOWED)
        must(body["applicationId"] == APPLICATION, "applicationId")
        must(len(body["to"]) == 1 and body["to"][0].startswith("+"), "to")
        must(len(body["text"]) <= 2048 and len(body.get("tag", "")) <= 1024, "too long")
        media = tuple(body.get("media", ()))
        must(len(media) <= 10 and all(len(url) <= 4096 for url in media), "media")
        must(bool(body["text"] or media), "neither text nor media")
        return Taken(
            to=body["to"][0], sender=body["from"], text=body["text"], media=media, callback_url=self.callback_url
        )

    def new_id(self, n: int, taken: Taken) -> str:
        return f"1476207046829{n:04}kw2fuqty55yp2b2"

    def accepted(self, given: str, taken: Taken) -> Reply:
        message = self._message(given, taken, "out") | {"text": taken.text, "media": list(taken.media)}
        return Reply(status=202, body=json.dumps(message).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "'+13125550142' must be replaced with a valid E164 formatted telephone number")

    def throttled(self) -> Reply:
        return self._error(429, "Too many", "max-message-queue-size-exceeded")

    def said(self, words: str) -> Reply:
        return self._error(400, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: Any) -> Call:
        kind = status or "message-delivered"
        event = {"time": "2024-12-02T20:15:58Z", "type": kind, "to": taken.to, "description": "…"}
        return self.called([event | {"message": self._message(given, taken, "out")} | more])

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        message = self._message(unique, Taken(to=to, sender=sender, text=text), "in") | {"text": text}
        return self.called([{"type": "message-received", "to": to, "description": "…", "message": message}])

    def called(self, events: Any) -> Call:
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": self.credentials}
        return Call(headers=headers, body=json.dumps(events).encode())

    def _message(self, given: str, taken: Taken, direction: str) -> dict[str, Any]:
        message: dict[str, Any] = {"id": given, "owner": taken.sender, "applicationId": APPLICATION, "segmentCount": 1}
        return message | {"direction": direction, "to": [taken.to], "from": taken.sender, "text": "", "tag": "t"}

    def _error(self, status: int, words: str, kind: str = "request-validation") -> Reply:
        error = {"type": kind, "description": words, "fieldErrors": []}
        return Reply(status=status, body=json.dumps(error).encode())
