"""The text that goes where the picture cannot: the body, and behind it the short link to the picture's page."""


def with_link(body: str, url: str) -> str:
    """The body, a space, the link; only the link where there is no body."""
    body = body.rstrip()
    return f"{body} {url}" if body else url


def short_url(base_url: str, token: str) -> str:
    """The public page of one recipient's picture."""
    return f"{base_url.rstrip('/')}/p/{token}"
