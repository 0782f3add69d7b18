"""One client's socket, as the worker holds it: requests in, events and replies out. Runs in the worker."""

import _socket
from _thread import allocate_lock

from .wire import AFTER_HELLO, FrameReader, pack

_PARTS_AT_ONCE = 64  # below IOV_MAX everywhere


class Connection:
    """A socket that the server passed on.

    Any thread may send; the main thread alone receives. A send is never cut by an interrupt, since half a frame would
    end the conversation.
    """

    __slots__ = ("_interrupts", "_lock", "_reader", "_socket", "is_open", "number")

    def __init__(self, descriptor, number, interrupts):
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=descriptor)
        self._socket.setblocking(True)  # O_NONBLOCK travels with a passed descriptor
        self._reader = FrameReader(AFTER_HELLO)
        self._interrupts = interrupts
        self._lock = allocate_lock()
        self.is_open = True
        self.number = number

    def fileno(self):
        return self._socket.fileno()

    def receive(self):
        """Takes in what is there, after poll said that something is; an end of file or an error ends the connection.

        Raises:
            FrameError: what came is no frame.
        """
        try:
            count = self._socket.recv_into(self._reader.space())
        except OSError:
            count = 0
        if count:
            self._reader.fed(count)
        else:
            self.is_open = False

    def take(self):
        """The next request as (header, buffers), or None."""
        return self._reader.take()

    def send(self, header, buffers=()):
        """Sends one frame; a client that is gone is noticed here and never an error of the code that runs."""
        parts = pack(header, buffers)
        self._interrupts.hold()
        try:
            with self._lock:
                if self.is_open:
                    self._send_all(parts)
        except OSError:
            self.is_open = False
        finally:
            self._interrupts.release()

    def close(self):
        """Ends the conversation for both; the server holds the socket too, so closing alone would not."""
        self.is_open = False
        try:
            self._socket.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # the client is gone
        self._socket.close()

    def after_fork_in_child(self):
        """Only lets go: the parent goes on with the conversation, whose end would not reach the client otherwise."""
        self._lock = allocate_lock()
        self.is_open = False
        self._socket.close()

    def _send_all(self, parts):
        if len(parts) == 1:
            self._socket.sendall(parts[0])
            return
        parts = [memoryview(part) for part in parts]
        while parts:
            sent = self._socket.sendmsg(parts[:_PARTS_AT_ONCE])
            while parts and sent >= parts[0].nbytes:
                sent -= parts.pop(0).nbytes
            if sent:
                parts[0] = parts[0][sent:]
