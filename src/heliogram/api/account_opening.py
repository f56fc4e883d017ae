"""Carrier accounts from what a form says: checked as the carrier checks it; and the password to try them with."""

from collections.abc import Mapping

from heliogram.api.errors import Problem
from heliogram.api.schema.accounts import Value
from heliogram.app import App
from heliogram.carriers.catalogue import KINDS
from heliogram.carriers.protocol import Carrier
from heliogram.carriers.registry import AccountSettings, UnknownCarrier, carrier_for
from heliogram.storage.bulk import Row


def settings_to_store(carrier: str, given: Mapping[str, Value]) -> dict[str, Value]:
    """The settings worth storing: what is empty or as the carrier has it by itself is left out.

    Raises Problem for a kind of carrier that there is not, and for a setting that must be there and is not.
    """
    kind = KINDS.get(carrier)
    if kind is None:
        sentence = f"There is no carrier “{carrier}”; there are {', '.join(sorted(KINDS))}."
        raise Problem("invalid", sentence, [("carrier", sentence)])
    defaults = {each.name: each.default for each in kind.settings}
    kept = {name: value for name, value in given.items() if name not in defaults or value != defaults[name]}
    kept = {name: value for name, value in kept.items() if value is not None and value != ""}
    missing = [each for each in kind.settings if each.is_required and each.name not in kept]
    if missing:
        fields = [(f"settings.{each.name}", f"{each.label} is needed.") for each in missing]
        raise Problem("invalid", " ".join(sentence for _name, sentence in fields), fields)
    return kept


def opened(app: App, carrier: str, settings: Mapping[str, Value], secret: str) -> Carrier:
    """A carrier to try settings with: it is not connected, and nobody calls it. Raises Problem."""
    account = AccountSettings(
        settings=settings,
        secret=secret,
        callback_url="",
        media_url=app.public_media.url_of,
        new_id=app.new_id,
        now=app.now,
    )
    try:
        return carrier_for(carrier, account)
    except (UnknownCarrier, ValueError) as refused:
        field = "secret" if not secret and KINDS[carrier].needs_secret else "settings"
        raise Problem("invalid", str(refused), [(field, str(refused))]) from refused


def secret_with(app: App, row: Row, settings: Mapping[str, Value], given: str | None) -> str:
    """The password to use with settings for a stored account: the one that was given, else the stored one.

    The stored one goes only where it went before: who may change an account may not so read its password. Raises
    Problem for another address without a password.
    """
    if given is not None:
        return given
    stored = app.unlocked(row["secret"])
    if stored and any(row["settings"].get(name) != settings.get(name) for name in _ADDRESSES):
        sentence = "Another address needs the password again: the stored one is shown to nobody else."
        raise Problem("invalid", sentence, [("secret", sentence)])
    return stored


_ADDRESSES = ("host", "url", "mms_url")
