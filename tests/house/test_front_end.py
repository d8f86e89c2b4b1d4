"""The front end is built from npm, addressed by its content, and a missing part says so."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from matchmaking.foundation.web.assets import NotBuilt, setup_assets
from tests.house.tree import ROOT

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules" / "esbuild").exists(), reason="no Node packages here: make setup-dev"
)


def built(folder: Path, **hashes: str) -> Flask:
    """A small application whose static folder holds ``hashes``."""
    vendor = folder / "static" / "vendor"
    vendor.mkdir(parents=True)
    for name in hashes:
        (vendor / name.replace("_", ".")).write_text(name, "utf-8")
    manifest = {name.replace("_", "."): digest for name, digest in hashes.items()}
    (vendor / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    app = Flask("built", static_folder=str(folder / "static"))
    setup_assets(app)
    return app


def test_an_address_carries_the_contents_hash_and_is_kept_for_a_year(tmp_path: Path) -> None:
    app = built(tmp_path, app_css="abc123")
    with app.test_request_context():
        url = render_template_string("{{ asset_url('app.css') }}")
    assert url == "/static/vendor/app.css?v=abc123"
    answer = app.test_client().get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_address_without_a_hash_is_not_kept(tmp_path: Path) -> None:
    answer = built(tmp_path, app_css="abc123").test_client().get("/static/vendor/app.css")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_file_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    app = built(tmp_path, app_css="abc123")
    with app.test_request_context(), pytest.raises(NotBuilt, match=r"app\.js .*make setup"):
        render_template_string("{{ asset_url('app.js') }}")


def test_a_missing_manifest_says_how_to_build_it(tmp_path: Path) -> None:
    app = Flask("unbuilt", static_folder=str(tmp_path))
    setup_assets(app)
    with app.test_request_context(), pytest.raises(NotBuilt, match="make setup"):
        render_template_string("{{ asset_url('app.css') }}")


def _build(folder: Path) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "build.mjs", folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return subprocess.run([str(NODE), "build.mjs"], cwd=folder, capture_output=True, text=True)


@needs_node
def test_the_build_is_repeatable_and_takes_its_hashes_from_the_contents(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "static", tmp_path / "static", ignore=shutil.ignore_patterns("vendor"))
    done = _build(tmp_path)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "static" / "vendor" / "manifest.json").read_text("utf-8"))
    assert {"app.css", "app.js"} <= set(manifest)
    assert subprocess.run([str(NODE), "build.mjs"], cwd=tmp_path, capture_output=True).returncode == 0
    assert json.loads((tmp_path / "static" / "vendor" / "manifest.json").read_text("utf-8")) == manifest
    text = (tmp_path / "static" / "vendor" / "app.css").read_text("utf-8")
    assert "@layer bootstrap" in text
    assert "http://" not in text.replace("http://www.w3.org/", "")


@needs_node
def test_a_missing_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "app.js").write_text("", "utf-8")
    done = _build(tmp_path)
    assert done.returncode == 1
    assert "static/css/app.css is missing" in done.stderr
