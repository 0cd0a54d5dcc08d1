/** The right-hand pane of a ticket: what it is, where it may go, how its clocks stand. */
import { Accordion, ActionIcon, Button, Group, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { queuesQuery, teamsQuery } from "../api/queries";
import { TicketApprovals } from "../shared/approvals";
import { useWord } from "../shared/badges";
import { localMoment, span } from "../shared/format";
import { Icon } from "../shared/icons";
import { useMay, useMe } from "../shared/me";
import { Person } from "../shared/person";
import { useChanging } from "./changing";
import { Clocks } from "./clocks";
import { History } from "./history";
import { Moves } from "./moves";
import { useStaff } from "./parts";
import { AskApproval, Watchers, WhyThisPerson } from "./people";
import { Children, Relations } from "./relations";
import { Suggestions } from "./suggestions";
import { TimeSpent } from "./time";

export function Facts({ ticket }: { ticket: Ticket }): ReactNode {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const parts: { name: string; title: string; mark?: string; shown: () => ReactNode }[] = [
    { name: "facts", title: t("ticket.facts"), shown: () => <Fields ticket={ticket} /> },
    { name: "help", title: t("ticket.suggestions"), shown: () => <Suggestions ticket={ticket} /> },
    { name: "children", title: t("relation.children"), shown: () => <Children ticket={ticket} /> },
    { name: "related", title: t("relation.title"), shown: () => <Relations ticket={ticket} /> },
    ...(may("tickets.read")
      ? [{ name: "time", title: t("time.title"), ...(ticket.minutes_spent > 0 && { mark: span(ticket.minutes_spent * 60, i18n.language) }), shown: () => <TimeSpent ticket={ticket} /> }]
      : []),
    { name: "watchers", title: t("field.watchers"), ...(ticket.watchers.length > 0 && { mark: String(ticket.watchers.length) }), shown: () => <Watchers ticket={ticket} /> },
    { name: "approvals", title: t("approval.title"), shown: () => <Approvals ticket={ticket} /> },
    { name: "history", title: t("ticket.history"), shown: () => <History ticket={ticket} /> },
  ];
  const [opened, setOpened] = useState<string[]>(["facts"]);
  return (
    <Stack gap="md">
      <Moves ticket={ticket} />
      <Clocks ticket={ticket} />
      <Accordion multiple value={opened} onChange={setOpened} variant="default" chevronSize={14} className="parts" keepMounted={false} transitionDuration={0}>
        {parts.map((part) => (
          <Accordion.Item key={part.name} value={part.name}>
            <Accordion.Control>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" fw={600}>
                  {part.title}
                </Text>
                {part.mark && (
                  <Text size="xs" className="quiet number">
                    {part.mark}
                  </Text>
                )}
              </Group>
            </Accordion.Control>
            <Accordion.Panel>{opened.includes(part.name) && part.shown()}</Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

function Approvals({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const none = (
    <Text size="sm" className="quiet">
      {t("ticket.no_approvals")}
    </Text>
  );
  return (
    <Stack gap="sm">
      <TicketApprovals number={ticket.number} empty={none} />
      <AskApproval ticket={ticket} />
    </Stack>
  );
}

const LEVELS = ["high", "medium", "low"] as const;

function Fields({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const word = useWord();
  const queues = useQuery(queuesQuery);
  const staff = useStaff();
  const teams = useQuery(teamsQuery);
  const { apply, problem, dialog } = useChanging(ticket);
  const [why, setWhy] = useState(false);
  const takes = may("tickets.assign") && ticket.assignee?.id !== me.id;
  const take = () => apply({ kind: "assignment", body: { assignee: me.id } });
  useHotkeys([["a", () => takes && take()]]);

  const fields = (body: Schemas["TicketPatch"]) => apply({ kind: "fields", body });
  const readOnly = !may("tickets.update");
  const levels = LEVELS.map((level) => ({ value: level, label: word("levels", level) }));
  return (
    <Stack gap={6}>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem.fields[0]?.reason ?? problem.detail}
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
      <Group gap={2} ml="6.9rem">
        {takes && (
          <Button variant="subtle" size="compact-xs" onClick={take}>
            {t("ticket.take")}
          </Button>
        )}
        <Button variant="subtle" size="compact-xs" color="gray" fw={400} onClick={() => setWhy(true)}>
          {t("routing.why")}
        </Button>
      </Group>
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
      <Fact label={t("reminder.title")}>
        <Reminder key={ticket.remind_at} ticket={ticket} readOnly={readOnly} set={(remind_at) => fields({ remind_at })} />
      </Fact>
      {dialog}
      {why && <WhyThisPerson ticket={ticket} close={() => setWhy(false)} />}
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

interface ReminderProps {
  ticket: Ticket;
  readOnly: boolean;
  set: (moment: string | null) => void;
}

/** When the desk comes back to the ticket by itself. */
function Reminder({ ticket, readOnly, set }: ReminderProps): ReactNode {
  const { t } = useTranslation();
  const [moment, setMoment] = useState(ticket.remind_at ? localMoment(ticket.remind_at) : "");
  const changed = moment !== (ticket.remind_at ? localMoment(ticket.remind_at) : "");
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput size="xs" flex={1} miw={0} type="datetime-local" aria-label={t("reminder.title")} value={moment} readOnly={readOnly} onChange={(event) => setMoment(event.target.value)} />
      {changed && (
        <Button size="compact-xs" onClick={() => set(moment ? new Date(moment).toISOString() : null)}>
          {t("reminder.set")}
        </Button>
      )}
      {!changed && ticket.remind_at && !readOnly && (
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("reminder.clear")} onClick={() => set(null)}>
          <Icon name="close" size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}
