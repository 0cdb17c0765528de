"""Official files of quarters in small: a list, outlines, and what became of them."""

import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.territory import Territory
from services.import_report import ImportReport
from services.territory_import import import_quarters

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
HEADER = (
    "code_qp;lib_qp;insee_reg;lib_reg;insee_dep;lib_dep;insee_com;lib_com;siren_epci;lib_epci;;;"
)
LIST = "territories/listeqp2024-cog2024_reconstitue.csv"
OUTLINES = "territories/QP2024_France_Hexagonale_Outre_Mer_WGS84_reconstitue.geojson.gz"


def listing(*rows: str) -> bytes:
    return ("\ufeff" + "\r\n".join([HEADER, *(f"{row};;;" for row in rows)])).encode()


def row(code: str = "QN99999M", name: str = "Centre Ville", communes: str = "42218") -> str:
    return f"{code};{name};84;;42;;{communes};;;"


def outlines(*features: tuple[str, str, str]) -> bytes:
    ring = [[4.38, 45.43], [4.39, 45.43], [4.39, 45.44], [4.38, 45.44], [4.38, 45.43]]
    geometry = {"type": "MultiPolygon", "coordinates": [[ring]]}
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code_qp": code, "lib_qp": name, "insee_com": commune},
                "geometry": geometry,
            }
            for code, name, commune in features
        ],
    }
    return json.dumps(collection).encode()


def load(session: Session, content: bytes, *, dry_run: bool = False) -> ImportReport:
    return import_quarters(session, content, now=NOW, dry_run=dry_run)


def quarter(session: Session, code: str) -> Territory:
    return session.scalars(select(Territory).where(Territory.code == code)).one()
