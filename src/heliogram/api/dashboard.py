"""The dashboard's files, and the API's own documentation, served from this host alone.

Nothing is loaded from elsewhere: the Content-Security-Policy says so, and the browser holds us to it.
"""

from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.routing import compile_path

from heliogram.api.errors import Problem

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
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


@router.api_route("/api/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def nowhere(path: str, request: Request) -> Response:
    """An address of the API that nobody answers for, or not with this method."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    found = {
        method.upper()
        for template, methods in paths.items()
        if compile_path(template)[0].match(request.url.path)
        for method in methods
    }
    if not found:
        raise Problem("not_found", f"There is nothing at this address. {_SEE_DOCS}")
    taken = ", ".join(sorted(found))
    sentence = f"This address takes {taken}, not {request.method}. {_SEE_DOCS}"
    raise Problem("method_not_allowed", sentence, headers={"Allow": taken})


_SEE_DOCS: Final = "The API's addresses are described at /api/docs."


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def dashboard(path: str) -> Response:
    """A file of the dashboard, or its one page, which finds its way by the address."""
    return served(web_folder(), path)


def served(folder: Path, path: str) -> Response:
    """What stands at `path` in a built dashboard."""
    page = folder / "index.html"
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, 503 if not path else 404, HEADERS)
    wanted = _file(folder, path)
    if wanted is not None:
        is_named_by_hash = path.startswith("_app/immutable/")
        caching = "public, max-age=31536000, immutable" if is_named_by_hash else "no-cache"
        return FileResponse(wanted, headers={**HEADERS, "Cache-Control": caching})
    if path.startswith(("carriers/", "_app/")):
        return Response("There is nothing at this address.\n", 404, media_type="text/plain")
    return FileResponse(page, headers={**HEADERS, "Cache-Control": "no-cache"})


def _file(folder: Path, path: str) -> Path | None:
    """The file of that address, and only one inside the folder; None when there is none."""
    wanted = (folder / path).resolve()
    try:
        return wanted if wanted.is_file() and wanted.is_relative_to(folder.resolve()) else None
    except OSError:  # a name longer than any file's
        return None


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
:root{color-scheme:light dark;--bg:#f6f4f0;--card:#fff;--ink:#1b1a17;--ink-2:#55514a;--ink-3:#6b665d;--line:#e5e1d9;
--well:#eeebe5;--accent:#2f3fd6}
@media(prefers-color-scheme:dark){:root{--bg:#121110;--card:#1a1917;--ink:#f3f0ea;--ink-2:#c0bab0;--ink-3:#9c968b;
--line:#2d2b27;--well:#0d0c0b;--accent:#98a1ff}}
*{box-sizing:border-box}
body{font:14px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",sans-serif;margin:0;background:var(--bg);
color:var(--ink);display:grid;grid-template-columns:232px minmax(0,1fr)}
a{color:var(--accent);text-underline-offset:3px}
nav{padding:24px 20px;border-inline-end:1px solid var(--line);position:sticky;top:0;height:100vh;overflow-y:auto}
nav b{font-size:16px}nav ul{list-style:none;padding:0;margin:16px 0}nav li a{display:block;padding:5px 0;
color:var(--ink-2);text-decoration:none}nav li a:hover{text-decoration:underline}
main{padding:24px 32px 96px;max-width:62rem}h1{font-size:26px;letter-spacing:-.022em;margin:0 0 8px}
h2{font-size:16px;margin:40px 0 12px}p{color:var(--ink-2);margin:8px 0}
code,pre{font:13px/1.5 ui-monospace,Menlo,"DejaVu Sans Mono",monospace}
code{background:var(--well);border-radius:5px;padding:1px 5px;overflow-wrap:anywhere}
pre{background:var(--well);border:1px solid var(--line);border-radius:10px;padding:14px 16px;overflow:auto}
details{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:8px 0;padding:0 16px}
summary{cursor:pointer;padding:10px 0;color:var(--ink-2)}summary code{background:none;padding:0;color:var(--ink)}
details>:last-child{margin-bottom:14px}table{border-collapse:collapse;margin:8px 0}
td{text-align:start;vertical-align:top;padding:4px 20px 4px 0;color:var(--ink-2)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:6px}
@media(max-width:760px){body{display:block}nav{position:static;height:auto;border:0;padding:16px 16px 0}
nav ul{display:flex;flex-wrap:wrap;gap:0 16px;margin:8px 0}main{padding:16px 16px 64px}td{padding-inline-end:12px}}
</style>"""
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
    needs = "".join(f"<p>Needs the scope <code>{escape(scope)}</code></p>" for scope in _scopes(operation))
    return (
        f"<details><summary><code>{method.upper()} {escape(path)}</code> "
        f"{escape(operation.get('summary', ''))}</summary>"
        f"<p>{said}</p>{needs}{table}{takes}{gives}</details>"
    )


def _scopes(operation: dict[str, Any]) -> list[str]:
    return next((scopes for each in operation.get("security", []) for scopes in each.values()), [])


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
    # The address is inside: going to it opens the shape.
    return (
        f"<details><summary><code>{escape(name)}</code></summary>"
        f"<div id='{escape(name)}'><p>{said} {values}</p><table>{rows}</table></div></details>"
    )


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
