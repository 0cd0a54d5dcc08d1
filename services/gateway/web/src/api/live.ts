/** What happens on the desk, as it happens: server-sent events over fetch, which can carry a token. */
import { asMe } from "./client";

export interface Happening {
  event: string;
  /** The path of what changed, as /api/v1/tickets/0193…; empty for `reset`: read anew what is shown. */
  resource: string;
}

/** Splits a stream of text into its messages; `push` takes each piece as it comes. */
export class MessageReader {
  private rest = "";
  lastId = "";

  push(piece: string): Happening[] {
    this.rest += piece;
    const found: Happening[] = [];
    for (let end = this.rest.indexOf("\n\n"); end >= 0; end = this.rest.indexOf("\n\n")) {
      const happening = this.read(this.rest.slice(0, end));
      this.rest = this.rest.slice(end + 2);
      if (happening) found.push(happening);
    }
    return found;
  }

  private read(message: string): Happening | null {
    let event = "";
    let data = "";
    for (const line of message.split("\n")) {
      const colon = line.indexOf(":");
      const value = line.slice(colon + 1).trimStart();
      if (line.startsWith("id:")) this.lastId = value;
      else if (line.startsWith("event:")) event = value;
      else if (line.startsWith("data:")) data += value;
    }
    if (!event) return null;
    const { resource = "" } = JSON.parse(data || "{}") as { resource?: string };
    return { event, resource };
  }
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/** Listens until the returned function is called; comes back after a break and asks for what was missed. */
export function listen(hear: (happening: Happening) => void, tell: (open: boolean) => void): () => void {
  const stop = new AbortController();
  let lastId = "";

  async function once(): Promise<void> {
    const headers: Record<string, string> = lastId ? { "Last-Event-ID": lastId } : {};
    const request = new Request("/api/v1/events", { headers, signal: stop.signal });
    const answer = await asMe(request);
    if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`);
    tell(true);
    const reader = new MessageReader();
    const bytes = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await bytes.read(); !part.done; part = await bytes.read()) {
      reader.push(part.value).forEach(hear);
      lastId = reader.lastId || lastId;
    }
  }

  async function follow(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!stop.signal.aborted) {
      const began = Date.now();
      await once().catch(() => undefined);
      if (stop.signal.aborted) return;
      tell(false);
      // The stream ends with its token, which is no fault: only quick ends are waited out longer each time.
      pause = Date.now() - began > LONGEST_PAUSE ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  void follow();
  return () => stop.abort();
}
