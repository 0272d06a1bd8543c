"""What AWS keeps to itself, whatever policies say: its managed policies, reserved roles and key aliases (rule 19).

Written as a policy, so that it is decided and explained like any other deny.
"""

from __future__ import annotations

from leastwise.policy.document import Document, parse_value
from leastwise.policy.layers import Layer

_DENIED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AwsManagedPolicies",  # access_policies_managed-vs-inline.html: "You cannot change …"
            "Effect": "Deny",
            "Action": [
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
                "iam:TagPolicy",
                "iam:UntagPolicy",
            ],
            "Resource": "arn:*:iam::aws:policy/*",
        },
        {
            "Sid": "ReservedRoles",  # those of Identity Center, which only it can change
            "Effect": "Deny",
            "Action": [
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            "Resource": "arn:*:iam::*:role/aws-reserved/*",
        },
        {
            "Sid": "AwsAliases",  # API_CreateAlias.html: names that begin with alias/aws/ are reserved
            "Effect": "Deny",
            "Action": ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
            "Resource": "arn:*:kms:*:*:alias/aws/*",
        },
    ],
}

RESERVED = Layer((Document(arn="arn:aws:iam::aws:root", name="AWS", kind="resource", policy=parse_value(_DENIED)),))
"""Spares service-linked roles: by these AWS does its own work."""
