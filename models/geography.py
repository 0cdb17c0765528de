"""Official geography: regions, departments, intercommunal bodies and communes."""

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Region(Base):
    """One of the 18 regions, or an overseas collectivity ranked with them."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    is_overseas: Mapped[bool] = mapped_column(default=False)


class Department(Base):
    """A department or overseas collectivity; three characters overseas."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)

    region: Mapped[Region] = relationship()


class Epci(Base):
    """An intercommunal body by SIREN; ``kind`` tells EPT of Greater Paris from the others."""

    __tablename__ = "epci"

    siren: Mapped[str] = mapped_column(String(9), primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(10))


class Commune(Base):
    """A commune in force, by INSEE code."""

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    # Lower case without accents or hyphens: what completion compares.
    name_key: Mapped[str] = mapped_column(String(80), index=True)
    department_code: Mapped[str] = mapped_column(ForeignKey("department.code"), index=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"))
    ept_siren: Mapped[str | None] = mapped_column(ForeignKey("epci.siren"))
    population: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    department: Mapped[Department] = relationship()
    region: Mapped[Region] = relationship()
    epci: Mapped[Epci | None] = relationship(foreign_keys=[epci_siren])
    ept: Mapped[Epci | None] = relationship(foreign_keys=[ept_siren])

    @classmethod
    def with_postcode(cls, prefix: str) -> Select["Commune"]:
        """Select the communes with a postcode that starts with ``prefix``, most peopled first."""
        return (
            select(cls)
            .join(CommunePostcode, CommunePostcode.commune_code == cls.code)
            .where(CommunePostcode.postcode.startswith(prefix, autoescape=True))
            .group_by(cls.code)
            .order_by(cls.population.desc(), cls.code)
        )


class CommunePostcode(Base):
    """One postcode of one commune; both sides repeat."""

    __tablename__ = "commune_postcode"

    postcode: Mapped[str] = mapped_column(String(5), primary_key=True)
    commune_code: Mapped[str] = mapped_column(
        ForeignKey("commune.code", ondelete="CASCADE"), primary_key=True, index=True
    )


class FormerCommune(Base):
    """A merged commune: the code people still type, and the one in force."""

    __tablename__ = "former_commune"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80), index=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), index=True)

    commune: Mapped[Commune] = relationship()
