"""Vonage: JSON in and out, calls with a JWT back. Source: tests/vectors/providers/vonage.json and its SDK."""

import base64
import hashlib
import hmac
import json
from typing import Any

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

API_KEY = "abcdef12"
SETTINGS = {"api_key": API_KEY}
NEEDED: dict[str, type] = {"to": str, "from": str, "channel": str, "message_type": str}
ALLOWED: dict[str, type] = {"client_ref": str, "webhook_url": str, "ttl": int, "text": str, "image": dict}
ALLOWED |= {"content": list, "failover": list}


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


class VonageBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        api, _, self.signs = secret.partition(":")
        self.credentials = "Basic " + base64.b64encode(f"{API_KEY}:{api}".encode()).decode()
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must((request.method, request.path) == ("POST", "/v1/messages"), f"{request.method} {request.path}")
        must(request.headers.get("authorization") == self.credentials, "Authorization")
        body = json_fields(request, NEEDED, ALLOWED)
        must(body["to"].isdigit() and not body["from"].startswith("+"), "a number with its plus")
        kind = (body["channel"], body["message_type"])
        images: list[dict[str, str]] = []
        if kind == ("mms", "image"):
            images = [body["image"]]
        elif kind == ("mms", "content"):
            must(len(body["content"]) > 1 and all(each.pop("type") == "image" for each in body["content"]), "content")
            images = body["content"]
        else:
            must(kind == ("sms", "text") and bool(body["text"]), f"{kind}")
        must(all({"url"} <= set(each) <= {"url", "caption"} for each in images), "image")
        return Taken(
            to=f"+{body['to']}",
            sender=body["from"],
            text=body["text"] if not images else images[0].get("caption", ""),
            media=tuple(each["url"] for each in images),
            callback_url=body["webhook_url"],
        )

    def new_id(self, n: int, taken: Taken) -> str:
        return f"aaaaaaaa-bbbb-cccc-dddd-{n:012x}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        return Reply(status=202, body=json.dumps({"message_uuid": given}).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "The number 13125550142 is not usable.")

    def throttled(self) -> Reply:
        return self._error(429, "Too many requests.")

    def said(self, words: str) -> Reply:
        return self._error(422, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: Any) -> Call:
        told = {"message_uuid": given, "to": taken.to[1:], "from": taken.sender, "status": status or "delivered"}
        return self.called(told | {"channel": "sms", "timestamp": "2020-01-01T14:00:00.000Z"} | more)

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        told = {"channel": "sms", "message_uuid": unique, "to": to.lstrip("+"), "from": sender.lstrip("+")}
        return self.called(told | {"message_type": "text", "text": text})

    def called(self, told: Any) -> Call:
        return self.signed(json.dumps(told).encode())

    def signed(self, body: bytes, head: str = '{"alg":"HS256","typ":"JWT"}') -> Call:
        claims = {"iat": int(self.at()), "iss": "Vonage", "payload_hash": hashlib.sha256(body).hexdigest()}
        first = f"{b64(head.encode())}.{b64(json.dumps(claims).encode())}"
        token = f"{first}.{b64(hmac.new(self.signs.encode(), first.encode(), hashlib.sha256).digest())}"
        return Call(headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"}, body=body)

    def _error(self, status: int, words: str) -> Reply:
        error = {"type": "https://developer.vonage.com/api-errors/messages#1010", "title": "Refused", "detail": words}
        return Reply(status=status, body=json.dumps(error | {"instance": "bf0ca0bf"}).encode())
