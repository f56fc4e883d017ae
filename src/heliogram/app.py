"""Builds everything: the one place that opens a database and chooses what everybody works with."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken

from heliogram.alerts.telling import Channel, Hook, Mail
from heliogram.alerts.watch import LOOK_S as ALERT_LOOK_S
from heliogram.alerts.watch import Alerts, Limits
from heliogram.audience.phones import PhoneRefused, parse_phone
from heliogram.campaigns.expand import Expander
from heliogram.carriers.aggregator import access_of
from heliogram.carriers.fetch import Fetcher, MediaAccess, Words
from heliogram.carriers.protocol import Carrier, Misconfigured, Sink
from heliogram.carriers.registry import AccountSettings, UnknownCarrier, carrier_for, cut_for
from heliogram.carriers.webhook import MIN_SECRET, key_of
from heliogram.clock import new_id, new_secret, new_token, now
from heliogram.config import CannotStart, Config
from heliogram.delivery.accounts import Account
from heliogram.delivery.asking import LOOK_S as ASK_LOOK_S
from heliogram.delivery.asking import Asker
from heliogram.delivery.canceling import LOOK_S as CANCEL_LOOK_S
from heliogram.delivery.canceling import Canceler
from heliogram.delivery.connections import LOOK_S, AccountUnusable, Connections
from heliogram.delivery.hear import sink_of
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.worker import Worker, wait_for
from heliogram.inbox.gather import Gatherer
from heliogram.inbox.read import Reader
from heliogram.media.ffmpeg import find_ffmpeg
from heliogram.media.limits import MESSAGE_LIMIT_OCTETS
from heliogram.media.public import PublicMedia, public_media
from heliogram.media.workshop import Workshop
from heliogram.model.cut import Cut
from heliogram.storage import access
from heliogram.storage.blobs import Blobs, BlobsRefused, open_blobs
from heliogram.storage.bucket import Bucket, open_bucket
from heliogram.storage.bulk import Row
from heliogram.storage.engine import Store, open_store
from heliogram.storage.migrate import migrate

log = structlog.get_logger()

TICK_S = 0.25
TIDY_S = 3_600.0
GATHER_S = 5.0
"""How often somebody looks for media that are due again."""
FETCH_S = 20.0
"""Somebody sits before the page and waits for a file from the web."""
KEYS_LAST = timedelta(hours=24)
"""How long an Idempotency-Key is remembered (Stripe's and the draft's usual day)."""
N_ALLOCATED = 50_000
"""How many more objects than are freed make Python look for cycles. At its own 700 it does little else under load."""
SWITCH_S = 0.0005
"""How long the event loop may keep the interpreter from a database's thread: Python's own 5 ms are a whole commit."""


_NAMED_BY_A_MEMBER = Words(
    who="The server at that address",
    no_address="This is not the address of a file on the web. One begins with https:// or http://, without a password.",
)


def country_of(e164: str) -> str:
    """The country of a number, "" when it has none."""
    try:
        return parse_phone(e164, "US").country
    except PhoneRefused:
        return ""


@dataclass(slots=True, kw_only=True)
class App:
    """Everything a door needs. Doors read and write through `store` and call `kick` when there is new work."""

    config: Config
    store: Store
    blobs: Blobs
    box: Fernet
    workshop: Workshop
    pictures: Pictures
    public_media: PublicMedia
    accounts: dict[str, Account]
    connections: Connections
    alerts: Alerts
    worker: Worker
    asker: Asker
    canceler: Canceler
    expander: Expander
    reader: Reader
    gatherer: Gatherer
    fetcher: Fetcher
    """Fetches for the library what a member names the address of."""
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    """The accounts that want their texts cut in a way of their own, by id: known where nothing is sent, too."""
    now: Callable[[], datetime] = now
    new_id: Callable[[], str] = new_id
    new_token: Callable[[], str] = new_token
    new_secret: Callable[[], str] = new_secret
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _expand_now: asyncio.Event = field(default_factory=asyncio.Event)
    _gather_now: asyncio.Event = field(default_factory=asyncio.Event)

    def kick(self) -> None:
        """Say that there may be something to expand, read or deliver."""
        self._told.set()
        self._expand_now.set()
        self.worker.wake.set()

    async def run(self) -> None:
        """Expand, deliver, listen and read, until cancelled.

        The carriers stay connected a moment longer than the rest: for the answers to what was handed over last.
        """
        # What was built until now stays: looking through it for cycles again and again finds nothing.
        gc.collect()
        gc.freeze()
        gc.set_threshold(N_ALLOCATED)
        sys.setswitchinterval(SWITCH_S)
        async with asyncio.TaskGroup() as links:
            self.connections.listen_in(links, self.sink_for)
            links.create_task(self._follow_accounts(), name="follow accounts")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._expand(), name="expand")
                tasks.create_task(self._read(), name="read inbound")
                tasks.create_task(self._gather(), name="gather media")
                tasks.create_task(self.worker.run(), name="deliver")
                tasks.create_task(self._again("ask carriers", self.asker.step, ASK_LOOK_S))
                tasks.create_task(self._again("cancel", self.canceler.step, CANCEL_LOOK_S))
                tasks.create_task(self._again("tidy up", self.tidy, TIDY_S))
                tasks.create_task(self._watch_out(), name="watch for trouble")

    def locked(self, secret: str) -> str:
        """A carrier's password as it is stored."""
        return self.box.encrypt(secret.encode()).decode()

    def unlocked(self, stored: str) -> str:
        """A carrier's password in clear; "" for one that was locked with another key: it has to be entered again."""
        try:
            return self.box.decrypt(stored.encode()).decode()
        except InvalidToken:
            return ""

    def sink_for(self, account: Account) -> Sink:
        return sink_of(
            account,
            self.store,
            self.blobs,
            now=self.now,
            new_id=self.new_id,
            told=self._told.set,
            settled=self.worker.answers_stored,
        )

    async def _expand(self) -> None:
        while True:
            self._expand_now.clear()
            if await _outlive("expand", self.expander.step):
                self.worker.wake.set()
            else:
                await wait_for(self._expand_now, TICK_S)

    async def _follow_accounts(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await _outlive("follow accounts", self.connections.follow)

    async def _watch_out(self) -> None:
        while True:
            await _outlive("watch for trouble", self.alerts.step)
            await asyncio.sleep(ALERT_LOOK_S)

    async def _again(self, name: str, step: Callable[[], Awaitable[int]], pause_s: float) -> None:
        while True:
            await _outlive(name, step)
            await asyncio.sleep(pause_s)

    async def tidy(self) -> int:
        """Forget what has had its time. Returns how many rows."""
        async with self.store.write() as connection:
            return await access.forget_keys(connection, self.now() - KEYS_LAST)

    async def _read(self) -> None:
        while True:
            self._told.clear()
            if await _outlive("read inbound", self.reader.step):
                self.worker.wake.set()
                self._gather_now.set()
            else:
                await wait_for(self._told, 1.0)

    async def _gather(self) -> None:
        while True:
            self._gather_now.clear()
            if await _outlive("gather media", self.gatherer.step):
                self._told.set()
            else:
                await wait_for(self._gather_now, GATHER_S)


async def _outlive(name: str, step: Callable[[], Awaitable[int]]) -> int:
    """One step of a loop that must go on: a database that is away for a moment is not the end."""
    try:
        return await step()
    except Exception:
        log.exception("step failed, trying again", step=name)
        await asyncio.sleep(1)
        return 0


@asynccontextmanager
async def build(config: Config, *, with_accounts: bool = True) -> AsyncIterator[App]:
    """Open everything `config` names, bring the database up to date, and close it all at the end.

    Raises CannotStart and StorageError.
    """
    async with AsyncExitStack() as stack:
        key, box = _box(config)
        addresses = public_media(config.own_url(), key, now)
        store = open_store(config.database_url())
        stack.push_async_callback(store.close)
        await migrate(store)
        blobs = _blobs(config)
        workshop = Workshop(ffmpeg=find_ffmpeg(config.ffmpeg))
        stack.push_async_callback(workshop.close)
        pictures = Pictures(store=store, blobs=blobs, workshop=workshop, now=now)
        accounts: dict[str, Account] = {}
        cuts: dict[str, Cut] = {}
        connections = Connections(
            store=store,
            opening=partial(_carrier, box=box, config=config, addresses=addresses),
            cutting=lambda row: cut_for(row["carrier"], row["settings"]),
            accounts=accounts,
            cuts=cuts,
            is_followed=with_accounts,
        )
        stack.push_async_callback(connections.close)
        await _open_all(connections)
        worker = Worker(
            store=store,
            accounts=accounts,
            pictures=pictures,
            now=now,
            new_token=new_token,
            link_base_url=config.own_url(),
            me=new_id(),
            cuts=cuts,
        )
        yield App(
            config=config,
            store=store,
            blobs=blobs,
            box=box,
            workshop=workshop,
            pictures=pictures,
            public_media=addresses,
            accounts=accounts,
            connections=connections,
            alerts=_alerts(store, accounts, config),
            worker=worker,
            asker=Asker(store=store, accounts=accounts, now=now, me=new_id()),
            canceler=Canceler(store=store, accounts=accounts, now=now, me=new_id()),
            expander=Expander(store, new_id=new_id, now=now),
            reader=Reader(store, new_id=new_id, now=now, country_of=country_of),
            gatherer=_gatherer(store, blobs, workshop, accounts),
            fetcher=Fetcher(timeout_s=FETCH_S, max_octets=MESSAGE_LIMIT_OCTETS, words=_NAMED_BY_A_MEMBER),
            cuts=cuts,
        )


def _blobs(config: Config) -> Blobs:
    """Where pictures are kept."""
    place = config.media_store
    try:
        if not place.startswith("s3:"):
            return open_blobs(Path(place) if place else config.data / "blobs")
        bucket = Bucket(
            address=place,
            endpoint=config.s3_endpoint,
            region=config.s3_region,
            access_key=config.s3_access_key,
            secret_key=config.s3_secret_key.get_secret_value(),
        )
        return open_bucket(bucket)
    except BlobsRefused as error:
        raise CannotStart(f"HELIOGRAM_MEDIA_STORE, HELIOGRAM_S3_…: {error}") from error


async def _open_all(connections: Connections) -> None:
    try:
        await connections.open_all()
    except AccountUnusable as error:
        raise CannotStart(str(error)) from error


def _gatherer(store: Store, blobs: Blobs, workshop: Workshop, accounts: Mapping[str, Account]) -> Gatherer:
    def access(account_id: str) -> MediaAccess:
        account = accounts.get(account_id)
        return access_of(account.carrier) if account else MediaAccess()

    return Gatherer(store=store, blobs=blobs, workshop=workshop, fetcher=Fetcher(), access=access, now=now)


def _alerts(store: Store, accounts: dict[str, Account], config: Config) -> Alerts:
    limits = Limits(
        carrier_down=timedelta(minutes=config.alert_carrier_down_min),
        queue_age=timedelta(minutes=config.alert_queue_age_min),
        no_receipts=timedelta(minutes=config.alert_no_receipts_min),
    )
    channels = list(_channels(config))
    return Alerts(store=store, accounts=accounts, channels=channels, limits=limits, now=now, new_id=new_id, me=new_id())


def _channels(config: Config) -> Iterator[Channel]:
    """Where operators are told. Raises CannotStart for what could tell nobody."""
    to = tuple(each.strip() for each in config.alert_email.split(",") if each.strip())
    if to and not config.smtp_url.startswith(("smtp://", "smtps://")):
        raise CannotStart("HELIOGRAM_ALERT_EMAIL needs a mail server: HELIOGRAM_SMTP_URL, as smtp://host:587.")
    if to:
        yield Mail(url=config.smtp_url, sender=config.alert_email_from or to[0], to=to, home=config.own_url())
    if config.alert_webhook_url:
        if not config.alert_webhook_url.startswith(("http://", "https://")):
            raise CannotStart("HELIOGRAM_ALERT_WEBHOOK_URL must begin with http:// or https://.")
        try:
            is_long = len(key_of(config.alert_webhook_secret)) >= MIN_SECRET
        except Misconfigured as error:
            raise CannotStart(f"HELIOGRAM_ALERT_WEBHOOK_SECRET cannot be used: {error}") from error
        if not is_long:
            raise CannotStart(f"HELIOGRAM_ALERT_WEBHOOK_SECRET has at least {MIN_SECRET} octets.")
        yield Hook(url=config.alert_webhook_url, secret=config.alert_webhook_secret, now=now)


def _carrier(row: Row, *, box: Fernet, config: Config, addresses: PublicMedia) -> Carrier:
    try:
        settings = AccountSettings(
            settings=row["settings"],
            secret=box.decrypt(row["secret"].encode()).decode(),
            callback_url=config.callback_url(row["id"]),
            media_url=addresses.url_of,
            new_id=new_id,
            now=now,
        )
        return carrier_for(row["carrier"], settings)
    except InvalidToken:
        raise AccountUnusable(
            f"The password of the carrier account “{row['name']}” cannot be read: it was stored with another secret "
            "key than the one in use. Bring that key back."
        ) from None
    except (UnknownCarrier, ValueError) as error:
        raise AccountUnusable(f"The carrier account “{row['name']}” cannot be used: {error}") from error


def _box(config: Config) -> tuple[bytes, Fernet]:
    """The secret key, and the box it locks."""
    try:
        config.data.mkdir(parents=True, exist_ok=True)
        key = _key(config)
    except OSError as error:
        raise CannotStart(f"The data folder {config.data} cannot be used: {error.strerror}.") from error
    try:
        return key, Fernet(key)
    except ValueError:
        place = "HELIOGRAM_SECRET_KEY" if config.secret_key else config.data / "secret.key"
        raise CannotStart(f"The secret key in {place} is not 32 octets in URL-safe base64.") from None


def _key(config: Config) -> bytes:
    """The key that encrypts carrier secrets: configured, or made once and kept beside the database, not in it."""
    if config.secret_key:
        return config.secret_key.encode()
    path = config.data / "secret.key"
    if not path.exists():
        # Written aside and linked: of two processes that start at once both use the first one's, and a crash
        # between the two steps leaves no empty key.
        aside = path.with_suffix(f".{new_id()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        except OSError:  # a disk without hard links
            aside.replace(path)
        aside.unlink(missing_ok=True)
    return path.read_bytes()
