/** Changing a ticket while others do: what was refused because somebody was faster is shown field by field, and mended. */
import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { fieldsQuery } from "../api/catalog";
import { readAnew, useAssign, useChange } from "../api/changes";
import { api, ifMatch, type Schemas, take, type Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { ownSlug } from "../shared/layouts";
import { valueOf } from "../shared/ticket-value";
import { shownValue } from "../shared/values";
import { tell } from "./toasts";

export type Change = { kind: "fields"; body: Schemas["TicketPatch"] } | { kind: "assignment"; body: Schemas["Assignment"] };

/** How a change is called, and what is sent to take it back; null where nothing needs to be. */
function wayBack(ticket: Ticket, { kind, body }: Change): Schemas["TicketPatch"] | Schemas["Assignment"] | null {
  if (kind === "assignment") return { assignee: ticket.assignee?.id ?? null, team: ticket.team?.id ?? null };
  return "queue" in body && ticket.queue ? { queue: ticket.queue.id } : null;
}

function send(number: string, kind: Change["kind"], body: object, version: number): Promise<Ticket> {
  const params = { path: { ticket: number }, header: ifMatch(version) };
  if (kind === "assignment") return take(api.PUT("/api/v1/tickets/{ticket}/assignment", { params, body }));
  return take(api.PATCH("/api/v1/tickets/{ticket}", { params, body }));
}

/** The way to change a ticket: gives what went wrong, and the dialog for what somebody else changed meanwhile. */
export function useChanging(ticket: Ticket) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const change = useChange(ticket);
  const assign = useAssign(ticket);
  const [refused, setRefused] = useState<{ wished: Change; done: (() => void) | undefined } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  function apply(wished: Change, version = ticket.version, done?: () => void): void {
    const onError = (error: Error) => {
      const said = error instanceof Problem ? error : new Problem(0, "", t("undo.not_done"));
      if (said.status === 412) setRefused({ wished, done });
      else setProblem(said);
    };
    const onSuccess = (changed: Ticket) => {
      setProblem(null);
      done?.();
      const back = wayBack(ticket, wished);
      if (!back) return;
      const text = wished.kind === "assignment" ? t("undo.assigned", { name: changed.assignee?.name ?? changed.team?.name ?? t("field.nobody") }) : t("undo.moved", { queue: changed.queue?.name ?? "" });
      tell(text, async () => {
        await send(ticket.number, wished.kind, back, changed.version);
        await readAnew(queries, ticket.number);
      });
    };
    if (wished.kind === "fields") change.mutate({ body: wished.body, version }, { onError, onSuccess });
    else assign.mutate({ body: wished.body, version }, { onError, onSuccess });
  }

  const dialog = refused && (
    <Conflict
      change={refused.wished}
      ticket={ticket}
      keep={() => {
        setRefused(null);
        refused.done?.();
      }}
      insist={(mine) => {
        setRefused(null);
        apply(mine, ticket.version, refused.done);
      }}
    />
  );
  return { apply, problem, dialog, busy: change.isPending || assign.isPending };
}

/** A change by the names of its fields, the tenant's own as `fields.<slug>`. */
function flat(body: object): Record<string, unknown> {
  const { fields, ...others } = body as { fields?: object | null };
  return { ...others, ...Object.fromEntries(Object.entries(fields ?? {}).map(([slug, value]) => [`fields.${slug}`, value])) };
}

function nested(said: Record<string, unknown>): Record<string, unknown> {
  const own = Object.entries(said).flatMap(([name, value]) => (ownSlug(name) === null ? [] : [[ownSlug(name), value]]));
  const others = Object.entries(said).filter(([name]) => ownSlug(name) === null);
  return { ...Object.fromEntries(others), ...(own.length > 0 && { fields: Object.fromEntries(own) }) };
}

interface ConflictProps {
  change: Change;
  ticket: Ticket;
  keep: () => void;
  insist: (mine: Change) => void;
}

function Conflict({ change, ticket, keep, insist }: ConflictProps): ReactNode {
  const { t } = useTranslation();
  const said = flat(change.body);
  const names = Object.keys(said);
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set(names));
  const fields = useQuery({ ...fieldsQuery, enabled: names.some((name) => ownSlug(name) !== null) });

  function choose(name: string, whose: string): void {
    const next = new Set(mine);
    if (whose === "mine") next.add(name);
    else next.delete(name);
    setMine(next);
  }

  function apply(): void {
    const body = Object.fromEntries(Object.entries(said).filter(([name]) => mine.has(name)));
    insist({ ...change, body: nested(body) } as Change);
  }

  return (
    <Modal opened onClose={keep} title={t("conflict.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack>
        <Text size="sm">{t("conflict.text")}</Text>
        {names.map((name) => {
          const slug = ownSlug(name);
          const field = slug === null ? t(`field.${name}` as "field.queue") : (fields.data?.items.find((one) => one.slug === slug)?.name ?? slug);
          return (
            <Radio.Group key={name} label={field} value={mine.has(name) ? "mine" : "theirs"} onChange={(whose) => choose(name, whose)}>
              <Stack gap={6} mt={4}>
                <Radio value="theirs" label={t("conflict.now", { field, value: shownValue(valueOf(ticket, name)) })} />
                <Radio value="mine" label={t("conflict.mine", { value: shownValue(said[name]) })} />
              </Stack>
            </Radio.Group>
          );
        })}
        <Group justify="flex-end">
          <Button variant="default" onClick={keep}>
            {t("conflict.keep")}
          </Button>
          <Button onClick={apply} disabled={mine.size === 0}>
            {t("conflict.insist")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
