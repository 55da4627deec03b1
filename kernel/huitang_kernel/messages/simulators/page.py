"""What phones got, as a page for people; programs are answered in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import parse_qs

_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>手机收到的消息 · What phones got</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
li {{ margin-bottom: 1rem; overflow-wrap: anywhere }}
label {{ display: block }}
input, textarea, button {{ font: inherit; padding: .5rem; box-sizing: border-box; max-width: 100% }}
textarea {{ width: 100% }}
</style>
<h1>手机收到的消息 · What phones got</h1>
<p>这些消息没有真正发送，最新的在前。刷新页面可看到新的。<br>
None of these was really sent; the newest is first. Reload to see more.</p>
<ol reversed>{messages}</ol>
{none}
<h2>从手机发来一条 · Write from a phone</h2>
<form method="post" action="/simulator/incoming">
<p><label for="from">手机号 · Phone</label><input id="from" name="from" value="13800001234" required></p>
<p><label for="text">内容 · Text</label><textarea id="text" name="text" rows="3" required></textarea></p>
<button>发送 · Send</button>
</form>
"""
_NONE = "<p>还没有消息。 · There is none yet.</p>"


def page_of(taken: Sequence[tuple[str, str]]) -> str:
    """All of it, phone and text, the newest first."""
    messages = "".join(f"<li><strong>{escape(to)}</strong><br>{escape(text)}</li>\n" for to, text in reversed(taken))
    return _PAGE.format(messages=messages, none="" if messages else _NONE)


def written(body: bytes) -> dict[str, str]:
    """What the page's form sends. KeyError without sender or text."""
    fields = parse_qs(body.decode())
    return {name: fields[name][0].strip() for name in ("from", "text")}
