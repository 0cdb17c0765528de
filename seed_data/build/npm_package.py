"""Fetching one published npm package with the ordinary client, at a fixed version."""

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

# One retry after a second: without a registry the answer comes at once, not after minutes.
_PATIENCE: Final = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")


class PackageUnavailableError(RuntimeError):
    """The npm client is missing or the registry did not answer."""


def fetch_package(name: str, version: str, folder: Path) -> Path:
    """Pack ``name@version`` into ``folder``, unpack it and return the folder of its files."""
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not installed"
        raise PackageUnavailableError(message)
    try:
        done = subprocess.run(  # noqa: S603 - npm itself, with a fixed package name
            [npm, "pack", "--silent", *_PATIENCE, f"{name}@{version}"],
            cwd=folder,
            capture_output=True,
            check=True,
            text=True,
            timeout=120,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        message = f"npm could not fetch {name}@{version}"
        raise PackageUnavailableError(message) from failure
    archive = folder / done.stdout.split()[-1]
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"
