"""What a push says, and that its device alone reads it."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from notify.domain import pushing
from notify.domain.audience import Purpose
from notify.domain.push_encryption import DeviceKeys, encrypted, read_public_key, read_secret, to_base64url


def unwritten(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def private(number: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unwritten(number), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_is_encrypted_as_it_is_there() -> None:
    """RFC 8291, 5."""
    keys = DeviceKeys(
        read_public_key(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        read_secret("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    made = encrypted(
        b"When I grow up, I want to be a watermelon",
        keys,
        one_time=private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=unwritten("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert to_base64url(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("text", ["", "no key", "BCVxsr7N", to_base64url(b"\4" + b"\1" * 64)])
def test_what_is_no_point_of_the_curve_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"P-256"):
        read_public_key(text)


@pytest.mark.parametrize("text", ["", "BTBZMqHH", "BTBZMqHH6r4Tts7J_aSIggAA", "BTBZMqHH6r4Tts7J+aSIgg"])
def test_a_secret_is_sixteen_bytes(text: str) -> None:
    with pytest.raises(ValueError, match=r"16 bytes"):
        read_secret(text)


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
def test_every_purpose_with_a_topic_has_words_of_its_own_language(language: str) -> None:
    words = [pushing.words_for(purpose, f"{language}-XX") for purpose in pushing.TOPICS]
    english = [pushing.words_for(purpose, "de") for purpose in pushing.TOPICS]
    assert all(words)
    assert (words == english) is (language == "en")


@pytest.mark.parametrize(
    ("purpose", "path"),
    [
        (Purpose.REPLY, "/portal/requests/INC-1"),
        (Purpose.AGENT_COMMENT, "/desk/tickets/INC-1"),
        (Purpose.APPROVAL_REQUEST, "/portal/approvals"),
    ],
)
def test_a_push_leads_to_the_page_of_whom_it_is_for(purpose: Purpose, path: str) -> None:
    assert pushing.path_for(purpose, "INC-1") == path


def test_the_acknowledgement_of_ones_own_request_is_not_pushed() -> None:
    assert not pushing.is_told(Purpose.ACKNOWLEDGEMENT, pushing.ALL_TOPICS)
