"""How the desk looks to the people of a tenant."""

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.db import TenantRow
from gateway.db.rows import Row


class Branding(TenantRow, Row):
    """A tenant's colour and logo. `id` is the tenant's; without a row, the desk's own. A logo is small: it is kept here."""

    __tablename__ = "brandings"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "id"], ["tenants.tenant_id", "tenants.id"]),)

    # "#1f6f78"; empty: the desk's own.
    accent: Mapped[str]
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    # Media type, by what the bytes are; empty: none.
    logo_type: Mapped[str]
    # Lower-case hexadecimal; empty: none.
    logo_sha256: Mapped[str]
