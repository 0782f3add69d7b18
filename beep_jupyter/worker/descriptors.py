"""The file descriptors that a server hands to a worker, by number. Shared by the worker and the servers.

They are below what `open` gives out later, and the worker makes all of them non-inheritable as its first act.
"""

CHANNEL = 3  # Unix socket to the server: connections come in, interrupts, the request to leave
STDOUT = 4  # reading end of the pipe that is descriptor 1
STDERR = 5  # reading end of the pipe that is descriptor 2
STATUS = 6  # a few bytes that the server reads at any time: what runs now
LIFE = 7  # reading end of a pipe whose writing end only the server holds
ASIDE = 8  # Unix socket to the server: over it come connections of those who only look

ALL = (CHANNEL, STDOUT, STDERR, STATUS, LIFE, ASIDE)
