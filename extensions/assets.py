"""Addresses of static files carry a digest of their content, so that they cache for a year."""

from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from flask import Flask

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


def init_app(app: Flask) -> None:
    """Add ``v=<digest>`` to every address built for a static or vendor file."""
    static_root = Path(str(app.static_folder))

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static":
            path = static_root / str(values.get("filename", ""))
        elif endpoint == "static_files.vendor":
            root = vendor_root(str(values.get("package", "")))
            if root is None:
                return
            path = root / str(values.get("filename", ""))
        else:
            return
        if digest := digest_of(path):
            values.setdefault("v", digest)
