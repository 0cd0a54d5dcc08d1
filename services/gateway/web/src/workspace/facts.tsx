/** The right-hand pane of a ticket: what it is, where it may go, how its clocks stand. */
import { Badge, Button, Group, Modal, Select, Stack, TagsInput, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAssign, useChange } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { peopleQuery, queuesQuery, teamsQuery } from "../api/queries";
import { TicketApprovals } from "../shared/approvals";
import { useWord } from "../shared/badges";
import { useMay, useMe } from "../shared/me";
import { Person } from "../shared/person";
import { Note } from "../shared/states";
import { Clocks } from "./clocks";
import { History } from "./history";
import { Moves } from "./moves";
import { Suggestions } from "./suggestions";
import { shownValue } from "../shared/values";

export function Facts({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Moves ticket={ticket} />
      <Clocks ticket={ticket} />
      <Tabs defaultValue="facts" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="facts">{t("ticket.facts")}</Tabs.Tab>
          <Tabs.Tab value="help">{t("ticket.suggestions")}</Tabs.Tab>
          <Tabs.Tab value="approvals">{t("approval.title")}</Tabs.Tab>
          <Tabs.Tab value="history">{t("ticket.history")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="facts">
          <Fields ticket={ticket} />
        </Tabs.Panel>
        <Tabs.Panel value="help">
          <Suggestions ticket={ticket} />
        </Tabs.Panel>
        <Tabs.Panel value="approvals">
          <Stack gap="sm">
            <TicketApprovals number={ticket.number} empty={<Note icon="check" title={t("ticket.no_approvals")} />} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History ticket={ticket} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

type Change = { kind: "fields"; body: Schemas["TicketPatch"] } | { kind: "assignment"; body: Schemas["Assignment"] };

const LEVELS = ["high", "medium", "low"] as const;

function Fields({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const word = useWord();
  const queues = useQuery(queuesQuery);
  const agents = useQuery(peopleQuery("active = true"));
  const teams = useQuery(teamsQuery);
  const change = useChange(ticket);
  const assign = useAssign(ticket);
  const [refused, setRefused] = useState<Change | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  function apply(wished: Change, version = ticket.version): void {
    const onError = (error: Error) => {
      if (error instanceof Problem && error.status === 412) setRefused(wished);
      else setProblem(error instanceof Problem ? (error.fields[0]?.reason ?? error.detail) : t("composer.not_sent"));
    };
    const onSuccess = () => setProblem(null);
    if (wished.kind === "fields") change.mutate({ body: wished.body, version }, { onError, onSuccess });
    else assign.mutate({ body: wished.body, version }, { onError, onSuccess });
  }

  const fields = (body: Schemas["TicketPatch"]) => apply({ kind: "fields", body });
  const readOnly = !may("tickets.update");
  const levels = LEVELS.map((level) => ({ value: level, label: word("levels", level) }));
  const staff = (agents.data?.items ?? []).filter((one) => one.roles.some((role) => role.role !== "requester"));
  return (
    <Stack gap={6}>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
      <Fact label={t("field.requester")}>{ticket.requester && <Person name={ticket.requester.name} />}</Fact>
      {ticket.organization && <Fact label={t("field.organization")}><Text size="sm">{ticket.organization.name}</Text></Fact>}
      <Choice
        label={t("field.assignee")}
        value={ticket.assignee?.id ?? null}
        known={ticket.assignee && { value: ticket.assignee.id ?? "", label: ticket.assignee.name }}
        data={staff.map((one) => ({ value: one.id, label: one.name }))}
        readOnly={!may("tickets.assign")}
        none={t("field.nobody")}
        choose={(assignee) => apply({ kind: "assignment", body: { assignee } })}
      />
      {may("tickets.assign") && ticket.assignee?.id !== me.id && (
        <Button variant="subtle" size="compact-xs" w="fit-content" ml="6.9rem" onClick={() => apply({ kind: "assignment", body: { assignee: me.id } })}>
          {t("ticket.take")}
        </Button>
      )}
      <Choice
        label={t("field.team")}
        value={ticket.team?.id ?? null}
        known={ticket.team && { value: ticket.team.id, label: ticket.team.name }}
        data={(teams.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
        readOnly={!may("tickets.assign")}
        none={t("field.nobody")}
        choose={(team) => apply({ kind: "assignment", body: { team } })}
      />
      <Choice
        label={t("field.queue")}
        value={ticket.queue?.id ?? null}
        known={ticket.queue && { value: ticket.queue.id, label: ticket.queue.name }}
        data={(queues.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
        readOnly={readOnly}
        choose={(queue) => queue && fields({ queue })}
      />
      <Fact label={t("field.priority")}>
        <Text size="sm">{ticket.priority ? word("priorities", ticket.priority) : "–"}</Text>
      </Fact>
      <Choice label={t("field.impact")} value={ticket.impact} data={levels} readOnly={readOnly} choose={(impact) => impact && fields({ impact })} />
      <Choice label={t("field.urgency")} value={ticket.urgency} data={levels} readOnly={readOnly} choose={(urgency) => urgency && fields({ urgency })} />
      <Fact label={t("field.tags")}>
        <TagsInput
          key={ticket.tags.join()}
          size="xs"
          aria-label={t("field.tags")}
          defaultValue={ticket.tags}
          readOnly={readOnly}
          onChange={(tags) => fields({ tags })}
        />
      </Fact>
      {ticket.watchers.length > 0 && (
        <Fact label={t("field.watchers")}>
          <Group gap={4}>
            {ticket.watchers.map((one) => (
              <Badge key={one.id} variant="light" color="gray" tt="none" fw={400}>
                {one.name}
              </Badge>
            ))}
          </Group>
        </Fact>
      )}
      <Conflict
        change={refused}
        ticket={ticket}
        keep={() => setRefused(null)}
        insist={() => {
          setRefused(null);
          if (refused) apply(refused);
        }}
      />
    </Stack>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <Text size="sm" className="quiet">
        {label}
      </Text>
      <div style={{ minWidth: 0 }}>{children}</div>
    </div>
  );
}

interface Option {
  value: string;
  label: string;
}

interface ChoiceProps {
  label: string;
  value: string | null;
  data: Option[];
  /** The option that holds now, should it not be among those offered. */
  known?: Option | null;
  /** What nobody or nothing is called; without it something must be chosen. */
  none?: string;
  readOnly: boolean;
  choose: (value: string | null) => void;
}

function Choice({ label, value, data, known, none, readOnly, choose }: ChoiceProps): ReactNode {
  const offered = known && !data.some((one) => one.value === known.value) ? [known, ...data] : data;
  return (
    <Fact label={label}>
      <Select
        size="xs"
        aria-label={label}
        value={value}
        data={offered}
        placeholder={none}
        clearable={none !== undefined}
        allowDeselect={false}
        searchable
        readOnly={readOnly}
        onChange={(chosen) => chosen !== value && choose(chosen)}
      />
    </Fact>
  );
}

interface ConflictProps {
  change: Change | null;
  ticket: Ticket;
  keep: () => void;
  insist: () => void;
}

/** Somebody else was faster: shows what stands now, and asks whether the change is still wanted. */
function Conflict({ change, ticket, keep, insist }: ConflictProps): ReactNode {
  const { t } = useTranslation();
  const names = Object.keys(change?.body ?? {});
  return (
    <Modal opened={change !== null} onClose={keep} title={t("conflict.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack>
        <Text size="sm">{t("conflict.text")}</Text>
        {names.map((name) => (
          <Text key={name} size="sm">
            {t("conflict.now", { field: t(`field.${name}` as "field.queue"), value: shownValue(ticket[name as keyof Ticket]) })}
          </Text>
        ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={keep}>
            {t("conflict.keep")}
          </Button>
          <Button onClick={insist}>{t("conflict.insist")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
