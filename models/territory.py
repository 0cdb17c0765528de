"""Renewal quarters and the projects that transform them."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, Select, String, Table, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.geography import Commune, Department, Epci, Region
from vocabulary.kinds import NpnruInterest, ProjectPhase

if TYPE_CHECKING:
    from models.need import Need
    from models.organization import Organization
    from models.partnership import Partnership


class Territory(Base):
    """A quarter of the policy for cities, by its 2024 code or, without one, its 2015 code."""

    __tablename__ = "territory"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    name_key: Mapped[str] = mapped_column(String(160), index=True)
    department_code: Mapped[str] = mapped_column(ForeignKey("department.code"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"))
    ept_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    area_km2: Mapped[float | None]
    is_npnru: Mapped[bool] = mapped_column(default=False, index=True)
    npnru_interest: Mapped[NpnruInterest | None] = mapped_column(coded(NpnruInterest))
    npnru_source: Mapped[str] = mapped_column(String(300), default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())

    department: Mapped[Department] = relationship()
    region: Mapped[Region] = relationship()
    epci: Mapped[Epci | None] = relationship(foreign_keys=[epci_siren])
    ept: Mapped[Epci | None] = relationship(foreign_keys=[ept_siren])
    communes: Mapped[list[Commune]] = relationship(
        secondary="territory_commune", order_by=Commune.code
    )
    former_codes: Mapped[list["TerritoryCode"]] = relationship(
        back_populates="territory", cascade="all, delete-orphan", order_by="TerritoryCode.code"
    )
    needs: Mapped[list["Need"]] = relationship(back_populates="territory", order_by="Need.id")
    partnerships: Mapped[list["Partnership"]] = relationship(back_populates="territory")
    projects: Mapped[list["RenewalProject"]] = relationship(
        secondary="renewal_project_territory", back_populates="territories"
    )

    @classmethod
    def successors_of(cls, old_code: str) -> Select["Territory"]:
        """Select the quarters that came out of a 2015 code; there may be several."""
        return (
            select(cls)
            .join(TerritoryCode, TerritoryCode.territory_id == cls.id)
            .where(TerritoryCode.code == old_code)
            .order_by(cls.code)
        )


class TerritoryCode(Base):
    """A 2015 code that a quarter came from; the relation is many to many."""

    __tablename__ = "territory_code"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    territory_id: Mapped[int] = mapped_column(
        ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    territory: Mapped[Territory] = relationship(back_populates="former_codes")


class TerritoryCommune(Base):
    """A commune that a quarter lies in; 148 quarters span several."""

    __tablename__ = "territory_commune"

    territory_id: Mapped[int] = mapped_column(
        ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(
        ForeignKey("commune.code"), primary_key=True, index=True
    )


renewal_project_territory = Table(
    "renewal_project_territory",
    Base.metadata,
    Column("project_id", ForeignKey("renewal_project.id", ondelete="CASCADE"), primary_key=True),
    Column("territory_id", ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True),
)


class RenewalProject(Base):
    """The convention: one carrying body, several quarters, a phase with its date and source."""

    __tablename__ = "renewal_project"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(200))
    carrier_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL")
    )
    carrier_label: Mapped[str] = mapped_column(String(200), default="")
    phase: Mapped[ProjectPhase] = mapped_column(coded(ProjectPhase), default=ProjectPhase.UNSTATED)
    phase_on: Mapped[date | None]
    phase_source: Mapped[str] = mapped_column(String(300), default="")

    carrier: Mapped["Organization | None"] = relationship()
    territories: Mapped[list[Territory]] = relationship(
        secondary=renewal_project_territory, back_populates="projects"
    )
