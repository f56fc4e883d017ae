import pytest

from heliogram.model.access import ALL_SCOPES, ROLE_SCOPES, Role, Scope, hash_of


def test_every_role_has_its_scopes() -> None:
    assert set(ROLE_SCOPES) == set(Role)


def test_the_owner_may_do_everything() -> None:
    assert ROLE_SCOPES[Role.OWNER] == ALL_SCOPES == set(Scope)


def test_the_desk_may_do_everything_but_change_the_settings() -> None:
    assert ROLE_SCOPES[Role.OWNER] - ROLE_SCOPES[Role.DESK] == {Scope.SETTINGS_WRITE}


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_write_something_may_read_it(role: Role) -> None:
    scopes = {scope.value for scope in ROLE_SCOPES[role]}
    writable = {scope.removesuffix(":write") for scope in scopes if scope.endswith(":write")}
    assert {f"{room}:read" for room in writable} <= scopes


def test_a_secret_is_stored_as_its_sha256() -> None:
    # NIST FIPS 180-4, the example for "abc".
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
