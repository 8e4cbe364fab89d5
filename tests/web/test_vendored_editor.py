"""The bundle of the formatted editor is the one that its recipe makes: recipe, lock and bundle belong together, by their hashes."""

from hashlib import sha256
from json import loads

import pytest

from webapp.rendering.environment import ROOT

FOLDER = ROOT / "static" / "vendor" / "tiptap-3.31.3"
HASHES = {
    "parts.js": "d10ca445ec28d05b20f2fe1d7d5a413eb46e13db16ce4b1c495f0a7793688057",
    "package.json": "44779f7d8664d9cf318ea782b7eaf2e5156d18eca5c3f539d959cea53684ec5d",
    "package-lock.json": "82ef1572842a4c931a92c27ee0286f89dd12425ac06070e02eb1c217cd1d47a2",
    "build.sh": "2cf353318e3487dee6004bc24d786cbe26d7a7cccdb2d714c232058183598c90",
    "tiptap.js": "6a858efd766855b451e5982a6295dd42cb0dbbfae7f92a265fa51cf5cc0e9883",
}


@pytest.mark.parametrize("name", HASHES)
def test_recipe_and_bundle_are_those_that_were_built_together(name: str) -> None:
    assert sha256((FOLDER / name).read_bytes()).hexdigest() == HASHES[name]


def test_lock_names_versions_and_hashes_and_no_place() -> None:
    text = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    locked = {name: facts for name, facts in loads(text)["packages"].items() if name}
    assert '"resolved"' not in text
    assert all(facts["integrity"].startswith("sha512-") for facts in locked.values())


def test_every_library_in_the_bundle_has_its_licence() -> None:
    licences = (FOLDER / "LICENCES.txt").read_text(encoding="utf-8")
    locked = loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {name.removeprefix("node_modules/") for name in locked if name} - {"argparse", "esbuild"}
    missing = {name for name in wanted if not name.startswith(("@esbuild/", "@types/")) and f"{name} " not in licences}
    assert not missing
