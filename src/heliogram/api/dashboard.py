"""The dashboard's files, and the API's own documentation, served from this host alone.

Nothing is loaded from elsewhere: the Content-Security-Policy says so, and the browser holds us to it.
"""

from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

router = APIRouter(include_in_schema=False)


def web_folder() -> Path:
    """Where the built dashboard is."""
    return Path(str(files("heliogram"))) / "web"


NOT_BUILT: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Heliogram</title>
<h1>The dashboard is not built</h1>
<p>This server runs, and its API answers. To build the dashboard in a clone, run <code>make ui</code>, then reload.</p>
<p><a href="/api/docs">API documentation</a></p></html>"""


@router.get("/api/docs")
async def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(docs_page(request.app.openapi()), headers=HEADERS)


@router.get("/{path:path}")
async def dashboard(path: str) -> Response:
    """A file of the dashboard, or its one page, which finds its way by the address."""
    folder = web_folder()
    page = folder / "index.html"
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, 503 if not path else 404, HEADERS)
    wanted = (folder / path).resolve()
    if path and wanted.is_file() and wanted.is_relative_to(folder.resolve()):
        is_named_by_hash = path.startswith("_app/immutable/")
        caching = "public, max-age=31536000, immutable" if is_named_by_hash else "no-cache"
        return FileResponse(wanted, headers={**HEADERS, "Cache-Control": caching})
    if path.startswith(("api/", "carriers/", "_app/")):
        return Response("There is nothing at this address.\n", 404, media_type="text/plain")
    return FileResponse(page, headers={**HEADERS, "Cache-Control": "no-cache"})


def docs_page(spec: dict[str, Any]) -> str:
    """The API's reference as one page without a script: every route with what it takes and gives."""
    sections: dict[str, list[str]] = {}
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            sections.setdefault(tag, []).append(_operation(path, method, operation))
    contents = "".join(f'<li><a href="#{tag}">{tag}</a></li>' for tag in sections)
    body = "".join(f'<section id="{tag}"><h2>{tag}</h2>{"".join(found)}</section>' for tag, found in sections.items())
    shapes = "".join(_schema(name, schema) for name, schema in sorted(spec["components"]["schemas"].items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Heliogram API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_STYLE}</head><body>'
        f"<nav><b>Heliogram API</b><ul>{contents}<li><a href='#shapes'>shapes</a></li></ul>"
        f'<p><a href="/api/openapi.json">openapi.json</a></p></nav>'
        f"<main><h1>Heliogram API</h1>{_INTRODUCTION}{body}"
        f"<section id='shapes'><h2>Shapes</h2>{shapes}</section></main>"
        "</body></html>"
    )


_STYLE: Final = """<style>
:root{color-scheme:light dark;--line:#8884;--soft:#8882}
body{font:16px/1.55 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:14rem minmax(0,1fr)}
nav{padding:1.5rem;border-right:1px solid var(--line)}nav ul{list-style:none;padding:0;line-height:2}
main{padding:1rem 2rem 6rem;max-width:60rem}
code,pre{font:14px/1.5 ui-monospace,monospace;background:var(--soft);border-radius:4px;padding:.1em .35em}
pre{padding:1rem;overflow:auto}details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:.5rem 1rem}
summary{cursor:pointer}td,th{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0}
@media(max-width:700px){body{display:block}nav{border:0}main{padding:1rem}}</style>"""
_INTRODUCTION: Final = """<p>Send <code>Authorization: Bearer hg_prefix.secret</code> (make a key with
<code>heliogram keys add</code>). Lists take <code>limit</code> and <code>after</code>; a POST takes
<code>Idempotency-Key</code>. What is refused comes as <code>application/problem+json</code> (RFC 9457): its
<code>detail</code> is a sentence for a person, its <code>code</code> is for programs.</p>
<pre>curl -H "Authorization: Bearer $KEY" -H "Idempotency-Key: order-1042" \\
     -H "Content-Type: application/json" \\
     -d '{"group_id": "…", "to": "+13125550142", "body": "Your order is ready."}' \\
     http://127.0.0.1:8025/api/v1/messages</pre>"""


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(each.get('description') or '')}</td></tr>"
        for each in operation.get("parameters", [])
    )
    table = f"<table>{rows}</table>" if rows else ""
    takes = _link("Takes", operation.get("requestBody", {}).get("content", {}))
    good: dict[str, Any] = next((each for status, each in operation["responses"].items() if status.startswith("2")), {})
    gives = _link("Gives", good.get("content", {}))
    said = escape(operation.get("description") or "")
    return (
        f"<details><summary><code>{method.upper()} {escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary>"
        f"<p>{said}</p>{table}{takes}{gives}</details>"
    )


def _link(word: str, content: dict[str, Any]) -> str:
    for kind, each in content.items():
        reference = each.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if reference:
            return f"<p>{word} <code>{escape(kind)}</code> <a href='#{escape(reference)}'>{escape(reference)}</a></p>"
    return ""


def _schema(name: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(_type(each))}</td>"
        f"<td>{escape(each.get('description') or '')}</td></tr>"
        for field, each in schema.get("properties", {}).items()
    )
    values = ", ".join(f"<code>{escape(str(value))}</code>" for value in schema.get("enum", []))
    said = escape(schema.get("description") or "")
    return f"<h3 id='{escape(name)}'>{escape(name)}</h3><p>{said} {values}</p><table>{rows}</table>"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
