/** What people wrote, shown as text: links become links, a little Markdown becomes structure, markup stays text. */
import { Anchor, Code, List, Title } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

const LINK = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/g;

export function Linked({ text }: { text: string }): ReactNode {
  return text.split(LINK).map((part, place) =>
    place % 2 === 1 ? (
      <Anchor key={place} href={part} target="_blank" rel="noopener noreferrer nofollow" inherit>
        {part}
      </Anchor>
    ) : (
      <Fragment key={place}>{part}</Fragment>
    ),
  );
}

const ESCAPED: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** The parts of a snippet as plain text; each second one is what was searched for. */
export function marked(snippet: string): string[] {
  return snippet.split(/<mark>(.*?)<\/mark>/g).map((part) => part.replace(/&(?:amp|lt|gt|quot|#x27);/g, (one) => ESCAPED[one] ?? one));
}

/** A snippet of the search: HTML in which everything but its marks is escaped. */
export function Marked({ text }: { text: string }): ReactNode {
  return marked(text).map((part, place) => (place % 2 === 1 ? <mark key={place}>{part}</mark> : <Fragment key={place}>{part}</Fragment>));
}

const INLINE = /(\*\*[^*]+\*\*|`[^`]+`)/g;

function Inline({ text }: { text: string }): ReactNode {
  return text.split(INLINE).map((part, place) => {
    if (part.startsWith("**") && part.length > 4) return <strong key={place}>{part.slice(2, -2)}</strong>;
    if (part.startsWith("`") && part.length > 2) return <Code key={place}>{part.slice(1, -1)}</Code>;
    return <Linked key={place} text={part} />;
  });
}

/** The blocks of an article: parted by empty lines, each a heading, a list, code or a paragraph. */
export function blocks(text: string): string[] {
  return text.replace(/\r\n?/g, "\n").split(/\n{2,}/).filter((one) => one.trim());
}

const NUMBERED = /^\s*\d+[.)]\s+/;
const BULLET = /^\s*[-*]\s+/;

/** The items of a list; a line that begins no item goes on with the one before. */
export function items(block: string, begins: RegExp): string[] {
  const found: string[] = [];
  for (const line of block.split("\n")) {
    if (begins.test(line) || found.length === 0) found.push(line.replace(begins, ""));
    else found.push(`${found.pop()} ${line.trim()}`);
  }
  return found;
}

function Block({ text }: { text: string }): ReactNode {
  const heading = /^(#{1,4})\s+(.*)$/.exec(text);
  if (heading) {
    return (
      <Title order={Math.min(heading[1]?.length ?? 1, 3) + 1 as 2 | 3 | 4} size="h4" mt="md" mb="xs">
        {heading[2]}
      </Title>
    );
  }
  if (text.startsWith("```")) return <pre>{text.replace(/^```.*\n?/, "").replace(/\n?```$/, "")}</pre>;
  const begins = NUMBERED.test(text) ? NUMBERED : BULLET.test(text) ? BULLET : null;
  if (begins) {
    return (
      <List type={begins === NUMBERED ? "ordered" : "unordered"} my="sm" spacing="xs">
        {items(text, begins).map((item, place) => (
          <List.Item key={place}>
            <Inline text={item} />
          </List.Item>
        ))}
      </List>
    );
  }
  return (
    <p>
      <Inline text={text.replace(/\n/g, " ")} />
    </p>
  );
}

export function ArticleBody({ text }: { text: string }): ReactNode {
  return (
    <div className="article">
      {blocks(text).map((block, place) => (
        <Block key={place} text={block} />
      ))}
    </div>
  );
}
