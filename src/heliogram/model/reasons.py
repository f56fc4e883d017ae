"""Every reason the product gives, as a code and a sentence a receptionist understands.

One table, so that the CLI, the API, the timeline and the report all say the same.
"""

WHY_SKIPPED: dict[str, str] = {
    "no_consent": "No consent is on record for this group.",
    "opted_out": "This person has unsubscribed from this group.",
    "expired": "Its time had passed before it could be sent.",
    "no_sender_for_country": "None of the group's senders may text this country.",
    "group_has_no_senders": "The group has no senders.",
    "carrier_not_approved": "This person's network has not approved the short code for pictures, "
    "and the group sends no link instead.",
    "sender_cannot_mms": "The sender for this country cannot send pictures, and the group sends no link instead.",
    "media_not_taken": "The picture is not taken on this route, and the group sends no link instead.",
    "type_not_taken": "This route takes no files of this kind, and the group sends no link instead.",
    "too_many_media": "This route takes fewer files in one message, and the group sends no link instead.",
    "empty_text": "There is no text for this person: a field the text needs cannot be used.",
    "too_long": "The text needs more segments than it may have.",
    "mms_text_too_long": "A picture message can carry at most 1,600 characters of text.",
    "campaign_canceled": "The campaign was canceled before this message was sent.",
    "canceled": "It was stopped before it left.",
    "no_account": "The sender is not connected to a carrier account.",
}

WHY_CHANNEL: dict[str, str] = {
    "mms": "The sender can send pictures there, and nothing says that the phone takes none.",
    "media_smaller": "The carrier did not take the picture in this size: once more, as small as every network takes.",
    "text": "The message has no picture.",
    "text_link_chosen": "The author chose text + link.",
    "destination_no_mms": "This destination takes no picture messages, so the text ends in a link to the picture.",
    "number_no_mms": "The network has said that this number takes no picture messages: text + link.",
    "number_landline": "This number is a landline, which takes no picture messages: text + link.",
    "mms_unknown": "Nobody knows whether this number takes picture messages, "
    "and the group sends such numbers text + link.",
    "carrier_not_approved": "The person's network has not approved the short code for pictures yet: text + link.",
    "sender_cannot_mms": "The sender for this country cannot send pictures: text + link.",
    "media_not_taken": "The picture is not taken on this route: text + link.",
    "type_not_taken": "This route takes no files of this kind: text + link.",
    "too_many_media": "This route takes fewer files in one message: text + link.",
}

WHY_ELSEWHERE: dict[str, str] = {
    "account_down": "it had no line to the carrier, and traffic stays away from it for a while.",
    "account_refusing": "it took nothing of most that it was handed, and traffic stays away from it for a while.",
    "account_not_just_now": "it could not take this message just then.",
}

WHY_HELD: dict[str, str] = {
    "not_due": "It is not due yet.",
}

WHY_FAILED: dict[str, str] = {
    "unreachable": "The carrier could not be reached.",
    "throttled": "The carrier asked us to slow down.",
    "media_refused": "The carrier does not take this picture, or pictures for this number.",
    "no_mms": "This number takes no picture messages.",
    "no_answer": "The carrier was sent the message and did not answer. It is not repeated by itself, "
    "because the message may have gone out.",
    "blocked_by_carrier": "The carrier has this person on its own list of those who opted out.",
    "not_a_mobile": "This number takes no texts: it is a landline, or nobody has it.",
    "phone_unreachable": "The phone is switched off, out of reach, or blocked by its network.",
    "filtered": "The carrier or the network took the text for spam.",
    "not_registered": "The sender is not registered for this destination. Register it with the carrier.",
    "sender_refused": "The carrier does not let this account send from this number or name.",
    "destination_refused": "The account may not send to this country or network. Allow it with the carrier.",
    "account_refused": "The carrier refuses the account: its password is wrong, or it is suspended or has no credit.",
    "request_refused": "The carrier cannot read what it was sent.",
    "too_late": "The message could not be delivered in time.",
    "carrier_trouble": "The carrier has trouble of its own.",
    "crashed": "The sending process ended before the carrier's answer was recorded. It is not repeated by itself, "
    "because the message may have gone out.",
}


def sentence_for(reason: str) -> str:
    """Why a message was not sent, waits or failed. A sentence and a carrier's own code are shown as they are."""
    for table in (WHY_SKIPPED, WHY_HELD, WHY_FAILED):
        if reason in table:
            return table[reason]
    if " " in reason:
        return reason
    return f"The carrier said: {reason}." if reason else ""


def sentence_for_way(reason: str) -> str:
    """Why a message goes the way it goes: a code such as `media_not_taken` also names why one was not sent at all."""
    return WHY_CHANNEL.get(reason) or sentence_for(reason)
