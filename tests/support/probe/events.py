"""The events of the probe, as if from a file: deskmesh.probe.v1.{NoteWritten, NoteErased}, each with a text."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

_FILE = "deskmesh/probe/v1/events.proto"


def _made() -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(name=_FILE, package="deskmesh.probe.v1", syntax="proto3")
    for name in ("NoteWritten", "NoteErased", "NoteIgnored"):
        kinds = descriptor_pb2.FieldDescriptorProto
        file.message_type.add(name=name).field.add(
            name="text", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL
        )
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClassesForFiles([_FILE], pool)


_CLASSES = _made()
NoteWritten = _CLASSES["deskmesh.probe.v1.NoteWritten"]
NoteErased = _CLASSES["deskmesh.probe.v1.NoteErased"]
NoteIgnored = _CLASSES["deskmesh.probe.v1.NoteIgnored"]
