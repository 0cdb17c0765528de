"""What the last look over all needs and offers found lacking."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey, UtcDateTime


class RadarLook(Base):
    """One look over the whole base; numbers only, names are read when it is shown."""

    __tablename__ = "radar_look"

    id: Mapped[PrimaryKey]
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
