from heliogram.carriers.exchange import MAX_EXCHANGE_CHARS, exchange_of, redacted_soap, shown_headers, without_numbers


def test_only_headers_on_the_list_are_shown() -> None:
    headers = {"Authorization": "Basic c2VjcmV0", "Content-Type": "text/xml", "X-Api-Key": "k", "Set-Cookie": "s=1"}
    assert shown_headers(headers) == "Content-Type: text/xml\n"


def test_numbers_keep_their_last_four_digits() -> None:
    assert without_numbers("no route to +13125550142 (code 6102)") == "no route to …0142 (code 6102)"


def test_elements_are_hidden_masked_or_left_by_their_name() -> None:
    xml = '<m:A x="1"><m:Subject>Hi 13125550142</m:Subject><m:Number/><Id>13125550142</Id><N>13125550142</N></m:A>'
    shown = redacted_soap(xml, plain=frozenset({"Id"}), hidden=frozenset({"Subject"}))
    assert shown == '<m:A x="1"><m:Subject>…</m:Subject><m:Number/><Id>13125550142</Id><N>…0142</N></m:A>'


def test_an_exchange_is_cut_to_what_an_attempt_keeps() -> None:
    assert exchange_of("a\n", "", "b") == "a\nb"
    assert len(exchange_of("x" * 5000)) == MAX_EXCHANGE_CHARS
