/** What a text will look like once it is sent: drawn by the same rules as the desk's own. */
import MarkdownIt from "markdown-it";
import { type ReactNode, useMemo } from "react";

import { Rich } from "../../shared/rich";

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });

export default function Preview({ text }: { text: string }): ReactNode {
  const html = useMemo(() => markdown.render(text), [text]);
  return <Rich html={html} />;
}
