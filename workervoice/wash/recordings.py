"""Sound and video are decoded, and encoded anew from their samples and pictures alone."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av
from av.audio.resampler import AudioResampler
from PIL import Image

from workervoice.wash.images import thumbnail, within_pixels
from workervoice.wash.kinds import CONTAINERS
from workervoice.wash.outcome import MOST_OUT, Kind, NotWashed, Reason, Washed

MOST_SECONDS = 30 * 60
_EDGE = 1280
_BARE = {"fflags": "+bitexact"}
Errors = av.FFmpegError


def loaded() -> None:
    """All that it ever does is done once, with a file of ours: modules are looked for when used."""
    av.logging.set_level(None)
    tiny = _tiny()
    for washing in (washed_recording, wav):
        washing(tiny, "video/mp4")
    washed_recording(wav(tiny, "video/mp4").content, "audio/wav")


def _tiny() -> bytes:
    out, picture = io.BytesIO(), Image.new("RGB", (16, 16))
    with av.open(out, "w", format="mp4") as new:
        pictures: Any = new.add_stream("libx264", rate=1, options={"threads": "1"})
        pictures.width, pictures.height, pictures.pix_fmt = 16, 16, "yuv420p"
        sound: Any = new.add_stream("aac", rate=48_000, layout="mono")
        made: Any = av.VideoFrame
        new.mux(pictures.encode(made.from_image(picture)))
        silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        silence.sample_rate = 48_000
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        new.mux(sound.encode(silence))
        new.mux((*pictures.encode(None), *sound.encode(None)))
    return out.getvalue()


def _opened(content: bytes, was: str) -> Any:
    source = av.open(io.BytesIO(content), format=CONTAINERS[was], metadata_errors="ignore")
    for stream in source.streams:
        if stream.type in {"audio", "video"}:
            stream.codec_context.thread_count = 1
            stream.codec_context.thread_type = "NONE"
    return source


def washed_recording(content: bytes, was: str) -> Washed:
    with _opened(content, was) as source:
        video = next((each for each in source.streams.video if _moves(each)), None)
        if was.startswith("audio/") or video is None:
            sound, samples = _sound(source, "ogg", "libopus", 48_000)
            return Washed(Kind.SOUND, was, sound, seconds=-(-samples // 48_000))
        within_pixels(video.width, video.height)
        return _Video(source, video).washed(was)


def wav(content: bytes, was: str) -> Washed:
    """16 kHz mono, as programs that transcribe want it."""
    with _opened(content, was) as source:
        sound, samples = _sound(source, "wav", "pcm_s16le", 16_000)
    return Washed(Kind.WAV, was, sound, seconds=-(-samples // 16_000))


def _moves(stream: Any) -> bool:
    return not stream.disposition & av.stream.Disposition.attached_pic


def _sound(source: Any, container: str, codec: str, rate: int) -> tuple[bytes, int]:
    if not source.streams.audio:
        raise NotWashed(Reason.BROKEN)
    out, samples = io.BytesIO(), 0
    resampler = AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(out, "w", format=container, options=_BARE) as new:
        stream: Any = new.add_stream(codec, rate=rate, layout="mono")
        stream.codec_context.thread_count = 1
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for frame in (*_resampled(source, resampler),):
            frame.pts, frame.time_base = samples, Fraction(1, rate)
            samples += frame.samples
            new.mux(stream.encode(frame))
            _within(out, samples / rate)
        new.mux(stream.encode(None))
    if not samples:
        raise NotWashed(Reason.BROKEN)
    return out.getvalue(), samples


def _resampled(source: Any, resampler: AudioResampler) -> Any:
    length = 0.0
    for frame in source.decode(audio=0):
        length += frame.samples / frame.sample_rate
        if length > MOST_SECONDS:
            raise NotWashed(Reason.TOO_LONG)
        frame.pts = None
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _within(out: io.BytesIO, seconds: float) -> None:
    if seconds > MOST_SECONDS:
        raise NotWashed(Reason.TOO_LONG)
    if out.tell() > MOST_OUT:
        raise NotWashed(Reason.TOO_LARGE)


class _Video:
    def __init__(self, source: Any, video: Any) -> None:
        self._source, self._video = source, video
        self._sound = next(iter(source.streams.audio), None)
        scale = min(1.0, _EDGE / max(video.width, video.height, 1))
        self._size = [max(2, int(edge * scale) // 2 * 2) for edge in (video.width, video.height)]
        self._resampler = AudioResampler(format="fltp", layout="mono", rate=48_000)
        self._samples, self._last, self._seconds = 0, -1, 0.0
        self._start: float | None = None
        self._thumbnail = b""

    def washed(self, was: str) -> Washed:
        out = io.BytesIO()
        with av.open(out, "w", format="mp4", options=_BARE) as new:
            self._begin(new)
            wanted = [each for each in (self._video, self._sound) if each is not None]
            for frame in self._source.decode(wanted):
                is_picture = isinstance(frame, av.VideoFrame)
                (self._picture if is_picture else self._heard)(new, frame)
                _within(out, self._seconds)
            if self._sound is not None:
                self._heard(new, None)
                new.mux(self._new_sound.encode(None))
            new.mux(self._pictures.encode(None))
        if self._last < 0:
            raise NotWashed(Reason.BROKEN)
        (width, height), seconds = self._size, -(-int(self._seconds * 1000) // 1000)
        content, small = out.getvalue(), self._thumbnail
        return Washed(Kind.VIDEO, was, content, small, width, height, seconds=seconds)

    def _begin(self, new: Any) -> None:
        self._pictures: Any = new.add_stream("libx264", rate=30)
        self._pictures.width, self._pictures.height = self._size
        self._pictures.pix_fmt = "yuv420p"
        self._pictures.time_base = self._pictures.codec_context.time_base = Fraction(1, 1000)
        self._pictures.options = {"preset": "ultrafast", "crf": "26", "threads": "1"}
        self._pictures.codec_context.thread_count = 1
        if self._sound is not None:
            self._new_sound: Any = new.add_stream("aac", rate=48_000, layout="mono")

    def _picture(self, new: Any, frame: Any) -> None:
        at = frame.time or 0.0
        self._start = at if self._start is None else self._start
        self._seconds = max(self._seconds, at - self._start)
        within_pixels(frame.width, frame.height)
        pts = max(self._last + 1, int((at - self._start) * 1000))
        if pts > MOST_SECONDS * 1000:
            raise NotWashed(Reason.TOO_LONG)
        image = frame.to_image(width=self._size[0], height=self._size[1])
        self._thumbnail = self._thumbnail or thumbnail(image)
        made: Any = av.VideoFrame
        fresh = made.from_image(image).reformat(format="yuv420p")
        fresh.pts, fresh.time_base, self._last = pts, Fraction(1, 1000), pts
        new.mux(self._pictures.encode(fresh))

    def _heard(self, new: Any, frame: Any) -> None:
        if frame is not None:
            frame.pts = None
        for each in self._resampler.resample(frame):
            each.pts, each.time_base = self._samples, Fraction(1, 48_000)
            self._samples += each.samples
            self._seconds = max(self._seconds, self._samples / 48_000)
            new.mux(self._new_sound.encode(each))
