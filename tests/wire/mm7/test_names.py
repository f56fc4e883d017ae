import pytest

from heliogram.wire.mm7.names import REL_5_MM7_1_2, REL_6_MM7_1_4, SCHEMA_ROOT, VERSION_OF, is_mm7, is_release_6


def test_each_namespace_goes_with_the_version_its_own_schema_accepts() -> None:
    assert VERSION_OF[REL_5_MM7_1_2] == "5.3.0"
    assert VERSION_OF[REL_6_MM7_1_4] == "6.8.0"
    assert all(is_mm7(namespace) for namespace in VERSION_OF)


@pytest.mark.parametrize("suffix", ["REL-6-MM7-6-7", "REL-5-MM7-1-0"])
def test_any_suffix_under_the_3gpp_schema_is_mm7(suffix: str) -> None:
    assert is_mm7(SCHEMA_ROOT + suffix)
    assert is_release_6(SCHEMA_ROOT + suffix) is suffix.startswith("REL-6")


def test_other_namespaces_are_not_mm7() -> None:
    assert not is_mm7("urn:MM7Submit.Req")
