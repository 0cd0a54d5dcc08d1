/** What a ticket has to do with others: its parent and children, links, and becoming one with another. */
import { ActionIcon, Button, Group, Progress, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew, useAct } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { ticketQuery } from "../api/queries";
import { queuesQuery } from "../api/structure";
import { addChild, addLink, childrenQuery, linksQuery, merge, removeLink, unmerge } from "../api/ticket-parts";
import { StateBadge, useWord } from "../shared/badges";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { KnownErrorArticle } from "./known-error";
import { Refused, TicketLink, TicketPicker } from "./parts";
import { tell } from "./toasts";

const KINDS = ["relates", "blocks", "blocked_by", "duplicates", "duplicated_by", "causes", "caused_by", "has_problem", "problem_of", "fixed_by", "fixes"] as const;
type Kind = (typeof KINDS)[number];
const ENDED = new Set(["resolved", "closed", "cancelled"]);

export function Relations({ ticket }: { ticket: Ticket }): ReactNode {
  const may = useMay();
  const links = useQuery(linksQuery(ticket.number));
  // All of it at once: what is being filled in is not pushed away, out of sight, by what comes later.
  if (links.isPending) return <Loading />;
  return (
    <Stack gap="md">
      {ticket.parent_id && <Parent id={ticket.parent_id} />}
      {links.isError ? <Failed error={links.error} again={() => void links.refetch()} /> : <Links ticket={ticket} links={links.data.items} />}
      {ticket.type === "problem" && <KnownErrorArticle ticket={ticket} />}
      {may("tickets.update") && <Merge ticket={ticket} />}
    </Stack>
  );
}

function Parent({ id }: { id: string }): ReactNode {
  const { t } = useTranslation();
  const parent = useQuery(ticketQuery(id));
  if (parent.isError) return null;
  return (
    <div>
      <Text size="xs" className="quiet">
        {t("relation.parent")}
      </Text>
      {parent.data ? <TicketLink number={parent.data.number} title={parent.data.title} /> : <Text size="sm">…</Text>}
    </div>
  );
}

function Links({ ticket, links }: { ticket: Ticket; links: Schemas["Link"][] }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const act = useAct(ticket.number);
  const [kind, setKind] = useState<Kind>("relates");
  const [other, setOther] = useState<string | null>(null);

  function add(event: FormEvent): void {
    event.preventDefault();
    if (other) act.mutate(() => addLink(ticket.number, { type: kind, ticket: other }), { onSuccess: () => setOther(null) });
  }

  function remove(link: Schemas["Link"]): void {
    const again = async () => {
      await addLink(ticket.number, { type: link.type, ticket: link.ticket.id });
      await readAnew(queries, ticket.number);
    };
    act.mutate(() => removeLink(ticket.number, link.id), {
      onSuccess: () => tell(t("relation.removed", { number: link.ticket.key }), again),
    });
  }

  return (
    <Stack gap="xs">
      {links.map((link) => (
        <div key={link.id}>
          <Group justify="space-between" wrap="nowrap" gap={4}>
            <Text size="xs" className="quiet">
              {t(`links.${link.type as Kind}`)}
            </Text>
            <Group gap={4} wrap="nowrap">
              <StateBadge ticket={link.ticket} />
              {may("tickets.update") && (
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("relation.remove", { number: link.ticket.key })} onClick={() => remove(link)}>
                  <Icon name="close" size={14} />
                </ActionIcon>
              )}
            </Group>
          </Group>
          <Group wrap="nowrap">
            <TicketLink number={link.ticket.key} title={link.ticket.name} />
          </Group>
          {link.ticket.workaround && (
            <Text size="xs" className="quiet person-text" lineClamp={3}>
              {t("relation.workaround", { text: link.ticket.workaround })}
            </Text>
          )}
        </div>
      ))}
      {links.length === 0 && (
        <Text size="sm" className="quiet">
          {t("relation.none")}
        </Text>
      )}
      {may("tickets.update") && (
        <Stack component="form" gap={6} onSubmit={add}>
          <Select size="xs" aria-label={t("relation.kind")} data={KINDS.map((value) => ({ value, label: t(`links.${value}`) }))} value={kind} onChange={(value) => value && setKind(value as Kind)} allowDeselect={false} />
          <TicketPicker label={t("relation.other")} beside={ticket} value={other} choose={setOther} />
          <Button size="xs" variant="default" type="submit" disabled={!other} loading={act.isPending}>
            {t("relation.add")}
          </Button>
        </Stack>
      )}
      <Refused error={act.error} />
    </Stack>
  );
}

function Merge({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct(ticket.number);
  const [other, setOther] = useState<string | null>(null);

  function join(event: FormEvent): void {
    event.preventDefault();
    if (!other) return;
    const back = async () => {
      await unmerge(ticket.number, other);
      await readAnew(queries, ticket.number);
    };
    act.mutate(() => merge(ticket.number, [other]), {
      onSuccess: () => {
        setOther(null);
        tell(t("relation.merged", { number: other }), back);
      },
    });
  }

  return (
    <Stack component="form" gap={6} onSubmit={join} aria-label={t("relation.merge")}>
      <Text size="xs" fw={600}>
        {t("relation.merge")}
      </Text>
      <Text size="xs" className="quiet">
        {t("relation.merge_text")}
      </Text>
      <TicketPicker label={t("relation.merged_one")} beside={ticket} value={other} choose={setOther} />
      <Button size="xs" variant="default" type="submit" disabled={!other} loading={act.isPending}>
        {t("relation.join")}
      </Button>
      <Refused error={act.error} />
    </Stack>
  );
}

/** The tickets below a ticket, as deep as somebody opens them, and a line to add one. */
export function Children({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const queues = useQuery(queuesQuery);
  const act = useAct(ticket.number);
  const [title, setTitle] = useState("");
  const [queue, setQueue] = useState<string | null>(null);

  function add(event: FormEvent): void {
    event.preventDefault();
    const body = { title: title.trim(), ...(queue && { queue }) };
    act.mutate(() => addChild(ticket.number, body), { onSuccess: () => setTitle("") });
  }

  return (
    <Stack gap="xs">
      <Branch number={ticket.number} top />
      {may("tickets.create") && !ENDED.has(ticket.state_category) && (
        <Stack component="form" gap={6} onSubmit={add}>
          <TextInput size="xs" aria-label={t("relation.task")} placeholder={t("relation.task")} value={title} onChange={(event) => setTitle(event.target.value)} maxLength={500} />
          <Group gap={6} wrap="nowrap">
            <Select size="xs" flex={1} aria-label={t("field.queue")} placeholder={ticket.queue?.name ?? t("field.queue")} data={(queues.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} value={queue} onChange={setQueue} clearable searchable />
            <Button size="xs" variant="default" type="submit" disabled={!title.trim()} loading={act.isPending}>
              {t("relation.add_task")}
            </Button>
          </Group>
        </Stack>
      )}
      <Refused error={act.error} />
    </Stack>
  );
}

function Branch({ number, top = false }: { number: string; top?: boolean }): ReactNode {
  const { t } = useTranslation();
  const children = useQuery(childrenQuery(number));
  if (children.isPending) return <Loading />;
  if (children.isError) return <Failed error={children.error} again={() => void children.refetch()} />;
  const found = children.data.items;
  const done = found.filter((one) => ENDED.has(one.state_category)).length;
  if (found.length === 0) {
    return (
      <Text size="sm" className="quiet" pl={top ? 0 : 24}>
        {t("relation.no_children")}
      </Text>
    );
  }
  return (
    <Stack gap={4} pl={top ? 0 : 16}>
      {top && (
        <>
          <Text size="xs" className="quiet">
            {t("relation.done", { done, of: found.length })}
          </Text>
          <Progress value={(100 * done) / found.length} size="xs" aria-label={t("relation.done", { done, of: found.length })} />
        </>
      )}
      {found.map((child) => (
        <Child key={child.id} child={child} />
      ))}
      {top && done < found.length && (
        <Text size="xs" className="quiet">
          {t("relation.waits")}
        </Text>
      )}
    </Stack>
  );
}

function Child({ child }: { child: Ticket }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const [opened, setOpened] = useState(false);
  return (
    <div>
      <Group gap={4} wrap="nowrap" justify="space-between">
        <Group gap={2} wrap="nowrap" miw={0}>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-expanded={opened} aria-label={t("relation.open_children", { number: child.number })} onClick={() => setOpened(!opened)}>
            <span className={opened ? "turned" : ""}>
              <Icon name="next" size={14} />
            </span>
          </ActionIcon>
          <TicketLink number={child.number} title={`${child.title} · ${word("types", child.type)}`} />
        </Group>
        <StateBadge ticket={child} />
      </Group>
      {opened && <Branch number={child.number} />}
    </div>
  );
}
