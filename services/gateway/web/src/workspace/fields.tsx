/** The fields of a ticket as the layout of agents has them, each changed where it stands. */
import { ActionIcon, Button, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { ticketLayoutQuery } from "../api/layouts";
import { personQuery } from "../api/people";
import { queuesQuery, teamsQuery } from "../api/structure";
import { useWord } from "../shared/badges";
import { FieldInput, type FieldValue } from "../shared/field-input";
import { localMoment, momentOf } from "../shared/format";
import { Icon } from "../shared/icons";
import { Sections } from "../shared/laid-out";
import { fieldTitle, type LaidOutField, ownSlug } from "../shared/layouts";
import { useMay, useMe } from "../shared/me";
import { SEES_PEOPLE } from "../shared/person-field";
import { Failed, Loading } from "../shared/states";
import { inHead, TicketValue, useFieldName, valueOf } from "../shared/ticket-value";
import { type FoundAsOneTypes, useThings } from "../shared/use-things";
import { useActions } from "./actions";
import { useChanging } from "./changing";
import { useMayWork, useStaff } from "./parts";
import { WhyThisPerson } from "./people";

type Changing = Pick<ReturnType<typeof useChanging>, "apply" | "problem">;

export function Fields({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const asked = useQuery(ticketLayoutQuery(ticket.number));
  const { apply, problem, dialog } = useChanging(ticket);
  const takes = may("tickets.assign") && ticket.assignee?.id !== me.id;
  const take = () => apply({ kind: "assignment", body: { assignee: me.id } });
  useHotkeys([["a", () => takes && take()]]);
  useFieldActions(ticket, asked.data?.sections.flatMap((section) => section.fields) ?? [], apply);
  useActions(takes ? [{ label: t("ticket.take"), run: take }] : []);
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const fields = asked.data.sections.flatMap((section) => section.fields).filter((field) => !inHead(field));
  const shown = new Set(fields.map((field) => field.name));
  const beside = problem && (problem.fields.find((one) => !shown.has(one.field))?.reason ?? (problem.fields.length === 0 && problem.detail));
  return (
    <Stack gap="sm">
      {beside && (
        <Text size="sm" c="red" role="alert">
          {beside}
        </Text>
      )}
      <Sections
        layout={asked.data}
        shown={shown}
        narrow
        faulty={(field) => problem?.reasonOf(field.name) !== undefined}
        draw={(field) => <Field key={field.name} ticket={ticket} field={field} changing={{ apply, problem }} take={takes ? take : null} />}
      />
      {dialog}
    </Stack>
  );
}

/** What the palette offers of the fields that may be changed: the person, the queue, how grave and how urgent it is. */
function useFieldActions(ticket: Ticket, fields: readonly LaidOutField[], apply: Changing["apply"]): void {
  const { t } = useTranslation();
  const word = useWord();
  const mayWork = useMayWork();
  const staff = useStaff().filter((one) => mayWork(one, ticket));
  const queues = useQuery(queuesQuery);
  const open = new Set(fields.filter((field) => !field.read_only).map((field) => field.name));
  const levels = (["impact", "urgency"] as const).filter((name) => open.has(name));
  useActions([
    ...(open.has("assignee") ? staff : []).map((one) => ({ label: t("palette.assign", { name: one.name }), run: () => apply({ kind: "assignment", body: { assignee: one.id } }) })),
    ...(open.has("queue") ? (queues.data?.items ?? []).filter((one) => one.id !== ticket.queue?.id) : []).map((one) => ({ label: t("palette.move", { queue: one.name }), run: () => apply({ kind: "fields", body: { queue: one.id } }) })),
    ...levels.flatMap((name) => LEVELS.map((level) => ({ label: `${t(`field.${name}`)}: ${word("levels", level)}`, run: () => apply({ kind: "fields", body: { [name]: level } }) }))),
  ]);
}

const LEVELS = ["high", "medium", "low"] as const;
const PRIORITIES = ["critical", "high", "medium", "low"] as const;

interface FieldProps {
  ticket: Ticket;
  field: LaidOutField;
  changing: Changing;
}

/** One field: to be read, or with what changes it. */
function Field({ ticket, field, changing, take }: FieldProps & { take: (() => void) | null }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const label = useFieldName()(field);
  const error = changing.problem?.reasonOf(field.name);
  const change = (body: Schemas["TicketPatch"]) => changing.apply({ kind: "fields", body });
  const name = field.name;
  if (name === "assignee") return <Assignee ticket={ticket} field={field} changing={changing} take={take} />;
  if (field.read_only) {
    return (
      <Fact label={label}>
        <TicketValue ticket={ticket} field={field} />
      </Fact>
    );
  }
  if (ownSlug(name) !== null) return <Own key={JSON.stringify(valueOf(ticket, name))} ticket={ticket} field={field} changing={changing} />;
  switch (name) {
    case "team":
      return <Team ticket={ticket} field={field} changing={changing} />;
    case "queue":
      return <Queue ticket={ticket} field={field} changing={changing} />;
    case "organization":
      return <Organization ticket={ticket} field={field} changing={changing} />;
    case "impact":
    case "urgency":
      return <Choice label={label} error={error} value={ticket[name]} data={LEVELS.map((level) => ({ value: level, label: word("levels", level) }))} choose={(level) => level && change({ [name]: level })} />;
    case "priority":
      return <Choice label={label} error={error} value={ticket.priority} data={PRIORITIES.map((level) => ({ value: level, label: word("priorities", level) }))} choose={(priority) => priority && change({ priority })} />;
    case "tags":
      return (
        <Fact label={label} error={error}>
          <TagsInput key={ticket.tags.join()} size="xs" aria-label={label} defaultValue={ticket.tags} onChange={(tags) => change({ tags })} />
        </Fact>
      );
    case "category":
      return (
        <Fact label={label} error={error}>
          <TextInput key={ticket.category} size="xs" aria-label={label} defaultValue={ticket.category ?? ""} onBlur={(event) => event.target.value !== (ticket.category ?? "") && change({ category: event.target.value || null })} />
        </Fact>
      );
    case "remind_at":
      return (
        <Fact label={t("reminder.title")} error={error}>
          <Reminder key={ticket.remind_at} ticket={ticket} set={(remind_at) => change({ remind_at })} />
        </Fact>
      );
    case "ci_ids":
    case "service_id":
      return <Things ticket={ticket} field={field} changing={changing} />;
    default:
      return (
        <Fact label={label}>
          <TicketValue ticket={ticket} field={field} />
        </Fact>
      );
  }
}

function Assignee({ ticket, field, changing, take }: FieldProps & { take: (() => void) | null }): ReactNode {
  const { t } = useTranslation();
  const mayWork = useMayWork();
  const staff = useStaff().filter((one) => mayWork(one, ticket));
  const [why, setWhy] = useState(false);
  const label = t("field.assignee");
  return (
    <div>
      {field.read_only ? (
        <Fact label={label}>
          <TicketValue ticket={ticket} field={field} />
        </Fact>
      ) : (
        <Choice
          label={label}
          error={changing.problem?.reasonOf("assignee")}
          value={ticket.assignee?.id ?? null}
          known={ticket.assignee && { value: ticket.assignee.id ?? "", label: ticket.assignee.name }}
          data={staff.map((one) => ({ value: one.id, label: one.name }))}
          none={t("field.nobody")}
          choose={(assignee) => changing.apply({ kind: "assignment", body: { assignee } })}
        />
      )}
      <Group gap={2} ml="6.9rem">
        {take && (
          <Button variant="subtle" size="compact-xs" onClick={take}>
            {t("ticket.take")}
          </Button>
        )}
        <Button variant="subtle" size="compact-xs" color="gray" fw={400} onClick={() => setWhy(true)}>
          {t("routing.why")}
        </Button>
      </Group>
      {why && <WhyThisPerson ticket={ticket} close={() => setWhy(false)} />}
    </div>
  );
}

function Team({ ticket, changing }: FieldProps): ReactNode {
  const { t } = useTranslation();
  const teams = useQuery(teamsQuery);
  return (
    <Choice
      label={t("field.team")}
      error={changing.problem?.reasonOf("team")}
      value={ticket.team?.id ?? null}
      known={ticket.team && { value: ticket.team.id, label: ticket.team.name }}
      data={(teams.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
      none={t("field.nobody")}
      choose={(team) => changing.apply({ kind: "assignment", body: { team } })}
    />
  );
}

function Queue({ ticket, changing }: FieldProps): ReactNode {
  const { t } = useTranslation();
  const queues = useQuery(queuesQuery);
  return (
    <Choice
      label={t("field.queue")}
      error={changing.problem?.reasonOf("queue")}
      value={ticket.queue?.id ?? null}
      known={ticket.queue && { value: ticket.queue.id, label: ticket.queue.name }}
      data={(queues.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))}
      choose={(queue) => queue && changing.apply({ kind: "fields", body: { queue } })}
    />
  );
}

/** Chosen among those of the requester, where there is a choice. */
function Organization({ ticket, field, changing }: FieldProps): ReactNode {
  const may = useMay();
  const label = useFieldName()(field);
  const asked = useQuery({ ...personQuery(ticket.requester?.id ?? ""), enabled: ticket.requester !== null && may(SEES_PEOPLE) });
  const offered = asked.data?.organizations ?? [];
  const present = ticket.organization;
  if (offered.length === 0 || (offered.length === 1 && offered[0]?.id === present?.id)) {
    return (
      <Fact label={label}>
        <TicketValue ticket={ticket} field={field} />
      </Fact>
    );
  }
  return (
    <Choice
      label={label}
      error={changing.problem?.reasonOf("organization")}
      value={present?.id ?? null}
      known={present && { value: present.id, label: present.name }}
      data={offered.map((one) => ({ value: one.id, label: one.name }))}
      none="–"
      choose={(organization) => changing.apply({ kind: "fields", body: { organization } })}
    />
  );
}

function Things({ ticket, field, changing }: FieldProps): ReactNode {
  const label = useFieldName()(field);
  const error = changing.problem?.reasonOf(field.name);
  const services = field.name === "service_id";
  const things = useThings(services ? (ticket.service_id ? [ticket.service_id] : []) : ticket.ci_ids, services);
  const change = (body: Schemas["TicketPatch"]) => changing.apply({ kind: "fields", body });
  if (services) return <Choice label={label} error={error} value={ticket.service_id} data={things.data} found={things} none="–" choose={(service_id) => change({ service_id })} />;
  return (
    <Fact label={label} error={error}>
      <MultiSelect size="xs" aria-label={label} {...things} value={ticket.ci_ids} onChange={(ci_ids) => change({ ci_ids })} />
    </Fact>
  );
}

/** Types whose input is typed into: what is typed is kept when the input is left, or Enter is pressed. */
const TYPED = new Set(["text", "number", "date", "money", "url"]);

/** A field of the tenant's own. */
function Own({ ticket, field, changing }: FieldProps): ReactNode {
  const slug = ownSlug(field.name) ?? "";
  const { i18n } = useTranslation();
  const label = fieldTitle(field, i18n.language) ?? slug;
  const kept = (valueOf(ticket, field.name) ?? null) as FieldValue;
  const [value, setValue] = useState<FieldValue>(kept);
  const type = field.type ?? "text";
  const may = useMay();
  const typed = TYPED.has(type) || (type === "person" && !may(SEES_PEOPLE));
  const keep = (next: FieldValue) => {
    if (JSON.stringify(next) !== JSON.stringify(kept)) changing.apply({ kind: "fields", body: { fields: { [slug]: next } } });
  };
  const asked = { slug, name: label, type, description: "", choices: field.choices, dependent_choices: null };
  return (
    <div
      onBlur={(event) => typed && !event.currentTarget.contains(event.relatedTarget) && keep(value)}
      onKeyDown={(event) => event.key === "Enter" && typed && event.target instanceof HTMLElement && event.target.blur()}
    >
      <Fact label={field.required ? `${label} *` : label} error={changing.problem?.reasonOf(field.name)}>
        <FieldInput
          bare
          field={asked}
          values={{ [slug]: value }}
          required={field.required}
          set={(next) => {
            setValue(next);
            if (!typed) keep(next);
          }}
        />
      </Fact>
    </div>
  );
}

interface FactProps {
  label: string;
  /** What the desk has against the value. */
  error?: string | undefined;
  children: ReactNode;
}

function Fact({ label, error, children }: FactProps): ReactNode {
  return (
    <div className="fact">
      <Text size="sm" className="quiet">
        {label}
      </Text>
      <div style={{ minWidth: 0 }}>
        {children}
        {error && (
          <Text size="xs" c="red" role="alert">
            {error}
          </Text>
        )}
      </div>
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
  /** Where the options are found by the desk as one types. */
  found?: FoundAsOneTypes;
  /** The option that holds now, should it not be among those offered. */
  known?: Option | null;
  /** What nobody or nothing is called; without it something must be chosen. */
  none?: string;
  error?: string | undefined;
  choose: (value: string | null) => void;
}

function Choice({ label, value, data, found, known, none, error, choose }: ChoiceProps): ReactNode {
  const offered = known && !data.some((one) => one.value === known.value) ? [known, ...data] : data;
  return (
    <Fact label={label} error={error}>
      <Select
        size="xs"
        aria-label={label}
        value={value}
        data={offered}
        placeholder={none}
        clearable={none !== undefined}
        allowDeselect={false}
        searchable
        {...found}
        onChange={(chosen) => chosen !== value && choose(chosen)}
      />
    </Fact>
  );
}

interface ReminderProps {
  ticket: Ticket;
  set: (moment: string | null) => void;
}

/** When the desk comes back to the ticket by itself. */
function Reminder({ ticket, set }: ReminderProps): ReactNode {
  const { t } = useTranslation();
  const zone = useMe().time_zone;
  const kept = ticket.remind_at ? localMoment(ticket.remind_at, zone) : "";
  const [moment, setMoment] = useState(kept);
  const changed = moment !== kept;
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput size="xs" flex={1} miw={0} type="datetime-local" aria-label={t("reminder.title")} value={moment} onChange={(event) => setMoment(event.target.value)} />
      {changed && (
        <Button size="compact-xs" onClick={() => set(moment ? momentOf(moment, zone) : null)}>
          {t("reminder.set")}
        </Button>
      )}
      {!changed && ticket.remind_at && (
        <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("reminder.clear")} onClick={() => set(null)}>
          <Icon name="close" size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}
