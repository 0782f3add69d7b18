"""A client of the HTTP backend that knows JSON only: `python raw_http.py CONNECTION_FILE`.

Written from the routes of docs/reference/http.md with `http.client`; nothing of beep_jupyter.
"""

import http.client
import json
import sys


class Backend:
    def __init__(self, address, token):
        self.connection = http.client.HTTPConnection(address.removeprefix("http://"))
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, method, path, body=None, **headers):
        """(status, type, body) of the answer."""
        data = json.dumps(body).encode() if body is not None else None
        self.connection.request(method, path, data, self.headers | headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read()

    def ask(self, path, **fields):
        """What a route answers to a POST."""
        status, _, data = self.send("POST", f"/api/{path}", fields)
        found = json.loads(data)
        if status != 200:
            raise LookupError(f"{status} {found['code']}")
        return found

    def events(self, **fields):
        """(name, data) of each server-sent event of `execute`."""
        _, _, data = self.send("POST", "/api/execute", fields)
        for block in data.decode().strip().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if lines:
                yield lines["event"], json.loads(lines["data"])


def main(path):
    with open(path) as file:
        found = json.load(file)
    backend = Backend(found["address"], found["token"])
    ask = backend.ask
    counter = ask("create", moduleName="collections", className="Counter", args=["abca"])["handleId"]
    pairs = ask("call", handleId=counter, methodName="most_common", args=[1])["value"]
    assert pairs == [{"$type": "tuple", "value": ["a", 2]}]
    handle = {"$type": "handle", "value": counter}
    assert ask("setattr", handleId=counter, attributeName="same", value=handle) == {"success": True}
    assert ask("getattr", handleId=counter, attributeName="same")["typeName"] == "collections.Counter"
    ask("call", handleId=counter, methodName="update", args=[{"$type": "bytes", "value": "eHl6"}])
    numbers = ask("wrap", value=[1, 2.5])["handleId"]
    assert ask("tofloatarray", handleId=numbers)["data"] == [1.0, 2.5]
    events = list(backend.events(code="print('hello')\n6 * 7"))
    assert events[0] == ("output", {"output_type": "stream", "name": "stdout", "text": "hello\n"})
    assert events[-1][0] == "reply"
    assert events[-1][1]["result"] == 42
    assert ask("dispose", handleId=counter) == {"success": True}
    try:
        ask("call", handleId=counter, methodName="clear")
    except LookupError as unknown:
        print("done:", unknown)
    backend.connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
