"""Markdown and HTML from anywhere become HTML that is safe to show."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.rich_text import MAX_CHARACTERS, MAX_TAGS, QUOTE, from_markdown, sanitise

REL = 'target="_blank" rel="noopener noreferrer nofollow"'
HOSTILE = [
    "<script>canary()</script>",
    "<img src=x onerror=canary()>",
    "<svg onload=canary()><a xlink:href=javascript:canary()>x</a></svg>",
    '<a href="java\tscript:canary()">x</a>',
    '<a href=" javascript:canary()">x</a>',
    '<p style="background:url(https://canary.example/)">x</p>',
    '<p style="background:u\\72l(https://canary.example/)">x</p>',
    '<p style="position:fixed;top:0;color:red">x</p>',
    '<iframe srcdoc="<script>canary()</script>"></iframe>',
    '<form action="https://canary.example/"><input name=password><button>x</button></form>',
    '<meta http-equiv=refresh content="0;url=https://canary.example/">',
    '<link rel=stylesheet href="https://canary.example/">',
    '<base href="https://canary.example/">',
    "<style>@import 'https://canary.example/'</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=canary()&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=canary()>'>",
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<img src="data:text/html,x">',
    '<img alt="><b onclick=canary()>" src="cid:a">',
    '<img alt="><b onclick=canary()>" src="/nowhere">',
    '<p title="</p><script>canary()</script>">x</p>',
    '<img srcset="https://canary.example/ 1x" src="cid:a">',
    '<details open class="quoted evil" ontoggle=canary()><summary>x</summary></details>',
]


class _Seen(HTMLParser):
    """What a browser would meet."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))


def is_safe(html: str) -> bool:
    """Whether nothing of it runs, asks for anything but pictures, or stands where it should not."""
    seen = _Seen()
    seen.feed(html)
    for tag, attributes in seen.tags:
        if tag in {
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "form",
            "input",
            "button",
            "meta",
            "link",
            "base",
        }:
            return False
        if any(name.startswith("on") or name in {"srcset", "id", "name"} for name in attributes):
            return False
        if re.match(
            r"\s*(?:java|vb)script|data:(?!image/(?:png|jpeg|gif|webp))", attributes.get("href") or ""
        ):
            return False
        if re.search(r"url|position|\\|expression", attributes.get("style") or ""):
            return False
        if (attributes.get("src") or "").startswith(("data:image/svg", "data:text")):
            return False
    return True


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_would_run_or_reach_out_is_taken_away(attack: str) -> None:
    assert is_safe(sanitise(f"<p>Before</p>{attack}<p>after</p>"))


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<p>", "</div>", "<table>", "x", "<!--", "-->", "'", '"', "<", ">"]),
        max_size=12,
    )
)
def test_nothing_that_is_put_together_is_unsafe_and_doing_it_again_changes_nothing(parts: list[str]) -> None:
    once = sanitise("".join(parts))
    assert is_safe(once)
    assert sanitise(once) == once


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("<p>The <b>printer</b></p>", "<p>The <b>printer</b></p>"),
        ('<a href="https://acme.example/?a&b">x</a>', f'<a href="https://acme.example/?a&amp;b" {REL}>x</a>'),
        ('<p style="color:#c00; position:fixed">x</p>', '<p style="color:#c00">x</p>'),
        ('<td>x</td><img src="cid:plan@acme" alt="Plan">', 'x<img src="cid:plan@acme" alt="Plan">'),
        ('<img src="/api/v1/me">x', "x"),
        ("<o:p>Word</o:p><title>no</title>", "Word"),
        (f"{QUOTE}<p>Before</p></details>", f"{QUOTE}<p>Before</p></details>"),
        ("<p> &nbsp;</p><br>", ""),
        ("plain < text", "plain &lt; text"),
    ],
)
def test_structure_links_and_pictures_stay(source: str, clean: str) -> None:
    assert sanitise(source) == clean


@pytest.mark.parametrize("html", ["<div>" * (MAX_TAGS + 1) + "x", "x" * (MAX_CHARACTERS + 1)])
def test_what_would_take_long_to_be_read_is_not(html: str) -> None:
    assert sanitise(html) == ""
    assert sanitise(html[len(html) // 2 :])


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~no~~", "<p><s>no</s></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("[x](javascript:canary())", "<p>[x](javascript:canary())</p>"),
        (
            "see https://acme.example",
            f'<p>see <a href="https://acme.example" {REL}>https://acme.example</a></p>',
        ),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        (
            "|a|\n|-|\n|1|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n</tr>\n</tbody>\n</table>",
        ),
        ("[" * 3_001, ""),
        ("   ", ""),
    ],
)
def test_markdown_is_drawn_and_markup_in_it_stays_text(source: str, shown: str) -> None:
    assert from_markdown(source) == shown


@given(st.text(alphabet="*_`[]()<>!#-|~ \n&\"':/ahtps.:", max_size=200))
def test_no_markdown_becomes_anything_unsafe(source: str) -> None:
    assert is_safe(from_markdown(source))
