/** What the desk made of Markdown, drawn element by element: of its markup only what is listed here, of its attributes next to none. */
import { Anchor, Text } from "@mantine/core";
import { createElement, Fragment, type ReactNode, useMemo } from "react";

const KEPT = new Set(["p", "strong", "em", "del", "s", "code", "pre", "blockquote", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"]);
const EMPTY = new Set(["br", "hr"]);
const HEADING = /^h[1-6]$/;
const TARGET = /^(https?|mailto|tel):/i;

function Link({ to, children }: { to: string; children: ReactNode }): ReactNode {
  if (!TARGET.test(to)) return children;
  return (
    <Anchor href={to} title={to} target="_blank" rel="noopener noreferrer nofollow" inherit underline="always">
      {children}
    </Anchor>
  );
}

function drawn(node: Node, place: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element)) return null;
  const name = node.tagName.toLowerCase();
  const children = [...node.childNodes].map(drawn);
  if (KEPT.has(name)) return createElement(name, { key: place }, ...children);
  if (EMPTY.has(name)) return createElement(name, { key: place });
  if (name === "ol") return createElement(name, { key: place, start: Number(node.getAttribute("start") ?? 1) }, ...children);
  if (HEADING.test(name)) {
    return (
      <Text key={place} fw={700} size={name === "h1" ? "lg" : "md"}>
        {children}
      </Text>
    );
  }
  if (name === "a") {
    return (
      <Link key={place} to={node.getAttribute("href") ?? ""}>
        {children}
      </Link>
    );
  }
  if (name === "img") {
    const source = node.getAttribute("src") ?? "";
    // A picture from elsewhere would tell its owner who reads this: it is a link, to be followed by those who want to.
    return (
      <Link key={place} to={source}>
        {node.getAttribute("alt") || source}
      </Link>
    );
  }
  return <Fragment key={place}>{children}</Fragment>;
}

export function Rich({ html }: { html: string }): ReactNode {
  const body = useMemo(() => new DOMParser().parseFromString(html, "text/html").body, [html]);
  return <div className="rich">{[...body.childNodes].map(drawn)}</div>;
}
