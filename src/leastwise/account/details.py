"""Authorization details → users, groups, roles and managed policies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from leastwise import catalog
from leastwise.account.model import Group, ManagedPolicy, Role, ServiceCredential, User
from leastwise.account.report import Row, read_login, report_time
from leastwise.policy.document import MISSING, Document, Policy, Unparsed, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from leastwise.account import shapes

T = TypeVar("T")
CATALOGUE = "catalogue"


class Holders(NamedTuple):
    """All who can hold a policy, and the managed policies, each sorted by ARN."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]
    roles: tuple[Role, ...]
    policies: dict[str, ManagedPolicy]


def build_holders(
    details: shapes.Details,
    *,
    rows: dict[str, Row] | None,
    sessions: dict[str, int | None],
    credentials: shapes.ServiceCredentials | None,
    fetched: dict[str, shapes.PolicyVersion],
) -> Holders:
    """Put the parts together. `rows` and `credentials` are None when they could not be seen."""
    library = Library(details.policies, fetched)
    groups = {g.group_name: _group(g, i, library) for i, g in _placed(details.group_detail_list)}
    keys = _credentials_by_user(credentials)
    users = [
        _user(u, i, library, groups=groups, login=rows, credentials=keys) for i, u in _placed(details.user_detail_list)
    ]
    roles = [_role(r, i, library, sessions.get(r.arn)) for i, r in _placed(details.role_detail_list)]
    return Holders(
        tuple(sorted(users, key=lambda u: u.arn)),
        tuple(sorted(groups.values(), key=lambda g: g.arn)),
        tuple(sorted(roles, key=lambda r: r.arn)),
        library.known,
    )


class Library:
    """The managed policies: from the details, else fetched one by one, else from the catalogue, else missing."""

    def __init__(self, listed: list[shapes.PolicyDetail | None], fetched: dict[str, shapes.PolicyVersion]) -> None:
        """Documents are parsed when somebody holds them."""
        self._listed = {p.arn: (i, p) for i, p in _placed(listed)}
        self._fetched = fetched
        self._documents: dict[str, Document] = {}
        self.known = {arn: self._policy(i, p) for arn, (i, p) in sorted(self._listed.items()) if not _is_aws(arn)}

    def document(self, arn: str) -> Document:
        """The default version of a managed policy."""
        found = self._documents.get(arn)
        if found is None:
            found = self._documents[arn] = self._find(arn)
            if arn not in self.known and arn in self._listed:
                self.known[arn] = self._policy(*self._listed[arn])
        return found

    def _find(self, arn: str) -> Document:
        if arn in self._listed:
            index, policy = self._listed[arn]
            for place, version in enumerate(policy.policy_version_list):
                if version.is_default_version or version.version_id == policy.default_version_id:
                    return _managed(arn, parse(bytes(version.document)), at=_version_at(index, place))
        if arn in self._fetched:
            policy_found = parse(bytes(self._fetched[arn].document))
            return _managed(arn, policy_found, at=f"/{arn}/PolicyVersion/Document", source="iam:GetPolicyVersion")
        bundled = catalog.managed_policy(arn) if _is_aws(arn) else None
        return _managed(arn, parse(bundled) if bundled else MISSING, source=CATALOGUE)

    def _policy(self, index: int, policy: shapes.PolicyDetail) -> ManagedPolicy:
        document = self._documents.setdefault(policy.arn, self._find(policy.arn))
        return ManagedPolicy(
            arn=policy.arn,
            name=policy.policy_name or policy.arn.rpartition("/")[2],
            path=policy.path,
            document=document,
            versions=_Versions(policy, index, document),
            default_version=policy.default_version_id,
            attachments=policy.attachment_count,
            written={v.version_id: at for v in policy.policy_version_list if (at := _time(v.create_date))},
        )


class _Versions(Mapping[str, Document]):
    """The versions of a managed policy by id, each parsed when somebody asks for it: few ever are."""

    def __init__(self, policy: shapes.PolicyDetail, index: int, default: Document) -> None:
        """`index` is the policy's place in the answer. Texts are copied, so that none keeps the whole answer alive."""
        self._arn = policy.arn
        self._texts: dict[str, tuple[str, bytes]] = {}
        self._made: dict[str, Document] = {}
        for place, version in enumerate(policy.policy_version_list):
            at, is_made = _version_at(index, place), default.at == _version_at(index, place)
            self._texts[version.version_id] = at, b"" if is_made else bytes(version.document)
            if is_made:
                self._made[version.version_id] = default

    def __getitem__(self, version: str) -> Document:
        if version not in self._made:
            at, text = self._texts[version]
            self._made[version] = _managed(self._arn, parse(text), at=at)
        return self._made[version]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _placed(entries: list[T | None]) -> list[tuple[int, T]]:
    """The entries with their places in the answer, unreadable ones left out."""
    return [(i, entry) for i, entry in enumerate(entries) if entry is not None]


def _is_aws(arn: str) -> bool:
    return ":iam::aws:" in arn


def _version_at(index: int, place: int) -> str:
    return f"/Policies/{index}/PolicyVersionList/{place}/Document"


def _managed(arn: str, policy: Policy | Unparsed, *, at: str = "", source: str = "") -> Document:
    return Document(
        arn=arn,
        name=arn.rpartition("/")[2],
        kind="managed",
        policy=policy,
        at=at,
        source=source or "iam:GetAccountAuthorizationDetails",
    )


def _inline(holder: str, policies: Iterable[shapes.Inline], at: str) -> tuple[Document, ...]:
    return tuple(
        [
            Document(
                arn=holder,
                name=p.policy_name,
                kind="inline",
                policy=parse(bytes(p.policy_document)),
                at=f"{at}/{i}/PolicyDocument",
            )
            for i, p in enumerate(policies)
        ]
    )


def _attached(policies: Iterable[shapes.Attached], library: Library) -> tuple[Document, ...]:
    return tuple([library.document(p.policy_arn) for p in policies])


def _group(detail: shapes.GroupDetail, index: int, library: Library) -> Group:
    return Group(
        arn=detail.arn,
        name=detail.group_name,
        path=detail.path,
        id=detail.group_id,
        created=_time(detail.create_date),
        inline=_inline(detail.arn, detail.group_policy_list, f"/GroupDetailList/{index}/GroupPolicyList"),
        attached=_attached(detail.attached_managed_policies, library),
    )


def _user(  # noqa: PLR0913 - the one joint where three calls meet
    detail: shapes.UserDetail,
    index: int,
    library: Library,
    *,
    groups: dict[str, Group],
    login: dict[str, Row] | None,
    credentials: dict[str, tuple[ServiceCredential, ...]] | None,
) -> User:
    row = login.get(detail.arn) if login is not None else None
    boundary = detail.permissions_boundary
    return User(
        arn=detail.arn,
        name=detail.user_name,
        path=detail.path,
        id=detail.user_id,
        created=_time(detail.create_date),
        inline=_inline(detail.arn, detail.user_policy_list, f"/UserDetailList/{index}/UserPolicyList"),
        attached=_attached(detail.attached_managed_policies, library),
        groups=tuple(groups[g] for g in sorted(set(detail.group_list)) if g in groups),
        boundary=library.document(boundary.permissions_boundary_arn) if boundary else None,
        tags={t.key: t.value for t in detail.tags},
        login=read_login(row) if row else None,
        service_credentials=credentials.get(detail.user_name, ()) if credentials is not None else None,
    )


def _role(detail: shapes.RoleDetail, index: int, library: Library, session: int | None) -> Role:
    at = f"/RoleDetailList/{index}"
    boundary = detail.permissions_boundary
    return Role(
        arn=detail.arn,
        name=detail.role_name,
        path=detail.path,
        id=detail.role_id,
        created=_time(detail.create_date),
        inline=_inline(detail.arn, detail.role_policy_list, f"{at}/RolePolicyList"),
        attached=_attached(detail.attached_managed_policies, library),
        boundary=library.document(boundary.permissions_boundary_arn) if boundary else None,
        tags={t.key: t.value for t in detail.tags},
        trust=Document(
            arn=detail.arn,
            name="trust policy",
            kind="trust",
            policy=parse(bytes(detail.assume_role_policy_document)),
            at=f"{at}/AssumeRolePolicyDocument",
        ),
        last_used=_time(detail.role_last_used.last_used_date) if detail.role_last_used else None,
        max_session=session,
        instance_profiles=tuple(p.arn for p in detail.instance_profile_list),
    )


def _credentials_by_user(
    listed: shapes.ServiceCredentials | None,
) -> dict[str, tuple[ServiceCredential, ...]] | None:
    if listed is None:
        return None
    out: dict[str, tuple[ServiceCredential, ...]] = {}
    for c in listed.service_specific_credentials:
        made = ServiceCredential(
            service=c.service_name,
            id=c.service_specific_credential_id,
            active=c.status.lower() == "active",
            created=report_time(c.create_date),
            expires=report_time(c.expiration_date),
        )
        out[c.user_name] = (*out.get(c.user_name, ()), made)
    return out


@lru_cache(maxsize=1 << 16)
def _time(text: str) -> datetime | None:
    return report_time(text)
