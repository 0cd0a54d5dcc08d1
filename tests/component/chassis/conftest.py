"""A service of its own for the tests of the RPC plane: its proto is made here, like one from a file."""

from dataclasses import dataclass

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message

from deskmesh.common.v1 import options_pb2

PACKAGE = "deskmesh.echotest.v1"
RULES = {
    "Say": options_pb2.MethodRule(permissions=["echo.say", "echo.shout"], public=True),
    "Keep": options_pb2.MethodRule(permissions=["echo.keep"], write=True, system_callers=["robot"]),
    "KeepAlone": options_pb2.MethodRule(permissions=["echo.keep"], write=True),
    "WhoAmI": options_pb2.MethodRule(permissions=["authenticated"], system_callers=["robot"]),
    "Hello": options_pb2.MethodRule(permissions=["anonymous"]),
}


@dataclass(frozen=True)
class Echo:
    """The descriptor of EchoService and its one message, `Text {string text = 1; map<string, string> more = 2;}`."""

    descriptor: ServiceDescriptor
    text: type[Message]


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="deskmesh/echotest/v1/echo.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=["deskmesh/common/v1/options.proto"],
    )
    text = file.message_type.add(name="Text")
    kinds = descriptor_pb2.FieldDescriptorProto
    text.field.add(name="text", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    entry = text.nested_type.add(name="MoreEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    text.field.add(
        name="more",
        number=2,
        type=kinds.TYPE_MESSAGE,
        type_name=f".{PACKAGE}.Text.MoreEntry",
        label=kinds.LABEL_REPEATED,
    )
    for service, rules in (("EchoService", RULES), ("BareService", {"Undeclared": None})):
        added = file.service.add(name=service)
        for name, rule in rules.items():
            method = added.method.add(
                name=name, input_type=f".{PACKAGE}.Text", output_type=f".{PACKAGE}.Text"
            )
            if rule is not None:
                method.options.Extensions[options_pb2.rule].CopyFrom(rule)
    return file


@pytest.fixture(scope="session")
def echo() -> Echo:
    """The test service, registered once."""
    file = descriptor_pool.Default().Add(_file()) or descriptor_pool.Default().FindFileByName(
        "deskmesh/echotest/v1/echo.proto"
    )
    return Echo(
        file.services_by_name["EchoService"],
        message_factory.GetMessageClass(file.message_types_by_name["Text"]),
    )


@pytest.fixture(scope="session")
def bare(echo: Echo) -> ServiceDescriptor:
    """A service whose only rpc declares no permission."""
    return echo.descriptor.file.services_by_name["BareService"]
