"""One suite over every transport: what a backend promises, whichever way it is reached.

A test here takes `session` (each kind with the oldest and the newest Python; in the campaign with all between), or
`host_session` where the Python does not matter, or starts a backend of its own with `start`. It uses the Python client
of `Beep.start` and `Beep.connect`, which is the same for all kinds, so it does not know which one it talks to.

To add a transport:

1. add its kind to `KINDS` in `places.py`; every test then runs over it, and it is done when all pass unchanged;
2. teach `fault_proxy.py` its form of address, if that is neither `unix:` nor ends in `HOST:PORT`;
3. list its doors in `auth_census.py`: every route, method or plane, with each wrong token;
4. write a raw client beside `raw_pipe.py`, `raw_http.py` and `raw_grpc.py` from its reference alone.

`crash_matrix.py` is the table of what each way to end does at each moment. Long repeats carry the mark `campaign`.
"""
