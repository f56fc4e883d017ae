"""PDF documents made object by object, as a writer of them would and as one who means harm would."""

import zlib

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def pdf(*more: bytes, root: bytes = b"", n_pages: int = 1, head: bytes = b"%PDF-1.7\n", trailer: bytes = b"") -> bytes:
    """A document of so many pages, with more objects in it, more words in its catalogue and in its trailer."""
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 3 + n_pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        b"<< /Type /Pages /Count %d /Kids [" % n_pages + kids + b"] >>",
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"] * n_pages,
        *more,
    ]
    out, places = head, []
    for n, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % n + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    begins = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return out + b"trailer\n<< /Size %d /Root 1 0 R " % size + trailer + b" >>\nstartxref\n%d\n%%%%EOF\n" % begins


def stream(words: bytes, data: bytes) -> bytes:
    return b"<< " + words + b" /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def packed(content: bytes, words: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    """An object stream with one object in it."""
    return stream(words + b" /N 1 /First 4", zlib.compress(b"9 0 " + content))
