"""What is shipped now, and what was before."""

from itertools import product

from tickets.domain.shipped import PROCESSES, TYPES
from tickets.domain.shipped_workflows import digest_of, is_earlier, workflow_definition

NOW = {
    "13dae289955501754b18383ad5334b50426bce363deed5e3b5c06e42b970d462",
    "4d69a05006a381e66f0b3b686c079293da7619486bb013c511c175ccd19f687b",
    "7e21caae8ec740a16c3f33f0daa089d6b391f2b4030b17cbdbec27a1c64f018c",
    "8479464bfd76d82d014575e9dcf4507068af0abaffcd602bc1454a5cd25d0712",
    "eb5ed2d0ab8cdae4a704c7416490028ad343fdcd21fc93877ab24bf8648e34d5",
}
"""Whoever changes what is shipped puts those that are gone from here among the earlier ones: tenants have them."""


def test_what_is_shipped_is_known_and_counts_as_no_earlier_one() -> None:
    shipped = [workflow_definition(process[0], kind[0]) for process, kind in product(PROCESSES, TYPES)]
    assert {digest_of(definition) for definition in shipped} == NOW
    assert not any(is_earlier(definition) for definition in shipped)
