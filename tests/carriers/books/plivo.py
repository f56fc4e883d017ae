"""Plivo: JSON in and out, signed forms back. Source: tests/vectors/providers/plivo.json and its SDK."""

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

AUTH_ID = "MAXXXXXXXXXXXXXXXXXX"
SETTINGS = {"auth_id": AUTH_ID}
NEEDED: dict[str, type] = {"src": str, "dst": str, "text": str, "type": str, "url": str, "method": str}
ALLOWED: dict[str, type] = {"media_urls": list, "log": str, "trackable": bool}


class PlivoBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.secret = secret
        self.credentials = "Basic " + base64.b64encode(f"{AUTH_ID}:{secret}".encode()).decode()
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must((request.method, request.path) == ("POST", f"/v1/Account/{AUTH_ID}/Message/"), f"{request.path}")
        must(request.headers.get("authorization") == self.credentials, "Authorization")
        body = json_fields(request, NEEDED, ALLOWED)
        must(body["dst"].isdigit() and not body["src"].startswith("+"), "a number with its plus, or several")
        media = tuple(body.get("media_urls", ()))
        must(body["type"] == ("mms" if media else "sms") and body["method"] == "POST", "type or method")
        return Taken(to=f"+{body['dst']}", sender=body["src"], text=body["text"], media=media, callback_url=body["url"])

    def new_id(self, n: int, taken: Taken) -> str:
        return f"db3ce55a-7f1d-11e1-8ea7-{n:012x}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        said = {"message": "message(s) queued", "message_uuid": [given], "api_id": "db342550"}
        return Reply(status=202, body=json.dumps(said).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "13125550142 is not usable")

    def throttled(self) -> Reply:
        return self._error(429, "too many requests")

    def said(self, words: str) -> Reply:
        return self._error(400, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: str) -> Call:
        fields = {"MessageUUID": given, "ParentMessageUUID": given, "Status": status or "delivered", "Units": "1"}
        return self.signed(fields | {"To": taken.to[1:], "From": taken.sender, "ErrorCode": ""} | more)

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        fields = {"MessageUUID": unique, "From": sender.lstrip("+"), "To": to.lstrip("+"), "Text": text, "Type": "sms"}
        return self.signed(fields)

    def signed(self, fields: dict[str, str], nonce: str = "12345") -> Call:
        joined = "".join(name + fields[name] for name in sorted(fields))
        return self._call(fields, "V3", nonce, f"{self.callback_url}?{joined}.{nonce}")

    def signed_v2(self, fields: dict[str, str], nonce: str = "12345") -> Call:
        return self._call(fields, "V2", nonce, self.callback_url + nonce)

    def _call(self, fields: dict[str, str], version: str, nonce: str, signed: str) -> Call:
        tag = base64.b64encode(hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", f"X-Plivo-Signature-{version}": tag}
        return Call(headers=headers | {f"X-Plivo-Signature-{version}-Nonce": nonce}, body=urlencode(fields).encode())

    def _error(self, status: int, words: str) -> Reply:
        return Reply(status=status, body=json.dumps({"api_id": "db342550", "error": words}).encode())
