/** What the tools of the composer do to a text: each gives what takes which part's place, and what is chosen afterwards. */

export interface Change {
  /** The part of the text that is replaced. */
  from: number;
  to: number;
  by: string;
  /** What is chosen afterwards, in the new text. */
  start: number;
  end: number;
}

/** Puts a mark around what is chosen, or takes it away where it is already there. */
export function around(text: string, start: number, end: number, mark: string): Change {
  const size = mark.length;
  const chosen = text.slice(start, end);
  if (start >= size && text.slice(start - size, start) === mark && text.slice(end, end + size) === mark) {
    return { from: start - size, to: end + size, by: chosen, start: start - size, end: end - size };
  }
  return { from: start, to: end, by: mark + chosen + mark, start: start + size, end: end + size };
}

/** Begins each chosen line with a mark; takes it away where every line has it. `#` in the mark counts the lines. */
export function linewise(text: string, start: number, end: number, mark: string): Change {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", Math.max(start, end - 1));
  const to = next < 0 ? text.length : next;
  const lines = text.slice(from, to).split("\n");
  const begins = lines.map((_, place) => mark.replace("#", String(place + 1)));
  const all = lines.every((line, place) => line.startsWith(begins[place] ?? ""));
  const by = lines.map((line, place) => (all ? line.slice(begins[place]?.length) : `${begins[place]}${line}`)).join("\n");
  return { from, to, by, start: from, end: from + by.length };
}

/** Makes what is chosen a link, and chooses the address to be typed; an address that is chosen becomes the target. */
export function linked(text: string, start: number, end: number): Change {
  const chosen = text.slice(start, end);
  if (/^https?:\/\/\S+$/.test(chosen)) {
    return { from: start, to: end, by: `[](${chosen})`, start: start + 1, end: start + 1 };
  }
  const target = start + chosen.length + 3;
  return { from: start, to: end, by: `[${chosen}](https://)`, start: target, end: target + 8 };
}

/** Code: within its line, or as a block where more than one line is chosen. */
export function asCode(text: string, start: number, end: number): Change {
  const chosen = text.slice(start, end);
  if (!chosen.includes("\n")) return around(text, start, end, "`");
  const before = start > 0 && text[start - 1] !== "\n" ? "\n```\n" : "```\n";
  const after = chosen.endsWith("\n") ? "```" : "\n```";
  return { from: start, to: end, by: before + chosen + after, start: start + before.length, end: end + before.length };
}

export function applied(text: string, change: Change): string {
  return text.slice(0, change.from) + change.by + text.slice(change.to);
}
