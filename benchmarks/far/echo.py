"""The floor of a call: answers with what it is sent."""

import socket
import sys

peer = socket.socket(fileno=int(sys.argv[1]))
while data := peer.recv(65536):
    peer.sendall(data)
