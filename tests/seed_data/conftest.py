"""Where the ground data lies, and its tables read once."""

from pathlib import Path

import pytest

from seed_data.build.tables import Row, read_table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def seed() -> Path:
    return ROOT / "seed_data"


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent")
    return folder


@pytest.fixture(scope="session")
def communes(seed: Path) -> dict[str, Row]:
    return {row["code"]: row for row in read_table(seed / "geography" / "communes.csv.gz")}


@pytest.fixture(scope="session")
def quarters(seed: Path) -> list[Row]:
    return read_table(seed / "territories" / "npnru_quarters.csv")
