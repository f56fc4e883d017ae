"""A line of the audit log: who did what, to what, when."""

from heliogram.api.auth import Caller
from heliogram.app import App


def audit_row(app: App, caller: Caller, action: str, subject: str, detail: object) -> dict[str, object]:
    """The row of one action, for `storage.access.add_audit`."""
    return {
        "id": app.new_id(),
        "workspace_id": caller.workspace_id,
        "at": app.now(),
        "actor": caller.actor,
        "action": action,
        "subject": subject,
        "detail": detail,
    }
