"""One side of an exchange, in any environment from Python 3.8 on: `PYTHON -I peer.py WORKER_FOLDER DESCRIPTION_FOLDER`.

Loads the format by path under a private package name, as the worker does, and what describes values beside it. First
tells what is installed here, then answers requests on stdin, each as a frame: `u32 header bytes, u32 buffers, header
(JSON), u64 length per buffer, buffers`. The header is a list of tasks, all answered in one frame:

    {"make": RECIPE} or {"tree": TREE, "buffers": COUNT}    where the value comes from: Python text, or memory
    "to": LIBRARIES (null: not known), "describe": BOOLEAN  what to do with it

An answer has `description`, `notes`, `tree` and `buffers`, or `refusal`, or `failure` (any other exception), and
`imported` (libraries).
"""

import _frozen_importlib
import _frozen_importlib_external
import importlib.util
import json
import os
import struct
import sys
import traceback
import warnings

LIBRARIES = ("numpy", "pandas", "polars", "pyarrow")
MODULES = {"np": "numpy", "pd": "pandas", "pa": "pyarrow", "pl": "polars"}
STANDARD = {"collections", "datetime", "decimal", "fractions", "io", "pathlib", "uuid", "zoneinfo"}


def load_package(name, folder):
    spec = _frozen_importlib_external.spec_from_file_location(
        name, folder + "/__init__.py", submodule_search_locations=[folder]
    )
    package = sys.modules[name] = _frozen_importlib.module_from_spec(spec)
    spec.loader.exec_module(package)
    return package


sys.dont_write_bytecode = True
load_package("_private", sys.argv[1])
coding = importlib.import_module("_private.values.coding")
Receiver = importlib.import_module("_private.values.receiver").Receiver
describe = load_package("_description", sys.argv[2]).describe
importlib.import_module("_private.late").use_cache(os.devnull)  # what of ours is loaded later is kept nowhere either
sys.dont_write_bytecode = False  # libraries are compiled once for all runs


def having(value, **attributes):
    """A value with attributes set, because a recipe is one expression; `a__b` is the attribute b of its a."""
    for path, item in attributes.items():
        *parents, name = path.split("__")
        target = value
        for parent in parents:
            target = getattr(target, parent)
        setattr(target, name, item)
    return value


def unique(value):
    """A series or frame that refuses labels that are equal, if it has none now."""
    is_unique = value.index.is_unique and (value.ndim == 1 or value.columns.is_unique)
    return value.set_flags(allows_duplicate_labels=False) if is_unique else value


def structured(kind, count, seed):
    """An array with a small number in every second byte, gaps included."""
    numpy = sys.modules["numpy"]
    if not kind.itemsize:
        return numpy.zeros(count, kind)
    memory = numpy.arange(count * kind.itemsize + 16, dtype="u1") % 4 * 0 + seed
    memory[1::2] = 0
    memory[2::4] = 0
    return memory[: count * kind.itemsize].view(kind)


def make(recipe):
    code = compile(recipe, "recipe", "eval")
    names = {"having": having, "unique": unique, "structured": structured}
    for name in code.co_names:
        if name in MODULES or name in STANDARD:  # a module is imported when a recipe first names it
            names[name] = importlib.import_module(MODULES.get(name, name))
    return eval(code, names)


def is_refusal(error):
    return isinstance(error, (coding.Untransferable, coding.MalformedValue))


def refusal(error):
    """What a user would be told."""
    facts = {name: getattr(error, name, None) for name in ("type_name", "reason", "cure")}
    return dict(facts, kind=type(error).__name__, text=str(error))


def perform(task, buffers):
    """The answer to one task, and the buffers beside it."""
    answer = {}
    step = "make"
    try:
        if "make" in task:
            value = make(task["make"])
        else:
            step = "decode"
            answer["notes"] = []
            value = checked(coding.decode, task["tree"], buffers, answer["notes"])
        step = "describe"
        if task.get("describe", True):
            answer["description"] = describe(value)
        made = []
        if "to" in task:
            step = "encode"
            answer["tree"], made = checked(coding.encode, value, to=Receiver("its receiver", task["to"]))
            json.dumps(answer["tree"], ensure_ascii=False, allow_nan=False).encode()  # as the wire writes it
            made = [bytes(memoryview(buffer).cast("B")) for buffer in made]
            answer["buffers"] = len(made)
            step = "describe again"
            if task.get("describe", True) and describe(value) != answer["description"]:
                raise AssertionError("encoding changed the value")
        return answer, made
    except BaseException as error:  # noqa: BLE001  polars panics with one; which class came is what the test asks
        if step in ("decode", "encode") and is_refusal(error):
            answer["refusal"] = dict(refusal(error), step=step)
        else:
            answer["failure"] = {"step": step, "class": type(error).__name__, "text": traceback.format_exc()}
        return answer, []


def checked(function, *arguments, **options):
    """Calls it; a warning is an error, because the user could do nothing about it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=ImportWarning)
        return function(*arguments, **options)


def read(stream, count):
    data = stream.read(count)
    if len(data) != count:
        sys.exit(0)
    return data


def read_frame(stream):
    header_bytes, count = struct.unpack("<II", read(stream, 8))
    header = json.loads(read(stream, header_bytes).decode())
    lengths = struct.unpack(f"<{count}Q", read(stream, 8 * count))
    return header, [bytearray(read(stream, length)) for length in lengths]


def write_frame(stream, header, buffers):
    data = json.dumps(header).encode()
    stream.write(struct.pack("<II", len(data), len(buffers)) + data)
    stream.write(struct.pack(f"<{len(buffers)}Q", *map(len, buffers)))
    for buffer in buffers:
        stream.write(buffer)
    stream.flush()


def versions():
    """Of Python and what is installed, read from files: nothing is imported before a value needs it."""
    from importlib import metadata

    found = {"python": list(sys.version_info[:3])}
    for name in LIBRARIES:
        if importlib.util.find_spec(name):
            found[name] = [int(part) for part in metadata.version(name).split(".")[:3] if part.isdigit()]
    return found


def main():
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")
    write_frame(target, versions(), [])
    while True:
        tasks, buffers = read_frame(source)
        answers, made = [], []
        for task in tasks:
            count = task.get("buffers", 0)
            own, buffers = buffers[:count], buffers[count:]
            answer, added = perform(task, own)
            answer["imported"] = [name for name in LIBRARIES if name in sys.modules]
            answers.append(answer)
            made.extend(added)
        write_frame(target, answers, made)


main()
