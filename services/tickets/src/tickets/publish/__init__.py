"""Events out, one function per event; speaks protobuf."""
