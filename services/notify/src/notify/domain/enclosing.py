"""Which files go with a mail, and which are too much for one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

MAX_ENCLOSED = 7 * 1024 * 1024
"""Bytes of the files of a mail: a third more as it travels, 10 MB, which hardly a mail server refuses."""

FILES = "comment.files"
LEFT = "comment.files_left"


@dataclass(frozen=True, slots=True)
class File:
    """A file in the object storage."""

    key: str
    name: str
    content_type: str
    size: int


def content_of(files: Sequence[File]) -> dict[str, str]:
    """What a delivery keeps of the files of its comment: those that go along, and the names of those that do not."""
    going: list[File] = []
    left: list[File] = []
    for file in files:
        fits = sum(one.size for one in going) + file.size <= MAX_ENCLOSED
        (going if fits else left).append(file)
    content = {FILES: json.dumps([asdict(one) for one in going])} if going else {}
    return content | ({LEFT: ", ".join(one.name for one in left)} if left else {})


def files_in(content: Mapping[str, object]) -> list[File]:
    """The files that go with a delivery."""
    return [File(**one) for one in json.loads(str(content.get(FILES, "[]")))]
