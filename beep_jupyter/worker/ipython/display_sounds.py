"""`IPython.display`'s Audio, and how samples become a WAV file. Runs in the worker where IPython is not installed."""

from __future__ import annotations

import struct

from ..display.bundles import base64_of
from .display_base import DisplayObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HIGHEST = 32767  # of a sample of 16 bits
_HTML = """
                <audio %s controls="controls" %s>
                    <source src="%s" type="%s" />
                    Your browser does not support the audio element.
                </audio>
              """


class Audio(DisplayObject):
    """A sound.

    Args:
        data: samples (one channel, or a list of channels; lists or arrays), or the bytes of a sound file.
        embed: whether the data goes into the notebook; it does unless there is an address.
        rate: samples per second.
        autoplay: whether it begins by itself.
        normalize: whether samples are scaled to the loudest; else they must lie between -1 and 1.
        element_id: of the `<audio>` element.
    """

    __module__ = "IPython.lib.display"
    _is_binary = True

    def __init__(
        self,
        data: Any = None,
        filename: Any = None,
        url: Any = None,
        embed: bool | None = None,
        rate: int | None = None,
        autoplay: bool = False,
        normalize: bool = True,
        *,
        element_id: str | None = None,
    ) -> None:
        if filename is None and url is None and data is None:
            raise ValueError("No audio data found. Expecting filename, url, or data.")
        if embed is False and url is None:
            raise ValueError("No url found. Expecting url when embed=False")
        self.embed = embed if url is not None and embed is not None else url is None
        self.autoplay, self.element_id = autoplay, element_id
        super().__init__(data=data, url=url, filename=filename)
        if self.data is not None and not isinstance(self.data, bytes):
            if rate is None:
                raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
            self.data = wav_of(self.data, rate, normalize)

    def reload(self) -> None:
        """Reads the data again, where it is embedded, and finds out its type."""
        from mimetypes import guess_type

        if self.embed:
            super().reload()
        name = self.filename if self.filename is not None else self.url
        self.mimetype = (guess_type(name)[0] if name is not None else None) or "audio/wav"

    def src_attr(self) -> str:
        """Where the `<audio>` element gets it from."""
        if self.embed and self.data is not None:
            return "data:%s;base64,%s" % (self.mimetype, base64_of(self.data))
        return self.url or ""

    def autoplay_attr(self) -> str:
        """The attribute that has it begin by itself."""
        return 'autoplay="autoplay"' if self.autoplay else ""

    def element_id_attr(self) -> str:
        """The attribute that names the element."""
        from html import escape

        return 'id="%s"' % escape(self.element_id) if self.element_id else ""

    def _repr_html_(self) -> str:
        return _HTML % (self.element_id_attr(), self.autoplay_attr(), self.src_attr(), self.mimetype)


def wav_of(data: Any, rate: float, normalize: bool) -> bytes:
    """The bytes of a WAV file, 16 bits a sample.

    Args:
        data: samples, or a list of channels that are as long as each other.
        rate: samples per second.
        normalize: as in `Audio`.

    Raises:
        ValueError: samples lie outside -1 and 1 and are not normalized, or there are more than two dimensions.
    """
    channels = _channels_of(data)
    loudest = max(abs(sample) for channel in channels for sample in channel)
    if not normalize and loudest > 1:
        raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
    factor = (loudest if normalize else 1) or 1
    samples = [_level(sample / factor * _HIGHEST) for moment in zip(*channels) for sample in moment]
    frame = 2 * len(channels)
    body = struct.pack("<%dh" % len(samples), *samples)
    header = struct.pack("<HHIIHH", 1, len(channels), int(rate), int(rate) * frame, frame, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt \x10\0\0\0" + header + _chunk(body)


def _chunk(body: bytes) -> bytes:
    return b"data" + struct.pack("<I", len(body)) + body


def _channels_of(data: Any) -> list[list[float]]:
    data = data.tolist() if hasattr(data, "tolist") else list(data)
    if not data or not isinstance(data[0], (list, tuple)):
        return [[float(sample) for sample in data]]
    if data[0] and isinstance(data[0][0], (list, tuple)):
        raise ValueError("Array audio input must be a 1D or 2D array")
    return [[float(sample) for sample in channel] for channel in data]


def _level(sample: float) -> int:
    return int(sample) if sample == sample else 0  # what is no number is silence
