"""Which kinds of files a tenant takes: by the end of the name, the declared content type, and the first bytes.

A name is what its sender says, so programs are known by their first bytes too: those of Windows begin with "MZ", those
of Linux with the ELF magic, those of macOS with a Mach-O magic, scripts with "#!". Kinds are named by the extension that
such files usually have.
"""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

TAKEN: Final = ("all_but", "only")
MAX_EXTENSIONS: Final = 500
HEAD_BYTES: Final = 4
"""As many first bytes as tell a program."""

# fmt: off
DANGEROUS: Final = (
    "ade", "adp", "apk", "app", "appinstaller", "appref-ms", "appx", "appxbundle", "bat", "cab", "chm",
    "cmd", "com", "cpl", "diagcab", "dll", "dmg", "elf", "exe", "gadget", "hta", "inf", "ins", "iso", "isp",
    "jar", "jnlp", "js", "jse", "lib", "lnk", "mde", "msc", "msh", "msi", "msix", "msixbundle", "msp",
    "mst", "nsh", "pif", "ps1", "ps2", "psm1", "reg", "scf", "scr", "sct", "settingcontent-ms", "sh", "shb",
    "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "vxd", "wsc", "wsf", "wsh", "xll",
)
# fmt: on
"""What is refused where nobody has set it: kinds that run when they are opened, or that hold such from a mail scanner.

Drawn from what Gmail ("File types blocked in Gmail") and Outlook ("Blocked attachments in Outlook") refuse, and the programs of
Linux and macOS.
"""

_EXTENSION = re.compile(r"[a-z0-9][a-z0-9_+-]{0,29}")

_BY_CONTENT_TYPE: Final = {
    "application/hta": "hta",
    "application/java-archive": "jar",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.microsoft.portable-executable": "exe",
    "application/x-bat": "bat",
    "application/x-dosexec": "exe",
    "application/x-executable": "elf",
    "application/x-mach-binary": "app",
    "application/x-ms-installer": "msi",
    "application/x-ms-shortcut": "lnk",
    "application/x-msdos-program": "exe",
    "application/x-msdownload": "exe",
    "application/x-msi": "msi",
    "application/x-powershell": "ps1",
    "application/x-sh": "sh",
    "application/x-sharedlib": "elf",
    "text/vbscript": "vbs",
}

_USUAL: Final = mimetypes.MimeTypes()
"""The library's own table, and not that of the machine."""

_MACH_O: Final = (
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
"""Of 32 and 64 bits in both orders, and of several processors; Java's classes begin like the last."""


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """The kinds of files that are taken: all but those of `extensions` ("all_but"), or those only ("only")."""

    taken: str = "all_but"
    extensions: tuple[str, ...] = DANGEROUS

    def refusal(self, name: str, content_type: str, head: bytes) -> str:
        """Why a file is not taken; empty for one that is.

        :param head: its first `HEAD_BYTES`, fewer of a shorter file.
        """
        extension = extension_of(name)
        listed = frozenset(self.extensions)
        if self.taken == "only":
            extension = extension or _usual_extension(content_type)
            if not extension:
                return "has no extension, and only files of certain types are taken"
            kinds = {extension, *_programs(content_type, head)}
            wrong = sorted(kinds - listed)
        else:
            wrong = sorted({extension, *_programs(content_type, head)} & listed)
        return f'files of the type "{wrong[0]}" are not taken' if wrong else ""


def extension_of(name: str) -> str:
    """What follows the last dot of a file's name, in lower case: "" where there is none.

    Signs that are not seen do not count, such as those that turn the direction of writing, and neither do dots and
    spaces at the end, which Windows leaves out.
    """
    seen = "".join(
        sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    stem, dot, extension = seen.rstrip(". \t").rpartition(".")
    return extension.strip().casefold() if dot and (stem or extension) else ""


def policy_problems(policy: FilePolicy) -> dict[str, str]:
    """What is wrong with a setting, by its field."""
    problems = {}
    if policy.taken not in TAKEN:
        problems["taken"] = f"must be one of: {', '.join(TAKEN)}"
    if len(policy.extensions) > MAX_EXTENSIONS:
        problems["extensions"] = f"must be at most {MAX_EXTENSIONS}"
    elif policy.taken == "only" and not policy.extensions:
        problems["extensions"] = "must name at least one, or no file could ever be taken"
    for place, extension in enumerate(policy.extensions[:MAX_EXTENSIONS]):
        if not _EXTENSION.fullmatch(extension):
            problems[f"extensions[{place}]"] = (
                'must be an extension such as "pdf": without a dot, in lower case, at most 30'
            )
        elif extension in policy.extensions[:place]:
            problems[f"extensions[{place}]"] = "is named twice"
    return problems


def _usual_extension(content_type: str) -> str:
    """What files of a declared type are usually called: parts of a mail may have no name."""
    return (_USUAL.guess_extension(content_type.partition(";")[0].strip().lower()) or "").removeprefix(".")


def _programs(content_type: str, head: bytes) -> set[str]:
    """The kinds of programs that a file is declared, or by its first bytes known, to be."""
    declared = _BY_CONTENT_TYPE.get(content_type.partition(";")[0].strip().casefold())
    found = {declared} if declared else set()
    if head[:2] == b"MZ":
        found.add("exe")
    elif head[:4] == b"\x7fELF":
        found.add("elf")
    elif head[:4] in _MACH_O:
        found.add("app")
    elif head[:2] == b"#!":
        found.add("sh")
    return found
