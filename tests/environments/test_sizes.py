"""Sizes are what the disk really gives away."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from beep_jupyter.environments.sizes import size_on_disk_bytes


def test_a_tree_takes_what_du_says(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for index in range(20):
        (tmp_path / "a" / f"{index}").write_bytes(b"x" * (index * 1000))
    (tmp_path / "a" / "b" / "sparse").touch()
    os.truncate(tmp_path / "a" / "b" / "sparse", 1 << 30)
    os.sync()
    told = subprocess.run(["du", "--block-size=1", "-s", tmp_path], capture_output=True, text=True, check=True).stdout
    assert size_on_disk_bytes(tmp_path) == int(told.split()[0])


def test_a_hard_link_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(os.urandom(1 << 20))
    before = size_on_disk_bytes(tmp_path)
    os.link(tmp_path / "one", tmp_path / "two")
    assert size_on_disk_bytes(tmp_path) == before >= 1 << 20


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(1 << 20))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    (tmp_path / "folder" / "file").symlink_to(tmp_path / "big")
    assert size_on_disk_bytes(tmp_path / "folder") < 1 << 16


def test_what_is_not_there_takes_nothing(tmp_path: Path) -> None:
    assert size_on_disk_bytes(tmp_path / "gone") == 0
