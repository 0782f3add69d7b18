"""The stand-in for `IPython.display` publishes what IPython does for the same programs, with nothing installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import IPython.display
import pytest

import beep_jupyter.worker
from beep_jupyter.worker.display import bundles
from beep_jupyter.worker.ipython import display as ours
from tests.interpreters import NEWEST, OLDEST, Interpreter

DRIVER = Path(__file__).with_name("display_driver.py")
FOLDER = Path(beep_jupyter.worker.__file__).parent
COMPARABLE = pytest.mark.skipif(
    IPython.version_info[:2] < (9, 18), reason="pictures, frames and links had other HTML in older IPythons"
)
UNIQUE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b")

SHOWN = """
HTML('<b>x</b>')
HTML(data='x', metadata={'isolated': True})
HTML(filename='page.html')
HTML('page.html')
HTML('<iframe src="x"></iframe>')
HTML('x' * 5000).data[:3]
HTML('x').data, HTML('x').metadata, HTML('x').filename, HTML('x').url
HTML('x').__html__()
HTML()
HTML('')
str(HTML('x'))
[HTML('x')]
Markdown('*a*')
Markdown('*a*', metadata={'k': 1})
Latex(r'$x$')
Latex('x', metadata={'a': {'b': 1}})
Math(r'x^2')
Math(r'$x^2$')
Math('$$x$$')
Math(' x ')
SVG('<svg width="1"></svg>')
SVG('<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
SVG(filename='picture.svg')
SVG(data=b'<svg/>')
SVG('<html><svg a="1"><b/></svg></html>')
SVG('<a/>')
SVG('no svg')
Image(png())
Image(data=png(), width=10, height=20)
Image(png(), width=10)
Image(png(), unconfined=True)
Image(png(), metadata={'a': 1})
Image(png(), metadata={'width': 7})
Image(png(), alt='a "picture"')
Image('a.png')
Image(filename='a.png')
Image(filename='a.png', retina=True)
Image(png(), retina=True)
Image(filename='picture.gif')
Image(filename='picture.gif', retina=True)
Image(filename='j.jpg')
Image(filename='j.jpg', retina=True)
Image(filename='picture.webp')
Image(filename='page.html')
Image(filename='page.html', embed=False)
Image(filename='none.png')
Image(url='http://x/a.png')
Image(url='http://x/a.png', width=3, height=4)
Image(url='http://x/a.png', unconfined=True)
Image(url='http://x/a.png', alt='t<"')
Image(url='http://x/a.png?q=1', embed=True)
Image(url='a.png')
Image(url='http://x/a.svg')
Image(url='http://x/y.gif', format='png')
Image(b'nothing known')
Image(b'nothing known', format='jpeg')
Image(b'x', format='bmp')
Image(png(), format='PNG')
Image(b'x', format='gif')
Image(b'x', format='jpg')
Image(GIF)
Image(JPEG)
Image(png(), embed=False)
Image(filename='a.png', embed=False)
Image()
Image('no file')
Image('a.png', format='jpeg')
Image(png()).format, Image(png()).embed, Image(png(), width=2).width, Image(filename='a.png').data[:4]
Image(url='http://x/a.png').embed, Image(url='http://x/a.png').url, Image(url='http://x/a.JPG').format
Image('a.png').filename, Image('a.png').url, Image('a.png').metadata
JSON({'a': 1})
JSON([1, 2], expanded=True)
JSON({'a': 1}, root='r', metadata={'k': 2}, x=3)
JSON('{"a": 1}')
JSON(3)
JSON()
JSON(filename='tree.json')
Javascript('alert(1)')
Javascript('a', lib='http://l', css='c.css')
Javascript('a', lib=['l1', 'l2'], css=['c1', 'c2'])
Javascript('a', lib=3)
Javascript('a').lib, Javascript('a').css
Pretty('a\\nb')
Pretty(3)
[Pretty('a')]
TextDisplayObject('x')
TextDisplayObject(3)
DisplayObject('x')
DisplayObject(data=b'x')
DisplayObject(filename='page.html').data
DisplayObject().metadata, DisplayObject(metadata={'a': 1}).metadata
IFrame('http://a', 300, 200)
IFrame('http://a', width='100%', height=200, extras=['a="b"', 'c'])
IFrame('http://a', 3, 4, q='x y&', z=1)
YouTubeVideo('abc', 300, 100, start=3).src
VimeoVideo('abc')
ScribdDocument('abc', start_page=3)
Audio([0, 0.5, -0.5, 1], rate=8000)
Audio((0, 1), rate=2)
Audio([0, 0], rate=10)
Audio([0, 1, 2], rate=8000, normalize=False)
Audio([0, .1, .2], rate=8000, normalize=False)
Audio([1, -1, 0], rate=44100, autoplay=True)
Audio([1, 2])
Audio(b'RIFF', rate=3)
Audio(b'RIFF')
Audio(filename='sound.wav')
Audio('sound.wav')
Audio(url='http://x/a.mp3')
Audio(url='http://x/a.mp3', autoplay=True)
Audio(filename='sound.wav', autoplay=True, element_id='e"1')
Audio(filename='sound.wav', embed=False)
Audio()
Audio('no file.wav')
Audio(filename='sound.wav').mimetype, Audio(url='http://x/a.ogg').mimetype, Audio([1], rate=1).mimetype
Video('film.mp4')
Video('film.mp4', embed=True)
Video('http://x/v.webm', width=3, height=4, html_attributes='controls muted')
Video(url='http://x/v.mp4')
Video(url='http://x/v.mp4', embed=True)
Video(b'data', mimetype='video/mp4', embed=True)
Video(b'data')
Video(filename='film.mp4', width=3)
Video(filename='film.mp4', embed=True, width=3, height=2)
Video()
FileLink('code.py')
FileLink('code.py', url_prefix='/p/', result_html_prefix='<i>', result_html_suffix='</i>')
FileLink("folder/o<'dd.csv")
FileLink('none<.py')
FileLink('folder')
str(FileLink('code.py'))
FileLinks('folder')
FileLinks('folder/')
FileLinks('folder', recursive=False)
FileLinks('folder', included_suffixes=['.txt'])
FileLinks('folder', url_prefix='/x/', result_html_prefix='<p>', result_html_suffix='</p>')
FileLinks('folder', notebook_display_formatter=lambda folder, files, suffixes: [folder])
FileLinks('code.py')
FileLinks('none')
ProgressBar(10)
[ProgressBar(3)]
Code('x = 1')._repr_pretty_ if hasattr(Code, '_repr_pretty_') else str(Code('x = 1'))
Code(filename='code.py', language='python').data
DisplayHandle('a'), DisplayHandle()
"""

PUBLISHED = [
    "display(1, 'two', None)",
    "display()",
    "display(1, metadata={'a': 1}, transient={'x': 2})",
    "show(display(1, display_id=True))",
    "handle = display(1, display_id='q'); handle.update(3); handle.display(HTML('4'))",
    "DisplayHandle('s').display(1, metadata={'m': 1})",
    "show(display(display_id='x'))",
    "display({'text/plain': 'raw', 'text/html': 'x'}, raw=True, metadata={'text/html': {'i': 1}})",
    "display({'image/png': b'abc'}, raw=True)",
    "display(3, clear=True)",
    "display(3, update=True)",
    "display(3, unknown=4)",
    "display(HTML('x', metadata={'a': 1}), metadata={'text/html': {'b': 2}, 'c': 3})",
    "display(HTML('x'), include=['text/html'])",
    "display(HTML('x'), exclude=['text/html'])",
    "update_display(3, display_id='q')",
    "update_display(3, display_id='q', metadata={'m': 1}, transient={'t': 1})",
    "clear_output(); clear_output(True); clear_output(wait=False)",
    "publish_display_data({'text/plain': 'p'}, {'m': 1}, transient={'display_id': 'z'})",
    "publish_display_data({'text/plain': 'p'}, update=True, transient={'display_id': 'z'})",
    "publish_display_data({'image/png': b'abc', 'text/plain': 's'}, {'image/png': {'width': 3}})",
    "display_html('<b>', raw=True)",
    "display_html(HTML('<b>'), 3, metadata={'k': 1})",
    "display_png(Image(png()))",
    "display_pretty([1, 2]); display_latex(Math('x')); display_markdown(Markdown('x')); display_svg(SVG('<svg/>'))",
    "display_json(JSON([1])); display_javascript(Javascript('x')); display_jpeg(Image(JPEG)); display_pdf(3)",
    "GeoJSON({'type': 'Point'}, metadata={'m': 1}, url_template='u')._ipython_display_()",
    "display(GeoJSON({'type': 'Point'}))",
    "bar = ProgressBar(4); bar.display(); bar.progress = 2; bar.progress += 1; show(bar)",
    "for count in ProgressBar(3): show(count)",
]
PROGRAMS = [f"show(({line}))" for line in SHOWN.strip().splitlines()] + PUBLISHED
WITH_NUMPY = [
    f"import numpy\nshow(Audio({data}))"
    for data in (
        "numpy.linspace(-1, 1, 5), rate=8000",
        "numpy.array([[1, 2], [3, 4]], 'int16'), rate=8000",
        "numpy.arange(6, dtype='float32').reshape(2, 3), rate=5.0",
        "numpy.linspace(-.5, 1.5, 5), rate=8000, normalize=False",
        "numpy.zeros((2, 2, 2)), rate=8000",
        "[[0, 1], [1, 0]], rate=8000",
    )
]


def driven(python: str | Path, folder: Path, programs: list[str], *arguments: str) -> list[Any]:
    """What the programs publish under that Python, run in a folder."""
    done = subprocess.run(
        [str(python), "-I", str(DRIVER), *arguments],
        cwd=folder,
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1].replace(str(folder), "FOLDER")
    return json.loads(UNIQUE.sub("UNIQUE", last))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What IPython publishes, by program."""
    programs = [*PROGRAMS, *WITH_NUMPY]
    published = driven(sys.executable, tmp_path_factory.mktemp("here"), programs)
    return dict(zip(programs, published, strict=True))


def check_same(published: list[Any], at_home: dict[str, Any], programs: list[str]) -> None:
    assert dict(zip(programs, published, strict=True)) == {program: at_home[program] for program in programs}


@COMPARABLE
@pytest.mark.parametrize("interpreter", [OLDEST, NEWEST], ids=lambda interpreter: interpreter.version)
def test_programs_publish_what_they_do_in_ipython(
    interpreter: Interpreter, at_home: dict[str, Any], tmp_path: Path
) -> None:
    check_same(driven(interpreter.path, tmp_path, PROGRAMS, str(FOLDER)), at_home, PROGRAMS)


@COMPARABLE
def test_arrays_sound_as_in_ipython(at_home: dict[str, Any], tmp_path: Path) -> None:
    check_same(driven(sys.executable, tmp_path, WITH_NUMPY, str(FOLDER)), at_home, WITH_NUMPY)


def test_code_is_shown_without_pygments() -> None:
    assert bundles.bundle(ours.Code("a < b")) == (
        {"text/plain": "a < b", "text/html": "<pre>a &lt; b</pre>"},
        {},
    )


def test_what_is_no_dict_is_refused() -> None:
    with pytest.raises(TypeError, match="data must be a dict, got: 'x'"):
        ours.publish_display_data("x")  # type: ignore[arg-type]


@COMPARABLE
def test_the_same_names_are_offered() -> None:
    theirs = {name for name in dir(IPython.display) if not name.startswith("_")}
    assert set(ours.__all__) == theirs
    assert len(ours.__all__) == len(theirs)


def test_without_a_publisher_displays_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    ours.display(3, ours.HTML("x"))
    ours.clear_output()
    assert capsys.readouterr().out == "3\n<IPython.core.display.HTML object>\n"
