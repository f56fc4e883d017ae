"""Files that mean harm or are not what they say, each with what is said of it. The bombs are real, not only headers."""

import struct
from typing import NamedTuple

from .documents import SCRIPT, packed, pdf, stream
from .films import film
from .pictures import box, gif, gif_of, heic_saying, jpeg, jpeg_saying, png, png_bomb, png_saying, webp, webp_saying
from .sounds import amr, id3, id3v1, mp3


class Hostile(NamedTuple):
    filename: str
    octets: bytes
    said: str


def _webp_of(n_frames: int) -> bytes:
    """An animated WebP that says it has so many frames of one pixel."""
    inner = webp_saying(1, 1)[12:]
    frame = b"ANMF" + struct.pack("<I", 16 + len(inner)) + bytes(16) + inner
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02" + bytes(9) + frame * n_frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _cut_out(whole: bytes, n: int = 4_000) -> bytes:
    return whole[: len(whole) // 2] + whole[len(whole) // 2 + n :]


TOO_MANY = "at most 100,000,000 in all can be read."
CUT = "The file ends in the middle of the picture."

CORPUS = (
    Hostile("bomb.png", png_bomb(), f"30,000 × 30,000 pixels; {TOO_MANY}"),
    Hostile("bomb.jpg", jpeg_saying(20_000, 20_000), f"20,000 × 20,000 pixels; {TOO_MANY}"),
    Hostile("bomb.webp", webp_saying(16_000, 16_000), f"16,000 × 16,000 pixels; {TOO_MANY}"),
    Hostile("bomb.heic", heic_saying((512, 512), (20_000, 20_000)), f"20,000 × 20,000 pixels; {TOO_MANY}"),
    Hostile("bomb.gif", gif_of(101, 1_000, 1_000), f"in 101 frames; {TOO_MANY}"),
    Hostile("many.gif", gif_of(65_535), "The animation has 65,535 frames; at most 2,000 can be read."),
    Hostile("many.webp", _webp_of(2_001), "The animation has 2,001 frames; at most 2,000 can be read."),
    Hostile("empty-inside.png", png_saying(10_000, 10_000), "damaged"),
    Hostile("empty-inside.webp", webp_saying(8_000, 8_000), "damaged"),
    Hostile("half.jpg", jpeg()[:3_000], CUT),
    Hostile("half.png", png()[:3_000], CUT),
    Hostile("half.gif", gif()[:3_000], CUT),
    Hostile("half.webp", webp()[:3_000], CUT),
    Hostile("hole.png", _cut_out(png()), "damaged"),
    Hostile("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "an SVG drawing"),
    Hostile("page.jpg", b"\xef\xbb\xbf<!doctype html><script>alert(1)</script>", "a web page or a drawing in XML"),
    Hostile("script.gif", b"GIF89a/*\x00\x00\x80\x00\x00" + b"*/=1;alert(1)//" * 40, "0 pixels wide or high"),
    Hostile(
        "film.jpg", box(b"ftyp", b"isom" + bytes(4) + b"mp42") + box(b"mdat", bytes(500)), "no film or sound in it"
    ),
    Hostile("film.heic", box(b"ftyp", b"heic" + bytes(4)) + box(b"moov", bytes(500)), "damaged"),
    Hostile("book.jpg", b"%PDF-1.7\n" + jpeg(), "its first lines are not a PDF's"),
    Hostile(
        "card.vcf",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\n<script>alert(1)</script>\r\nEND:VCARD",
        "Line 3 of the contact card",
    ),
    Hostile("two.vcf", b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n<svg onload='alert(1)'/>:", "Line 4 of the contact card"),
    Hostile("endless.vcf", b"BEGIN:VCARD\nVERSION:3.0\n" + b"NOTE:a\n" * 20_000, "more than 20,000 lines"),
    Hostile("deep.ics", b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 9, "something else in it"),
    Hostile("pointer.mov", film(points=True), "only a pointer to another file"),
    Hostile("locked.mp4", film(codec=b"encv"), "protected against copies"),
    Hostile("half.mp4", film()[:-40], "The file ends in the middle of the video"),
    Hostile("page.mp4", film() + b"<script>alert(1)</script>", "of the video"),
    Hostile("endless.mp4", film(seconds=100_000), "more than 6 hours"),
    Hostile("script.amr", amr() + b"\xff<script>alert(1)</script>", "The AMR is damaged, or something else is in it."),
    Hostile("half.amr", amr()[:-9], "The file ends in the middle of the sound."),
    Hostile("endless.amr", amr(1) + b"\x7c" * 2_000_000, "more than 6 hours"),
    Hostile("page.mp3", mp3() + b"<script>alert(1)</script>", "The MP3 is damaged, or something else is in it."),
    Hostile("half.mp3", mp3()[:-9], "The file ends in the middle of the sound."),
    Hostile("beyond.mp3", id3()[:6] + b"\x7f\x7f\x7f\x7f" + mp3(), "The file ends in the middle of the sound."),
    Hostile("only-tags.mp3", id3() + id3v1(), "there is no sound in it"),
    Hostile("book.mp3", id3(pdf()) + mp3(), "The file is a PDF document as well"),
    Hostile("archive.mp3", mp3() + b"PK\x05\x06" + bytes(18), "The file is a ZIP archive as well"),
    Hostile("script.pdf", pdf(SCRIPT), "runs a program of its own"),
    Hostile("packed-script.pdf", pdf(packed(SCRIPT)), "runs a program of its own"),
    Hostile("launch.pdf", pdf(b"<< /S /Launch /F (cmd.exe) >>"), "starts something"),
    Hostile("opens.pdf", pdf(root=b"/OpenAction << /S /URI /URI (https://example.com) >>"), "when it is opened"),
    Hostile("holds.pdf", pdf(stream(b"/Type /EmbeddedFile", b"MZ")), "has other files in it"),
    Hostile("locked.pdf", pdf(trailer=b"/Encrypt 9 0 R"), "is encrypted"),
    Hostile("hides.pdf", pdf(stream(b"/Type /ObjStm /Filter /LZWDecode", b"")), "nobody here can look into"),
    Hostile("bomb.pdf", pdf(packed(bytes(50_000_000))), "unpacks to more than 8,000,000 octets"),
    Hostile("endless.pdf", pdf(b"obj(" * 1_000_000), "takes too long"),
    Hostile("half.pdf", pdf()[:-9], "The file ends in the middle of the document."),
    Hostile("page.pdf", pdf(head=b"%PDF-1.7\n<script>alert(1)</script>\n"), "its first lines are not a PDF's"),
    Hostile("archive.pdf", pdf() + b"PK\x05\x06" + bytes(18), "The file is a ZIP archive as well"),
    Hostile("archive.png", b"PK\x03\x04" + png(), "a ZIP archive"),
)
