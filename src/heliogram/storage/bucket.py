"""Blobs in a bucket of S3, or of anything that speaks its API (MinIO, Ceph, R2, …)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from obstore.store import S3Store

from heliogram.storage.blobs import Blobs, BlobsRefused, Sentences

if TYPE_CHECKING:  # they are in its type stubs only
    from obstore.store import ClientConfig, RetryConfig, S3Config

_ADDRESS: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?\Z")
"""Source of the bucket's name: Amazon S3 User Guide, “General purpose bucket naming rules”."""
_RETRIES: Final["RetryConfig"] = {
    # Whoever uploads waits for it: its own 10 tries in 3 minutes are too many. What was not stored is tried again.
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=5),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
}
_CONNECT: Final = timedelta(seconds=3)
_REQUEST: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """`address` is s3://bucket/prefix. Without an endpoint it is Amazon's, without a key the machine's own role."""

    address: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = ""


def open_bucket(bucket: Bucket) -> Blobs:
    """Blobs in a bucket. Nothing is asked of it yet. Raises BlobsRefused for what cannot be an address."""
    name, prefix = _named(bucket.address)
    endpoint = _endpoint(bucket.endpoint)
    if bool(bucket.access_key) != bool(bucket.secret_key):
        raise BlobsRefused("A bucket's access key has two halves: set both of them, or none.")
    config: S3Config = {
        "region": bucket.region,
        # Servers of one's own seldom have a name for each bucket.
        "virtual_hosted_style_request": not endpoint,
    }
    if endpoint:
        config["endpoint"] = endpoint
    if bucket.access_key:
        config |= {"access_key_id": bucket.access_key, "secret_access_key": bucket.secret_key}
    store = S3Store(name, prefix=prefix, config=config, client_options=_client(endpoint), retry_config=_RETRIES)
    return Blobs(store, _sentences(name, endpoint or f"Amazon S3 ({bucket.region})"))


def _named(address: str) -> tuple[str, str | None]:
    """(bucket, prefix)."""
    found = _ADDRESS.match(address)
    if found is None:
        raise BlobsRefused(f"“{address}” names no bucket: write s3://bucket or s3://bucket/prefix.")
    return found[1], (found[2] or "").strip("/") or None


def _endpoint(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if address and (not is_one or parts.username is not None or parts.path.strip("/") or parts.query):
        raise BlobsRefused(f"“{address}” is no address of a picture store: write https://host or https://host:port.")
    return address.rstrip("/")


def _client(endpoint: str) -> "ClientConfig":
    return {"allow_http": endpoint.startswith("http://"), "connect_timeout": _CONNECT, "timeout": _REQUEST}


def _sentences(name: str, where: str) -> Sentences:
    return Sentences(
        away=f"The picture store at {where} does not answer: is it up, and can this server reach it?",
        refused=f"The picture store at {where} refuses our access key: check both of its halves, and that it may list, "
        f"get and put objects in the bucket “{name}”.",
        missing=f"The picture store at {where} shows no bucket “{name}”: make it, correct its name, or let our access "
        "key list it.",
    )
