"""Who is exempt."""

from __future__ import annotations

import pytest

from leastwise.scope import exemption
from world import World, an_account


@pytest.mark.parametrize(
    ("world", "exempt"),
    [
        (an_account().role("AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/"), True),
        (an_account().role("mine", path="/service-role/"), False),
        (an_account().role("AWSReservedSSO_Admin", path="/aws-reserved/sso.amazonaws.com/"), False),
        (an_account().role("OrganizationAccountAccessRole"), True),
        (an_account().role("organizationaccountaccessrole"), False),
        (an_account().role("OrganizationAccountAccessRole2"), False),
        (an_account().user("ann", tags={"EmergencyAccess": "true"}), True),
        (an_account().user("ann", tags={"EmergencyAccess": "TRUE"}), True),
        (an_account().user("ann", tags={"EmergencyAccess": "false"}), False),
        (an_account().user("ann", tags={"EmergencyAccess": "no"}), False),
        (an_account().user("ann", tags={"emergencyaccess": "true"}), False),
        (an_account().user("ann", tags={"Emergency": "true"}), False),
        (an_account().user("OrganizationAccountAccessRole"), False),
        (an_account().group("EmergencyAccess"), False),
    ],
)
def test_who_is_exempt(world: World, exempt: bool) -> None:
    (holder,) = world.build().holders
    assert bool(exemption(holder)) is exempt
