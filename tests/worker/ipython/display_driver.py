"""Runs small programs that show things, and answers what they published: `PYTHON display_driver.py [FOLDER]`.

Programs come as a JSON list on stdin. With FOLDER they use the worker's stand-in for `IPython.display` from there, else
IPython itself. Each runs with the names of `IPython.display`, a function `show` for results, and a few files around.
"""

import base64
import json
import os
import struct
import sys
import warnings
import zlib

DATA = []  # what the program that runs has published


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=9, height=6):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes((width * 3 + 1) * height)))


GIF = b"GIF89a\x05\x00\x07\x00rest"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\x00\x09\x00\x0b\x03"
FILES = {
    "a.png": png(),
    "code.py": b"x = 1 < 2\n",
    "film.mp4": b"film",
    "folder/in it.txt": b"",
    "folder/o<'dd.csv": b"",
    "folder/deeper/last.txt": b"",
    "j.jpg": JPEG,
    "page.html": "<b>h\u00e9</b>".encode(),
    "picture.gif": GIF,
    "picture.svg": b'<?xml version="1.0"?>\n<svg width="3"><g/></svg>',
    "picture.webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "sound.wav": b"RIFFsound",
    "tree.json": b'{"a": [1]}',
}


class Recorder:
    """Takes what is published."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        DATA.append(["update" if update else "display", data, metadata or {}, transient or {}])

    def clear_output(self, wait=False):
        DATA.append(["clear", wait])


def ours(folder):
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        "_private", folder + "/__init__.py", submodule_search_locations=[folder]
    )
    sys.dont_write_bytecode = True
    sys.modules["_private"] = importlib.util.module_from_spec(spec)
    bundles = importlib.import_module("_private.display.bundles")
    module = importlib.import_module("_private.ipython.display")
    bundles.publisher = Recorder()
    return {name: getattr(module, name) for name in module.__all__}, bundles.bundle


def theirs():
    import IPython.display as module
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell

    class Publisher(Recorder, DisplayPublisher):
        pass

    InteractiveShell.display_pub_class = Publisher
    shell = InteractiveShell.instance(history_load_length=0)
    shell.display_formatter.active_types = shell.display_formatter.format_types
    return {name: getattr(module, name) for name in dir(module)}, shell.display_formatter.format


def run(program, names, bundle):
    del DATA[:]

    def show(value):
        DATA.append(["result", *bundle(value)])

    namespace = dict(names, show=show, png=png, GIF=GIF, JPEG=JPEG, os=os)
    try:
        exec(program, namespace)
    except Exception as error:  # noqa: BLE001  the program's own
        DATA.append(["error", type(error).__name__, str(error)])
    return json.loads(json.dumps(DATA, default=lambda data: base64.b64encode(data).decode()))


for path, content in FILES.items():
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
warnings.simplefilter("ignore")
found = ours(sys.argv[1]) if len(sys.argv) > 1 else theirs()
published = [run(program, *found) for program in json.load(sys.stdin)]
sys.stdout.write("\n" + json.dumps(published))  # behind the tracebacks that a shell prints
