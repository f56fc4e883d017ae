import re

from heliogram.pages.frame import HEADERS, page


def test_a_page_lets_nothing_in_from_elsewhere_and_runs_nothing() -> None:
    answer = page("notice.html", title="Gone", detail="Ask again.")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';") and "script-src" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    text = bytes(answer.body).decode()
    assert not re.search(r"<script|<link|<iframe|@import|url\(|\son\w+=|https?://", text)
    assert '<html lang="en">' in text and 'name="robots" content="noindex, nofollow"' in text


def test_a_page_is_not_kept_not_indexed_and_not_told_where_a_reader_came_from() -> None:
    answer = page("notice.html", 410, title="Gone", detail="Ask again.")
    assert answer.status_code == 410
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert (HEADERS["Referrer-Policy"], HEADERS["Cache-Control"]) == ("no-referrer", "no-store")
    assert HEADERS["X-Robots-Tag"] == "noindex, nofollow"


def test_what_people_wrote_is_never_markup() -> None:
    evil = '"><script>alert(1)</script>'
    shown = {"kind": "picture", "number": 1, "alt_text": evil, "width": 1, "height": 1, "filename": evil}
    for media in ([shown], [shown, shown]):
        text = bytes(page("picture.html", token="T", sender=evil, media=media).body).decode()
        assert "<script" not in text and text.count("&lt;script&gt;") >= 1 + 3 * len(media)
