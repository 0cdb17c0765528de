"""Addresses of static files carry a digest of their content, so that they cache for a year.

Ours carry it in their path: what a script imports and a style sheet names is written relative to
it, and so carries it too.
"""

from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, current_app, g, request

STATIC_URL = "/static/<release>"
# Front-end packages installed from the lock, served from this machine.
VENDOR_PACKAGES = {
    "bootstrap": ("flask_bootstrap", "static/bootstrap5"),
    "leaflet": ("js_lib_leaflet", "static/js_lib_leaflet"),
}
VENDOR_SUFFIXES = frozenset({".css", ".js", ".png", ".svg"})


@lru_cache
def vendor_root(package: str) -> Path | None:
    """Return the folder that ``package`` ships its files in, without importing it."""
    if package not in VENDOR_PACKAGES:
        return None
    module, folder = VENDOR_PACKAGES[package]
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / folder


@lru_cache(maxsize=512)
def _digest(path: Path, _modified: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def digest_of(path: Path) -> str:
    """Return a short digest of the file's content, read again only when it changed."""
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return ""


def release_of(root: Path) -> str:
    """Return a short digest of every file under ``root``, names included."""
    whole = sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(root)} {digest_of(path)}\n".encode())
    return whole.hexdigest()[:10]


def init_app(app: Flask) -> None:
    """Add the release to the address of every static file, ``v=<digest>`` to a vendor's.

    A page that was open while a new release started still finds its files, uncached.
    """
    app.extensions["static_release"] = release_of(Path(str(app.static_folder)))
    app.url_defaults(_add_version)
    app.url_value_preprocessor(_take_release)


def _release() -> str:
    # Like templates: read again while somebody works on them, once for all otherwise.
    if "static_release" not in g:
        app = current_app
        g.static_release = (
            release_of(Path(str(app.static_folder)))
            if app.debug
            else app.extensions["static_release"]
        )
    return str(g.static_release)


def _add_version(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static":
        values.setdefault("release", _release())
    elif endpoint == "static_files.vendor":
        root = vendor_root(str(values.get("package", "")))
        if root is not None and (digest := digest_of(root / str(values.get("filename", "")))):
            values.setdefault("v", digest)


def _take_release(endpoint: str | None, values: dict[str, str] | None) -> None:
    if endpoint == "static" and values is not None:
        g.is_lasting = values.pop("release") == _release()
    elif endpoint == "static_files.vendor":
        wanted: dict[str, object] = dict(values or {})
        _add_version(endpoint, wanted)
        g.is_lasting = request.args.get("v") == wanted.get("v", "")
