"""What a command_status means: its name, a sentence for a person, and whether trying again can help (§5.1.3)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """`is_permanent`: the same message would be refused again."""

    name: str
    sentence: str
    is_permanent: bool = True


STATUSES: dict[int, Status] = {
    0x00: Status("ESME_ROK", "Taken.", False),
    0x01: Status("ESME_RINVMSGLEN", "The carrier says the text has a wrong length."),
    0x02: Status("ESME_RINVCMDLEN", "The carrier says the request has a wrong length."),
    0x03: Status("ESME_RINVCMDID", "The carrier does not know the request."),
    0x04: Status("ESME_RINVBNDSTS", "The session is not open for sending.", False),
    0x05: Status("ESME_RALYBND", "The carrier thinks that we are connected already.", False),
    0x06: Status("ESME_RINVPRTFLG", "The carrier does not take this priority."),
    0x07: Status("ESME_RINVREGDLVFLG", "The carrier does not take this request for a receipt."),
    0x08: Status("ESME_RSYSERR", "The carrier has a fault.", False),
    0x0A: Status("ESME_RINVSRCADR", "The carrier does not allow this sender."),
    0x0B: Status("ESME_RINVDSTADR", "The carrier cannot reach this number."),
    0x0C: Status("ESME_RINVMSGID", "The carrier does not know this message id."),
    0x0D: Status("ESME_RBINDFAIL", "The carrier refused the connection.", False),
    0x0E: Status("ESME_RINVPASWD", "The carrier says the password is wrong.", False),
    0x0F: Status("ESME_RINVSYSID", "The carrier does not know the system id.", False),
    0x11: Status("ESME_RCANCELFAIL", "It could not be canceled any more."),
    0x13: Status("ESME_RREPLACEFAIL", "It could not be replaced any more."),
    0x14: Status("ESME_RMSGQFUL", "The carrier's queue is full.", False),
    0x15: Status("ESME_RINVSERTYP", "The carrier does not take this service type."),
    0x33: Status("ESME_RINVNUMDESTS", "The carrier says the number of recipients is wrong."),
    0x34: Status("ESME_RINVDLNAME", "The carrier does not know this distribution list."),
    0x40: Status("ESME_RINVDESTFLAG", "The carrier says the destination flag is wrong."),
    0x42: Status("ESME_RINVSUBREP", "The carrier does not take this replacement."),
    0x43: Status("ESME_RINVESMCLASS", "The carrier does not take this kind of message."),
    0x44: Status("ESME_RCNTSUBDL", "The carrier cannot send to this list."),
    0x45: Status("ESME_RSUBMITFAIL", "The carrier could not take it.", False),
    0x48: Status("ESME_RINVSRCTON", "The carrier does not take this type of sender."),
    0x49: Status("ESME_RINVSRCNPI", "The carrier does not take this numbering plan of the sender."),
    0x50: Status("ESME_RINVDSTTON", "The carrier does not take this type of recipient."),
    0x51: Status("ESME_RINVDSTNPI", "The carrier does not take this numbering plan of the recipient."),
    0x53: Status("ESME_RINVSYSTYP", "The carrier does not know the system type."),
    0x54: Status("ESME_RINVREPFLAG", "The carrier does not take this replace flag."),
    0x55: Status("ESME_RINVNUMMSGS", "The carrier says the number of messages is wrong."),
    0x58: Status("ESME_RTHROTTLED", "The carrier asked us to slow down.", False),
    0x61: Status("ESME_RINVSCHED", "The carrier does not take this sending time."),
    0x62: Status("ESME_RINVEXPIRY", "The carrier does not take this expiry."),
    0x63: Status("ESME_RINVDFTMSGID", "The carrier does not know this stored text."),
    0x64: Status("ESME_RX_T_APPN", "The receiver has a passing fault.", False),
    0x65: Status("ESME_RX_P_APPN", "The receiver has a lasting fault."),
    0x66: Status("ESME_RX_R_APPN", "The receiver rejected it."),
    0x67: Status("ESME_RQUERYFAIL", "The carrier could not answer the question.", False),
    0xC0: Status("ESME_RINVOPTPARSTREAM", "The carrier could not read the optional fields."),
    0xC1: Status("ESME_ROPTPARNOTALLWD", "The carrier does not take an optional field we sent."),
    0xC2: Status("ESME_RINVPARLEN", "The carrier says an optional field has a wrong length."),
    0xC3: Status("ESME_RMISSINGOPTPARAM", "The carrier misses an optional field."),
    0xC4: Status("ESME_RINVOPTPARAMVAL", "The carrier does not take the value of an optional field."),
    0xFE: Status("ESME_RDELIVERYFAILURE", "The carrier could not deliver it."),
    0xFF: Status("ESME_RUNKNOWNERR", "The carrier reported an error without a name.", False),
}


_BY_NAME = {status.name: status.sentence for status in STATUSES.values()}


def sentence_of(name: str) -> str:
    """What a status says, by the name it is kept under ("ESME_RINVDSTADR"); "" for what is none."""
    return _BY_NAME.get(name, "")


def status_of(code: int) -> Status:
    """The meaning of a code; a code outside the table is the carrier's own and taken as lasting."""
    return STATUSES.get(code) or Status(f"0x{code:08X}", f"The carrier refused it with its own code 0x{code:X}.")
