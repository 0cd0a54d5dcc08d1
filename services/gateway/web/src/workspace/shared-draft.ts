/** A reply or note that agents write together: kept on the desk, and in this browser should the desk be away. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import type { Schemas, Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { draftsQuery, dropDraft, saveDraft, type Visibility } from "../api/together";
import { useDraft } from "../shared/draft";
import { useMe } from "../shared/me";

const PAUSE_MILLISECONDS = 1_000;
/** How often a draft is looked for while a colleague writes. */
const LOOK_EVERY_MILLISECONDS = 3_000;

export interface SharedDraft {
  /** Under which it is kept in this browser. */
  name: string;
  body: string;
  set: (body: string) => void;
  /** What a colleague wrote that is not what stands here. */
  theirs: Schemas["Draft"] | null;
  /** Whose words stand here, as long as they are a colleague's alone. */
  by: string | null;
  take: () => void;
  keep: () => void;
  /** The draft ends: it has been sent. */
  end: () => void;
}

export function useSharedDraft(ticket: Ticket, visibility: Visibility, watched: boolean): SharedDraft {
  const me = useMe();
  const queries = useQueryClient();
  const name = `${me.id}:${ticket.id}${visibility === "internal" ? ":internal" : ""}`;
  const [body, setBody] = useDraft(name);
  const asked = useQuery({ ...draftsQuery(ticket.number), refetchInterval: watched ? LOOK_EVERY_MILLISECONDS : false });
  const kept = asked.data?.items.find((one) => one.visibility === visibility);
  /** The version that this text builds on; a newer one is a colleague's. */
  const [base, setState] = useState(0);
  // What is sent next builds on what the last answer said, be it younger than this rendering.
  const newest = useRef(0);
  const setBase = useCallback((version: number) => {
    newest.current = version;
    setState(version);
  }, []);
  /** The text as it was taken over: whoever has not changed it follows the one who writes. */
  const adopted = useRef("");
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const foreign = kept && kept.body !== body && kept.version > base && kept.author?.id !== me.id ? kept : null;

  const changed = useCallback(() => queries.invalidateQueries({ queryKey: ["drafts", ticket.number] }), [queries, ticket.number]);
  useEffect(() => () => clearTimeout(waiting.current), []);

  // What was begun elsewhere goes on here, where nothing of one's own would be lost.
  useEffect(() => {
    if (!kept || kept.version <= base || waiting.current !== undefined) return;
    const untouched = body === adopted.current;
    if (untouched) {
      adopted.current = kept.body;
      setBody(kept.body);
    }
    if (untouched || kept.author?.id === me.id) setBase(kept.version);
  }, [kept, base, body, setBody, setBase, me.id]);

  /** Keeps a text for all; one that a colleague began at the same moment is not overwritten, but shown. */
  async function keepDraft(text: string): Promise<Schemas["Draft"] | null> {
    if (newest.current === 0) {
      const now = await queries.fetchQuery({ ...draftsQuery(ticket.number), staleTime: 0 });
      const begun = now.items.find((one) => one.visibility === visibility);
      if (begun && begun.author?.id !== me.id) return null;
    }
    return saveDraft(ticket.number, visibility, text, newest.current);
  }

  function save(text: string): void {
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      const saving = text.trim() ? keepDraft(text) : dropDraft(ticket.number, visibility).then(() => null);
      saving
        .then((saved) => setBase(saved?.version ?? 0))
        .catch((error: unknown) => {
          // 412: a colleague was faster, whose text is shown beside. All else: the browser has it, the next stroke tries again.
          if (error instanceof Problem && error.status === 404) setBase(0);
        })
        .finally(() => void changed());
    }, PAUSE_MILLISECONDS);
  }

  return {
    name,
    body,
    theirs: foreign,
    by: kept && kept.body === body && body.trim() && kept.author?.id !== me.id ? (kept.author?.name ?? null) : null,
    set: (text) => {
      setBody(text);
      save(text);
    },
    take: () => {
      if (!kept) return;
      adopted.current = kept.body;
      setBody(kept.body);
      setBase(kept.version);
    },
    keep: () => {
      if (!kept) return;
      setBase(kept.version);
      save(body);
    },
    end: () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
      adopted.current = "";
      setBase(0);
      void dropDraft(ticket.number, visibility)
        .catch(() => undefined)
        .finally(() => void changed());
    },
  };
}
