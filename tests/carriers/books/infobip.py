"""Infobip: JSON in and out, lists of results. Source: tests/vectors/providers/infobip.json and its OpenAPI file."""

import json
from typing import Any

from ..provider import Call, Received, Reply, Taken, json_fields, must, standing

PATHS = {"/sms/3/messages": "sms", "/mms/2/messages": "mms"}
STATUS = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET", "description": "…"}
NO_ERROR = {"groupId": 0, "groupName": "OK", "id": 0, "name": "NO_ERROR", "description": "No Error", "permanent": False}


class InfobipBook:
    def __init__(self, secret: str, callback_url: str) -> None:
        self.api, _, self.key = secret.rpartition(":")
        self.callback_url = callback_url
        self.at = standing

    def read(self, request: Received) -> Taken:
        must(request.method == "POST" and request.path in PATHS, f"{request.method} {request.path}")
        must(request.headers.get("authorization") == f"App {self.api}", "Authorization")
        (message,) = json_fields(request, {"messages": list}, {"options": dict})["messages"]
        must(set(message) == {"sender", "destinations", "content", "webhooks"}, f"fields {sorted(message)}")
        (destination,) = message["destinations"]
        must(destination["to"].isdigit() and bool(destination["messageId"]), "destination")
        must(not message["sender"].startswith("+"), "a number with its plus")
        where = message["webhooks"]
        must(where["contentType"] == "application/json", "the form of the report")
        must(where["delivery"]["url"] == f"{self.callback_url}?key={self.key}", "the address of the report")
        text, media = self._content(PATHS[request.path], message["content"])
        return Taken(
            to=f"+{destination['to']}", sender=message["sender"], text=text, media=media, callback_url=self.callback_url
        )

    def new_id(self, n: int, taken: Taken) -> str:
        return f"a28dd97c-1ffb-4fcf-99f1-{n:012x}"

    def accepted(self, given: str, taken: Taken) -> Reply:
        pending = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED", "description": "…"}
        return self.answered(given, pending, taken.to[1:])

    def answered(self, given: str, status: dict[str, Any], to: str = "1") -> Reply:
        message = {"messageId": given, "status": status, "destination": to, "details": {"messageCount": 1}}
        return Reply(status=200, body=json.dumps({"bulkId": "b1", "messages": [message]}).encode())

    def refused(self, code: int) -> Reply:
        return self._error(code, "The number 13125550142 is not usable.")

    def throttled(self) -> Reply:
        return self._error(429, "Too many requests.")

    def said(self, words: str) -> Reply:
        return self._error(400, words)

    def receipt(self, given: str, taken: Taken, status: str = "", **more: Any) -> Call:
        told = {"bulkId": "b1", "messageId": given, "to": taken.to[1:], "messageCount": 1, "error": NO_ERROR}
        group, _, name = (status or "DELIVERED DELIVERED_TO_HANDSET").partition(" ")
        return self.called([told | {"status": STATUS | {"groupName": group, "name": name}} | more])

    def inbound(self, unique: str, sender: str, to: str, text: str) -> Call:
        told = {"messageId": unique, "from": sender.lstrip("+"), "to": to.lstrip("+"), "text": text, "cleanText": text}
        return self.called([told | {"receivedAt": "2020-01-01T14:00:00.000+0000", "smsCount": 1, "callbackData": "x"}])

    def called(self, results: Any) -> Call:
        body = json.dumps({"results": results, "messageCount": 1, "pendingMessageCount": 0}).encode()
        return Call(headers={"Content-Type": "application/json"}, body=body, query=f"key={self.key}")

    def _content(self, kind: str, content: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
        if kind == "sms":
            must(set(content) == {"text"}, f"content {sorted(content)}")
            return content["text"], ()
        must({"messageSegments"} <= set(content) <= {"messageSegments", "title"}, f"content {sorted(content)}")
        text, media = "", []
        for each in content["messageSegments"]:
            if each["type"] == "TEXT":
                must(set(each) == {"type", "text"} and not text and bool(each["text"]), "text")
                text = each["text"]
            else:
                must(set(each) == {"type", "contentUrl", "contentType"} and each["type"] == "LINK", "link")
                media.append(each["contentUrl"])
        must(bool(media), "no picture")
        return text, tuple(media)

    def _error(self, status: int, words: str) -> Reply:
        error = {"errorCode": "E400", "description": words, "action": "…", "violations": [], "resources": []}
        return Reply(status=status, body=json.dumps(error).encode())
