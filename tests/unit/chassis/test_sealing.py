"""Secrets that are encrypted at rest."""

import pytest

from chassis.sealing import Sealer

OLD, NEW = "o" * 32, "n" * 32


def test_what_is_sealed_is_read_by_any_key_that_is_kept_and_for_the_same_thing_alone() -> None:
    old, new, both = (Sealer("gateway", keys) for keys in ([OLD], [NEW], [NEW, OLD]))
    sealed = old.seal("secret", about=b"anna")
    assert b"secret" not in sealed
    assert sealed != old.seal("secret", about=b"anna")
    assert both.unseal(sealed, about=b"anna") == "secret"
    assert new.unseal(both.seal("secret", about=b"anna"), about=b"anna") == "secret"
    for sealer, about in ((new, b"anna"), (old, b"boris"), (Sealer("notify", [OLD]), b"anna")):
        with pytest.raises(ValueError, match="none of the encryption keys"):
            sealer.unseal(sealed, about=about)
