"""Which kinds of files are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.file_types import DANGEROUS, FilePolicy, extension_of, policy_problems

TEXT = "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("report.pdf", "pdf"),
        ("Report.PDF", "pdf"),
        ("report.pdf.exe", "exe"),
        ("setup.exe.", "exe"),
        ("setup.exe . .", "exe"),
        ("ann\u202efdp.exe", "exe"),
        ("setup.e\u200bxe", "exe"),
        ("setup.ｅｘｅ", "exe"),
        ("setup.exe\x00", "exe"),
        (".bashrc", "bashrc"),
        ("README", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_the_extension_is_what_a_computer_would_go_by(name: str, extension: str) -> None:
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("name", "content_type", "head", "kind"),
    [
        ("setup.exe", TEXT, b"", "exe"),
        ("invoice.pdf.js", TEXT, b"var ", "js"),
        ("notes.txt", "application/x-msdownload; x=1", b"", "exe"),
        ("photo.jpg", "image/jpeg", b"MZ\x90\x00", "exe"),
        ("photo.jpg", "image/jpeg", b"\x7fELF", "elf"),
        ("photo.jpg", "image/jpeg", b"\xcf\xfa\xed\xfe", "app"),
        ("notes.txt", "text/plain", b"#!/b", "sh"),
    ],
)
def test_programs_are_not_taken_whatever_they_are_called(
    name: str, content_type: str, head: bytes, kind: str
) -> None:
    assert FilePolicy().refusal(name, content_type, head) == f'files of the type "{kind}" are not taken'


@pytest.mark.parametrize("name", ["report.pdf", "photo.jpg", "log.txt", "README", "archive.zip", "exe"])
def test_what_people_send_is_taken(name: str) -> None:
    assert FilePolicy().refusal(name, TEXT, b"PK\x03\x04") == ""


def test_a_tenant_may_take_certain_kinds_only() -> None:
    policy = FilePolicy("only", ("pdf", "txt"))
    assert policy.refusal("report.PDF", "application/pdf", b"%PDF") == ""
    assert policy.refusal("photo.jpg", "image/jpeg", b"\xff\xd8") == 'files of the type "jpg" are not taken'
    assert (
        policy.refusal("report.pdf", "application/pdf", b"MZ\x90\x00")
        == 'files of the type "exe" are not taken'
    )
    assert (
        policy.refusal("README", "x/y", b"") == "has no extension, and only files of certain types are taken"
    )


def test_a_file_without_an_extension_is_of_the_type_that_is_declared() -> None:
    assert FilePolicy("only", ("pdf",)).refusal("attachment", "application/pdf; x=1", b"%PDF") == ""


def test_a_tenant_may_take_everything() -> None:
    assert FilePolicy("all_but", ()).refusal("setup.exe", "application/x-msdownload", b"MZ") == ""


@given(
    st.text(max_size=40), st.sampled_from(DANGEROUS), st.text(st.sampled_from(". \t\u200b\u202e"), max_size=5)
)
def test_no_name_hides_a_dangerous_end(stem: str, extension: str, tail: str) -> None:
    cased = "".join(sign.upper() if place % 2 else sign for place, sign in enumerate(extension))
    assert FilePolicy().refusal(f"{stem}.{cased}{tail}", TEXT, b"") != ""


def test_a_setting_that_cannot_be_says_why() -> None:
    assert policy_problems(FilePolicy()) == {}
    assert policy_problems(FilePolicy("all_but", ())) == {}
    assert set(policy_problems(FilePolicy("some", (".exe", "EXE", "ok", "ok", "")))) == {
        "taken",
        "extensions[0]",
        "extensions[1]",
        "extensions[3]",
        "extensions[4]",
    }
    assert policy_problems(FilePolicy("only", ())) == {
        "extensions": "must name at least one, or no file could ever be taken"
    }
    assert policy_problems(FilePolicy("only", tuple(f"x{n}" for n in range(501)))) == {
        "extensions": "must be at most 500"
    }
