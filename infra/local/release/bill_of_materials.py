"""Prints the bill of materials of a release in CycloneDX's JSON: what it is made of, read as JSON from stdin.

The same input gives the same output: the serial number is made of the content, and the time is given.
It runs in the environment of `requirements/release.txt`, not in the one of the other modules.
"""

import hashlib
import json
import sys
from datetime import datetime, timezone
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def component(given: dict, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    """A package or a program."""
    name, version = given["name"], given["version"]
    made = Component(type=kind, name=name, version=version, bom_ref=f"{name}@{version}", scope=ComponentScope.REQUIRED)
    if given.get("licence"):
        made.licenses.add(LicenseExpression(given["licence"].replace("/", " OR ")))
    if given.get("checksum"):
        made.purl = PackageURL("cargo", None, name, version)
        made.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=given["checksum"]))
    if given.get("repository"):
        made.external_references.add(ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(given["repository"])))
    for program in given.get("programs", []):
        made.properties.add(Property(name="callsheet:program", value=program))
    return made


def bill(given: dict, serial: UUID) -> Bom:
    """The whole bill."""
    bom = Bom(serial_number=serial)
    root = component(given["release"], ComponentType.APPLICATION)
    bom.metadata.timestamp = datetime.fromtimestamp(given["time"], timezone.utc)
    bom.metadata.component = root
    made = {(one["name"], one["version"]): component(one) for one in given["packages"]}
    for one in made.values():
        bom.components.add(one)
    for one in given["packages"]:
        bom.register_dependency(made[one["name"], one["version"]], [made[tuple(need)] for need in one["needs"]])
    bom.register_dependency(root, [made[tuple(need)] for need in given["release"]["needs"]])
    return bom


def main() -> int:
    """Reads, prints and validates."""
    text = sys.stdin.read()
    bom = bill(json.loads(text), uuid5(NAMESPACE_URL, hashlib.sha256(text.encode()).hexdigest()))
    printed = JsonV1Dot6(bom).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(printed):
        print(f"the bill of materials is not valid: {error}", file=sys.stderr)
        return 1
    print(printed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
