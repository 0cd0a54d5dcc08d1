"""What every RPC must declare, read from the descriptors of all services."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from deskmesh.common.v1 import options_pb2
from gateway.clients import SERVICES

GENERATED = Path(__file__).resolve().parents[2] / "proto/gen/python"


def _files() -> Iterator[FileDescriptor]:
    for module in sorted(GENERATED.rglob("*_pb2.py")):
        name = ".".join(module.relative_to(GENERATED).with_suffix("").parts)
        yield import_module(name).DESCRIPTOR


METHODS = [
    method for file in _files() for service in file.services_by_name.values() for method in service.methods
]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_an_rpc_declares_who_may_call_it(method: MethodDescriptor) -> None:
    rule = method.GetOptions().Extensions[options_pb2.rule]
    assert rule.permissions, "an RPC without a permission is refused to everybody"


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_an_rpc_with_an_everyday_writing_verb_is_declared_a_write(method: MethodDescriptor) -> None:
    writes = method.name.startswith(("Create", "Update", "Delete", "Add", "Remove", "Set"))
    reads = method.name.startswith(("Get", "List", "Search", "Suggest"))
    rule = method.GetOptions().Extensions[options_pb2.rule]
    assert rule.write or not writes
    assert not (rule.write and reads)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_an_rpc_is_unary(method: MethodDescriptor) -> None:
    assert not method.client_streaming
    assert not method.server_streaming


def test_the_gateway_serves_every_public_rpc() -> None:
    public = {
        method.full_name for method in METHODS if method.GetOptions().Extensions[options_pb2.rule].public
    }
    served = {method.full_name for service in SERVICES for method in service.methods}
    assert len(public) > 100
    assert public <= served
