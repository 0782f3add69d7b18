"""The worker's program: `PYTHON -I boot.py CACHE`. Written so that even Python 2 can read it and refuse politely.

Loads the package of this folder under the private name `_beep_worker`, so that nothing of ours is on `sys.path` and no
module of the environment can be mistaken for ours. Exit status 3: this Python is too old.
"""

import sys

OLDEST = (3, 8)
NAME = "_beep_worker"


def main():
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "Python %d.%d.%d is too old for a worker: %d.%d or newer is needed.\n" % (sys.version_info[:3] + OLDEST)
        )
        sys.exit(3)
    load(sys.argv[1]).main.run()


def load(cache):
    """The worker's package with its module `main`, compiled once per Python version into the folder `cache`."""
    import _frozen_importlib
    import _frozen_importlib_external

    folder = __file__.rpartition("/")[0]
    spec = _frozen_importlib_external.spec_from_file_location(
        NAME, folder + "/__init__.py", submodule_search_locations=[folder]
    )
    before = sys.pycache_prefix
    sys.pycache_prefix = cache
    try:
        package = sys.modules[NAME] = _frozen_importlib.module_from_spec(spec)
        spec.loader.exec_module(package)
        __import__(NAME + ".main")
    finally:
        sys.pycache_prefix = before
    package.late.use_cache(cache)
    return package


if __name__ == "__main__":
    main()
