from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller
from tests.doors import Doors
from tests.world import NOON, WORKSPACE


async def test_a_line_of_the_audit_log_says_who_did_what_when(doors: Doors) -> None:
    caller = Caller(
        workspace_id=WORKSPACE, actor="key:abc", name="abc", role="key", scopes=frozenset(), is_session=False
    )
    row = dict(audit_row(doors.app, caller, "group.fallbacks", "offers", {"a": 1}))
    assert len(row.pop("id")) == 32
    assert row == {
        "workspace_id": WORKSPACE,
        "at": NOON,
        "actor": "key:abc",
        "action": "group.fallbacks",
        "subject": "offers",
        "detail": {"a": 1},
    }
