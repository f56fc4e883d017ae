"""Sinch: its SMS and its MMS API. Source: tests/vectors/providers/sinch.json and its documentation."""

import base64
import hashlib
import hmac
import json
from typing import Any

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

PLAN, SERVICE = "SP", "32113"
SETTINGS = {"service_plan_id": PLAN, "service_id": SERVICE, "mms_url": "/ep/v2/"}
TEXT: dict[str, type] = {"to": list, "from": str, "body": str, "type": str, "callback_url": str}
TEXT_MORE: dict[str, type] = {"delivery_report": str, "client_reference": str}
MMS: dict[str, type] = {"action": str, "service-id": str, "to": str, "from": str, "message-subject": str, "slide": list}
MMS_MORE: dict[str, type] = {"disable-fallback-sms": bool, "client-reference": str}


class SinchBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.token, self.api, self.key = secret.split(":", 2)
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must(request.method == "POST", request.method)
        if request.path == f"/xms/v1/{PLAN}/batches":
            must(request.headers.get("authorization") == f"Bearer {self.token}", "Authorization")
            body = json_fields(request, TEXT, TEXT_MORE)
            must(body["type"] == "mt_text" and body["delivery_report"] == "per_recipient", "type")
            must(body["callback_url"] == f"{self.callback_url}?key={self.key}", "callback_url")
            (to,) = body["to"]
            return self._taken(to, body["from"], body["body"], ())
        must(request.path == "/ep/v2/" and request.headers.get("x-api-key") == self.api, "path or x-api-key")
        body = json_fields(request, MMS, MMS_MORE)
        must((body["action"], body["service-id"]) == ("sendmms", SERVICE), "action or service-id")
        slides = body["slide"]
        must(1 <= len(slides) <= 8 and 1 <= len(body["message-subject"]) <= 80, "slides or subject")
        must(all({"image"} <= set(each) <= {"image", "message-text"} for each in slides), "slide")
        media = tuple(each["image"]["url"] for each in slides)
        return self._taken(body["to"], body["from"], slides[0].get("message-text", ""), media)

    def new_id(self, n: int, taken: Taken) -> str:
        return f"MMS_{n:05}" if taken.media else f"01FC66621XXXXX119Z8P{n:06}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        if taken.media:
            said = {"status": "Success", "to": taken.to[1:], "tracking-id": given, "status-details": "queued"}
            return Reply(status=200, body=json.dumps(said).encode())
        said = {"id": given, "to": [taken.to[1:]], "from": taken.sender, "body": "…", "type": "mt_text"}
        return Reply(status=201, body=json.dumps(said).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "The number 13125550142 is not usable.")

    def throttled(self) -> Reply:
        return self._error(429, "Too many requests.")

    def said(self, words: str) -> Reply:
        return self._error(400, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: Any) -> Call:
        if taken.media:
            told = {"origin": "MMS_MT", "code": status or "N102", "status": "…", "tracking-id": given}
            return self.keyed(told | {"to": taken.to[1:], "from": taken.sender} | more)
        told = {"type": "recipient_delivery_report_sms", "batch_id": given, "recipient": taken.to[1:]}
        return self.signed(told | {"code": 0, "status": status or "DELIVERED"} | more)

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        told = {"type": "mo_text", "id": unique, "from": sender.lstrip("+"), "to": to.lstrip("+"), "body": text}
        return self.signed(told)

    def keyed(self, told: Any) -> Call:
        headers = {"Content-Type": "application/json"}
        return Call(headers=headers, body=json.dumps(told).encode(), query=f"key={self.key}")

    def signed(self, told: Any, nonce: str = "n1") -> Call:
        body, at = json.dumps(told), str(int(self.at()))
        tag = hmac.new(self.key.encode(), f"{body}.{nonce}.{at}".encode(), hashlib.sha256).digest()
        name = "x-sinch-webhook-signature"
        headers = {name: base64.b64encode(tag).decode(), f"{name}-nonce": nonce, f"{name}-timestamp": at}
        return Call(headers=headers, body=body.encode())

    def _taken(self, to: str, sender: str, text: str, media: tuple[str, ...]) -> Taken:
        must(to.isdigit() and not sender.startswith("+"), "a number with its plus")
        return Taken(to=f"+{to}", sender=sender, text=text, media=media, callback_url=self.callback_url)

    def _error(self, status: int, words: str) -> Reply:
        return Reply(status=status, body=json.dumps({"code": "syntax_invalid", "text": words}).encode())
