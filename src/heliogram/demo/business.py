"""The sample business: accounts, senders, groups. Data only."""

from typing import Any, Final

NAME: Final = "Northgate"
SMSC: Final = "demo-smsc"
MMSC: Final = "demo-mmsc"

ACCOUNTS: Final[tuple[dict[str, Any], ...]] = (
    {"id": SMSC, "name": "Simulator SMSC", "carrier": "smpp"},
    {"id": MMSC, "name": "Simulator MMSC", "carrier": "mm7"},
)

SENDERS: Final[tuple[dict[str, Any], ...]] = (
    {
        "id": "demo-short-code",
        "kind": "short_code",
        "address": "72975",
        "countries": ["US"],
        "mms_enabled": True,
        "may_go_abroad": False,
        "sms_account_id": SMSC,
        "mms_account_id": MMSC,
    },
    {
        "id": "demo-long-code",
        "kind": "long_code",
        "address": "+13125550100",
        "countries": ["US", "CA"],
        "mms_enabled": True,
        "may_go_abroad": True,
        "sms_account_id": SMSC,
        "mms_account_id": MMSC,
    },
    {
        "id": "demo-toll-free",
        "kind": "toll_free",
        "address": "+18885550123",
        "countries": ["US", "CA"],
        "mms_enabled": True,
        "may_go_abroad": False,
        "sms_account_id": SMSC,
        "mms_account_id": MMSC,
    },
    {
        "id": "demo-uk-long-code",
        "kind": "long_code",
        "address": "+447700900100",
        "countries": ["GB"],
        "mms_enabled": False,
        "may_go_abroad": False,
        "sms_account_id": SMSC,
        "mms_account_id": None,
    },
    {
        "id": "demo-name",
        "kind": "alphanumeric",
        "address": "NORTHGATE",
        "countries": ["DE", "FR"],
        "mms_enabled": False,
        "may_go_abroad": False,
        "sms_account_id": SMSC,
        "mms_account_id": None,
    },
)

APPROVALS: Final = {"AT&T": "approved", "Verizon": "approved", "T-Mobile": "pending"}
"""What the networks have said of the short code so far."""

SHOP: Final = "demo-shop-offers"
DENTAL: Final = "demo-dental-reminders"
ORDERS: Final = "demo-order-updates"

GROUPS: Final[tuple[tuple[dict[str, Any], list[str]], ...]] = (
    (
        {
            "id": SHOP,
            "name": "Shop offers",
            "purpose": "marketing",
            "fallback_carrier_not_approved": True,
            "fallback_sender_cannot_mms": True,
            "fallback_media_not_taken": True,
            "help_text": "Northgate shop offers: about 4 texts a month. Reply STOP to opt out.",
        },
        ["demo-short-code", "demo-long-code", "demo-uk-long-code", "demo-name"],
    ),
    (
        {
            "id": DENTAL,
            "name": "Dental reminders",
            "purpose": "reminder",
            "fallback_carrier_not_approved": True,
            "fallback_sender_cannot_mms": False,
            "fallback_media_not_taken": True,
            "help_text": "Northgate dental practice: call 312 555 0100. Reply STOP for no more reminders.",
        },
        ["demo-long-code", "demo-uk-long-code"],
    ),
    (
        {
            "id": ORDERS,
            "name": "Order updates",
            "purpose": "transactional",
            "fallback_carrier_not_approved": True,
            "fallback_sender_cannot_mms": True,
            "fallback_media_not_taken": True,
            "help_text": "Northgate orders: orders@northgate.example. Reply STOP for no more updates.",
        },
        ["demo-toll-free", "demo-name"],
    ),
)

OPT_OUT: Final = "Reply STOP to opt out"
HELLO: Final = "Hi {{ first_name | default: 'there' }}, "

DRAFTS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "Parcel on its way",
        ORDERS,
        HELLO + "your parcel leaves us today and should be at your door tomorrow. Thank you for ordering at Northgate.",
        "order-parcel.jpg",
    ),
    (
        "Check-up card",
        DENTAL,
        HELLO + "a small reminder of your check-up on Tuesday at 10:30. Another time? Call 312 555 0100.",
        "check-up-card.png",
    ),
    (
        "Books for long evenings",
        SHOP,
        HELLO + "the new books are in, and so is the coffee. Thursday is open until nine. " + OPT_OUT,
        "evening-books.jpg",
    ),
    (
        "Pear tart on Saturday",
        SHOP,
        HELLO + "Saturday is pear tart day. If {{ favorite | default: 'cake' }} is your thing, come early. " + OPT_OUT,
        "pear-tart.jpg",
    ),
    (
        "Last days of the sale",
        SHOP,
        HELLO + "the autumn sale ends on Sunday: 20% off everything warm. " + OPT_OUT,
        "autumn-sale.gif",
    ),
    (
        "Autumn sale",
        SHOP,
        HELLO + "the autumn shelves are full: 20% off everything warm until Sunday. " + OPT_OUT,
        "pumpkin-soup.jpg",
    ),
)
"""Campaigns nobody has launched yet: (name, group, text, picture), the newest last."""

EVIDENCE: Final = {
    SHOP: "Ticked “Send me picture offers by text” on the till form, autumn 2026",
    DENTAL: "Signed the practice's registration form, section 4 (reminders by text)",
    ORDERS: "Gave the number at checkout for news of this order",
}
