/** What images a message's HTML names, as the desk wrote it: attributes in double quotes. */
const SOURCES = /<img\b[^>]*?\ssrc="([^"]*)"/g;

function sources(html: string): string[] {
  return [...html.matchAll(SOURCES)].map((found) => found[1] ?? "");
}

/** Whether an image would be asked for at somebody else's, who would learn that the message is read. */
export const hasRemoteImages = (html: string): boolean => sources(html).some((source) => /^https?:/i.test(source));

/** The files that it shows within it: what follows `cid:`. */
export const contentIds = (html: string): Set<string> =>
  new Set(sources(html).filter((source) => source.startsWith("cid:")).map((source) => source.slice(4)));
