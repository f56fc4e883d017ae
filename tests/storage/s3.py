"""A real S3 API on a port of the loopback: it goes down and comes back with what it has, and knows its keys."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer

from heliogram.storage.bucket import Bucket

NAME = "pictures"


@dataclass(slots=True, kw_only=True)
class S3:
    """`key` may do everything with every bucket; `NAME` is there."""

    server: ThreadedMotoServer
    url: str
    key: tuple[str, str]

    def bucket(self, address: str = f"s3://{NAME}/heliogram", *, key: tuple[str, str] | None = None) -> Bucket:
        access_key, secret_key = key or self.key
        return Bucket(address=address, endpoint=self.url, access_key=access_key, secret_key=secret_key)

    def names(self) -> list[str]:
        """What lies in the bucket, as another client sees it."""
        client = boto3.client("s3", **_as(self.url, self.key))
        return [each["Key"] for each in client.list_objects_v2(Bucket=NAME).get("Contents", [])]

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens meanwhile."""
        self.server.stop()
        self.server._server.server_close()
        try:
            yield
        finally:
            self.server.start()


def _as(url: str, key: tuple[str, str]) -> dict[str, str]:
    names = ("endpoint_url", "region_name", "aws_access_key_id", "aws_secret_access_key")
    return dict(zip(names, (url, "us-east-1", *key), strict=True))


def _tell(url: str, what: str, body: str = "") -> None:
    """Use moto's own door. Its accounts are the process's: they outlive a server."""
    request = Request(f"{url}/moto-api/{what}", data=body.encode(), headers={"Content-Type": "text/plain"})
    urlopen(request).close()


_NO_CALLS, _ALL_CALLS = "1000000", "0"
"""After how many calls moto begins to check signatures."""


@contextmanager
def running_s3() -> Iterator[S3]:
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = _NO_CALLS
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    server._port = server.get_host_and_port()[1]  # the same one when it comes back
    url = f"http://127.0.0.1:{server._port}"
    _tell(url, "reset-auth", _NO_CALLS)
    _tell(url, "reset")
    iam = boto3.client("iam", **_as(url, ("anybody", "anything")))
    iam.create_user(UserName="heliogram")
    allowed = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    iam.put_user_policy(UserName="heliogram", PolicyName="all", PolicyDocument=allowed)
    made = iam.create_access_key(UserName="heliogram")["AccessKey"]
    s3 = S3(server=server, url=url, key=(made["AccessKeyId"], made["SecretAccessKey"]))
    boto3.client("s3", **_as(url, s3.key)).create_bucket(Bucket=NAME)
    _tell(url, "reset-auth", _ALL_CALLS)
    try:
        yield s3
    finally:
        server.stop()
        server._server.server_close()
