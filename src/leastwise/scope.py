"""Who is exempt, and the stated reason; see `contract`, *Exempt*. Exempt subjects stay in the model."""

from __future__ import annotations

from leastwise.account.model import Group, Role, User

ORGANIZATION_ROLE = "OrganizationAccountAccessRole"
EMERGENCY_TAG = "EmergencyAccess"


def exemption(holder: User | Role | Group) -> str:
    """Why findings about the principal are suppressed, or "" when they are not."""
    if isinstance(holder, Group):
        return ""
    if isinstance(holder, Role):
        if holder.is_service_linked:
            return "service-linked role: AWS owns its policies"
        if holder.name == ORGANIZATION_ROLE:
            return f"{ORGANIZATION_ROLE}: the organization's way in"
    if holder.tags and holder.tags.get(EMERGENCY_TAG, "").lower() == "true":
        return f"tagged {EMERGENCY_TAG}={holder.tags[EMERGENCY_TAG]}: break-glass access"
    return ""


def spared(holder: User | Role | Group) -> str:
    """Why no change of its policies is ever offered: it is exempt, or AWS owns its policies; "" where one may be."""
    if isinstance(holder, Role) and holder.is_reserved and not exemption(holder):
        return "Identity Center owns its policies: change its permission set"
    return exemption(holder)
