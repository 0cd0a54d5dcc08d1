"""A gateway's directory with the tenants acme and globex."""

from collections.abc import AsyncIterator, Callable

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from gateway_desk import Desk

from chassis.db import Database, Databases
from chassis.testing.databases import ServiceDatabase
from gateway.app.keys import SigningKeys


@pytest.fixture(scope="session")
def signing_key() -> str:
    """An RSA private key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
async def desk(service_database: Callable[[str], ServiceDatabase], signing_key: str) -> AsyncIterator[Desk]:
    """The use cases of a gateway on a database of its own, without its doors."""
    database = service_database("gateway")
    databases = Databases([Database(database.app_url, database.relay_url)])
    yield await Desk.made(databases, SigningKeys.from_pem(signing_key), database)
    await databases.close()
