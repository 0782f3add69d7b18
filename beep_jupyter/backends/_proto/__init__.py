"""Generated from `protos/beep.proto` by `protos/generate.py`; not edited by hand. Imported by gRPC clients and servers."""
