"""Twilio: form in, JSON out, signed forms back. Source: tests/vectors/providers/twilio.json, recorded from its SDK."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ..provider import Call, Received, Reply, Taken, must, standing

ACCOUNT_SID = "AC" + "0" * 31 + "1"
ONCE = {"To", "From", "Body", "StatusCallback", "SmartEncoded", "ValidityPeriod", "MessagingServiceSid"}
STATUS_OF = {20003: 401, 20429: 429}


class TwilioBook:
    def __init__(self, token: str, callback_url: str) -> None:
        self.token = token
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        must((request.method, request.path) == ("POST", path), f"{request.method} {request.path}")
        expected = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{self.token}".encode()).decode()
        must(request.headers.get("authorization") == expected, "Authorization")
        must(request.headers.get("content-type") == "application/x-www-form-urlencoded", "Content-Type")
        must(request.headers.get("accept") == "application/json", "Accept")
        pairs = parse_qsl(request.body.decode("ascii"), strict_parsing=True)
        names = [name for name, _ in pairs if name != "MediaUrl"]
        media = tuple(value for name, value in pairs if name == "MediaUrl")
        must(len(names) == len(set(names)) and set(names) <= ONCE, f"fields {sorted(names)}")
        fields = dict(pairs)
        must({"To", "From", "StatusCallback", "SmartEncoded"} <= set(fields), "a field is missing")
        must(bool(fields.get("Body") or media), "neither Body nor MediaUrl")
        must(fields["SmartEncoded"] == "false", "SmartEncoded")
        must(fields["To"].startswith("+") and fields["To"][1:].isdigit(), "To")
        must(len(fields.get("Body", "")) <= 1600 and len(media) <= 10, "too long")
        must(1 <= int(fields.get("ValidityPeriod", "1")) <= 36000, "ValidityPeriod")
        must(all(url.startswith(("http://", "https://")) for url in media), "MediaUrl")
        return Taken(
            to=fields["To"],
            sender=fields["From"],
            text=fields.get("Body", ""),
            media=media,
            callback_url=fields["StatusCallback"],
        )

    def looked_up(self, request: Received) -> Reply:
        must(request.method == "GET", request.method)
        number, _, query = request.path.removeprefix("/v2/PhoneNumbers/").partition("?")
        must(request.path.startswith("/v2/PhoneNumbers/+") and query == "Fields=line_type_intelligence", request.path)
        must(number[1:].isdigit() and not request.body, "the number, or a body")
        expected = "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{self.token}".encode()).decode()
        must(request.headers.get("authorization") == expected, "Authorization")
        must(request.headers.get("accept") == "application/json", "Accept")
        line = {"type": "mobile", "carrier_name": "T-Mobile USA, Inc.", "error_code": None}
        line |= {"mobile_country_code": "310", "mobile_network_code": "160"}
        told = {"phone_number": number, "valid": True, "validation_errors": [], "line_type_intelligence": line}
        return Reply(status=200, body=json.dumps(told).encode())

    def new_id(self, n: int, taken: Taken) -> str:
        return ("MM" if taken.media else "SM") + f"{n:032x}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        message: dict[str, Any] = {"account_sid": ACCOUNT_SID, "sid": given, "status": "queued", "error_code": None}
        message |= {
            "body": taken.text,
            "to": taken.to,
            "from": taken.sender,
            "num_segments": "1",
            "error_message": None,
        }
        return Reply(status=201, body=json.dumps(message).encode())

    def refused(self, code: int, message: str = "The 'To' number +13125550142 is not usable.") -> Reply:
        status = STATUS_OF.get(code, 400)
        error = {"code": code, "message": message, "status": status}
        return Reply(status=status, body=json.dumps(error | {"more_info": "https://www.twilio.com/docs"}).encode())

    def throttled(self) -> Reply:
        return self.refused(20429)

    def said(self, words: str) -> Reply:
        return self.refused(21211, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: str) -> Call:
        state = status or "delivered"
        fields = {"AccountSid": ACCOUNT_SID, "From": taken.sender, "MessageSid": given, "MessageStatus": state}
        fields |= {"SmsSid": given, "SmsStatus": state, "To": taken.to, "ApiVersion": "2010-04-01"}
        return self.signed(fields | more)

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        sid = "SM" + unique.zfill(32)
        fields = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT_SID, "From": sender}
        fields |= {"To": to, "Body": text, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}
        return self.signed(fields | dict.fromkeys(("FromCity", "FromState", "FromZip", "ToCity"), ""))

    def signed(self, fields: dict[str, str]) -> Call:
        text = self.callback_url + "".join(name + fields[name] for name in sorted(fields))
        tag = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": base64.b64encode(tag).decode(),
        }
        return Call(headers=headers, body=urlencode(fields).encode())
