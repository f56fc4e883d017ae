from heliogram.carriers.protocol import CallbackRefused, Capabilities, Health, Link, Misconfigured


def test_a_refused_call_carries_the_status_and_the_sentence_to_answer_with() -> None:
    refused = CallbackRefused(401, "The password is wrong.")
    assert (refused.status, str(refused), refused.headers) == (401, "The password is wrong.", ())
    asked = ("WWW-Authenticate", "Basic")
    assert CallbackRefused(401, "The password is wrong.", [asked]).headers == (asked,)


def test_misconfigured_is_a_value_error_so_that_a_door_for_settings_catches_it() -> None:
    assert isinstance(Misconfigured("The port is missing."), ValueError)


def test_what_a_carrier_says_of_itself_does_not_change() -> None:
    can = Capabilities(sms=True, mms=False, idempotent=False, window=10)
    is_up = Health(link=Link.UP, detail="Connected.")
    assert {can, can} == {can}
    assert {is_up, Health(link=Link("up"), detail="Connected.")} == {is_up}


def test_a_carrier_takes_nothing_back_unless_it_says_so() -> None:
    assert not Capabilities(sms=True, mms=False, idempotent=False, window=10).cancels
