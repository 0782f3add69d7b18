"""Decodes and encodes values in any Python from 3.8 on, with nothing installed: `PYTHON -I -S value_driver.py FOLDER`.

Loads the modules of the worker's folder by path under a private package name, as the worker does. Answers first which
modules that imported, then each line of JSON {tree, buffers} with the value encoded again, or with the error's class.
"""

import sys

before = set(sys.modules)

import _frozen_importlib  # noqa: E402
import _frozen_importlib_external  # noqa: E402

spec = _frozen_importlib_external.spec_from_file_location(
    "_private", sys.argv[1] + "/__init__.py", submodule_search_locations=[sys.argv[1]]
)
sys.dont_write_bytecode = True
package = sys.modules["_private"] = _frozen_importlib.module_from_spec(spec)
spec.loader.exec_module(package)
coding = __import__("_private.values.coding").values.coding

plain = [1, "a", None, 2.5, {"key": [True]}] * 3
for sample in (plain, tuple(plain), {1: {2}}, 2**70, b"raw", range(3), 1j, "\udc80"):
    assert repr(coding.decode(*coding.encode(sample))) == repr(sample)
imported = sorted(set(sys.modules) - before)

import base64  # noqa: E402
import json  # noqa: E402


def answer(request):
    try:
        value = coding.decode(request["tree"], [base64.b64decode(text) for text in request["buffers"]])
    except coding.Unreceivable as error:
        return {"error": "Unreceivable", "text": str(error), "cure": error.cure}
    except coding.MalformedValue as error:
        return {"error": "MalformedValue", "text": str(error)}
    except Exception as error:  # noqa: BLE001  which class came is what the test asks
        return {"error": type(error).__name__, "text": str(error)}
    tree, buffers = coding.encode(value)
    return {"tree": tree, "buffers": [base64.b64encode(data).decode() for data in buffers]}


print(json.dumps({"imported": imported, "names": coding.names()}))
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
