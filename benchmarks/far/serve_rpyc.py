"""The other side of rpyc: its classic service, without the compression that slows large values down."""

from __future__ import annotations

import socket
import sys

from rpyc.core.channel import Channel
from rpyc.core.service import SlaveService
from rpyc.core.stream import SocketStream
from rpyc.utils.factory import connect_channel

if __name__ == "__main__":
    stream = SocketStream(socket.socket(fileno=int(sys.argv[1])))
    connect_channel(Channel(stream, compress=False), SlaveService).serve_all()
