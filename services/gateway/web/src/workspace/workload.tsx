/** Who has what: open tickets by the person who answers for them, given to another by drag, or by a menu. */
import { ActionIcon, Alert, Button, Group, Menu, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type DragEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { giveTicket, readAnew } from "../api/changes";
import type { Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { teamsQuery } from "../api/structure";
import { ticketsOfTeamQuery } from "../api/ticket-lists";
import { DueBadge, nearest, PriorityMark } from "../shared/badges";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { Person } from "../shared/person";
import { Failed, Loading } from "../shared/states";
import { Refused, useMayWork, useStaff } from "./parts";
import { tell } from "./toasts";

interface Somebody {
  /** Null is nobody. */
  id: string | null;
  name: string;
  /** Whether they may be given a ticket. */
  takes: (ticket: Ticket) => boolean;
}

const SHOWN_OF_EACH = 6;

export function Workload(): ReactNode {
  const { t } = useTranslation();
  const teams = useQuery(teamsQuery);
  const [team, setTeam] = useState<string | null>(null);
  const asked = useQuery(ticketsOfTeamQuery(team));
  const staff = useStaff();
  const mayWork = useMayWork();
  const giving = useGiving();
  const [dragged, setDragged] = useState<Ticket | null>(null);
  const tickets = asked.data?.items ?? [];
  const having = new Map(tickets.flatMap((one) => (one.assignee?.id ? [[one.assignee.id, one.assignee.name] as const] : [])));
  for (const one of staff) if (!team || one.teams.some((its) => its.id === team)) having.set(one.id, one.name);
  const roles = new Map(staff.map((one) => [one.id, one]));
  const takes = (id: string) => (ticket: Ticket) => {
    const person = roles.get(id);
    return person !== undefined && mayWork(person, ticket);
  };
  const people: Somebody[] = [{ id: null, name: t("field.nobody"), takes: () => true }, ...[...having].map(([id, name]) => ({ id, name, takes: takes(id) }))];
  return (
    <Paper withBorder p="md" component="section" aria-label={t("workload.title")}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("workload.title")}
        </Title>
        <Select size="xs" aria-label={t("field.team")} placeholder={t("workload.all_teams")} clearable value={team} onChange={setTeam} data={(teams.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} />
      </Group>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {giving.refused ? (
        <Alert color="red" variant="light" py={6} mb="sm" role="alert">
          {t("workload.refused", giving.refused)}
        </Alert>
      ) : (
        <Refused error={giving.error} />
      )}
      {asked.data && (
        <div className="workload">
          {people.map((person) => (
            <Hand key={person.id} person={person} people={people} tickets={tickets.filter((one) => (one.assignee?.id ?? null) === person.id)} more={asked.data.next_page_token !== ""} give={giving.give} dragged={dragged} drag={setDragged} />
          ))}
        </div>
      )}
    </Paper>
  );
}

/** Gives a ticket to somebody, and says so with the way back. */
function useGiving() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const giving = useMutation({
    mutationFn: ({ ticket, to }: { ticket: Ticket; to: Somebody }) => giveTicket(ticket.number, to.id, ticket.version),
    onSuccess: (given, { ticket, to }) =>
      tell(`${ticket.number}: ${t("undo.assigned", { name: to.name })}`, async () => {
        await giveTicket(ticket.number, ticket.assignee?.id ?? null, given.version);
        await readAnew(queries, ticket.number);
      }),
    onSettled: (_given, _error, { ticket }) => readAnew(queries, ticket.number),
  });
  // Whom the desk refuses may not work the queue of the ticket, and is told by name.
  const problem = giving.error instanceof Problem ? giving.error : null;
  const refused = problem?.reasonOf("assignee") && giving.variables ? { name: giving.variables.to.name, number: giving.variables.ticket.number, queue: giving.variables.ticket.queue?.name ?? "" } : null;
  return { error: giving.error, refused, give: (ticket: Ticket, to: Somebody) => ticket.assignee?.id !== to.id && giving.mutate({ ticket, to }) };
}

interface HandProps {
  person: Somebody;
  people: Somebody[];
  tickets: Ticket[];
  /** Whether there are tickets that were not asked for. */
  more: boolean;
  give: (ticket: Ticket, to: Somebody) => void;
  /** The ticket that is being dragged: whoever may not be given it takes no drop. */
  dragged: Ticket | null;
  drag: (ticket: Ticket | null) => void;
}

function Hand({ person, people, tickets, more, give, dragged, drag }: HandProps): ReactNode {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [all, setAll] = useState(false);
  const shown = all ? tickets : tickets.slice(0, SHOWN_OF_EACH);
  const open = dragged !== null && person.takes(dragged);

  function enter(event: DragEvent): void {
    if (!open) return;
    event.preventDefault();
    setOver(true);
  }
  function drop(): void {
    setOver(false);
    if (open) give(dragged, person);
  }

  return (
    <section
      className="hand"
      aria-label={person.name}
      data-over={over}
      data-closed={dragged !== null && !open}
      onDragOver={enter}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Group justify="space-between" wrap="nowrap" mb={6}>
        {person.id === null ? (
          <Group gap={6} wrap="nowrap">
            <Icon name="inbox" size={18} />
            <Text size="sm">{person.name}</Text>
          </Group>
        ) : (
          <Person name={person.name} />
        )}
        <Text size="sm" className="quiet number">
          {tickets.length}
          {more && "+"}
        </Text>
      </Group>
      <Stack gap={6}>
        {shown.map((ticket) => (
          <Card key={ticket.id} ticket={ticket} people={people.filter((one) => one.id !== person.id && one.takes(ticket))} give={give} drag={drag} />
        ))}
        {tickets.length > SHOWN_OF_EACH && (
          <Button size="compact-xs" variant="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t("workload.fewer") : t("workload.all", { count: tickets.length })}
          </Button>
        )}
      </Stack>
    </section>
  );
}

function Card({ ticket, people, give, drag }: { ticket: Ticket } & Pick<HandProps, "people" | "give" | "drag">): ReactNode {
  const { t } = useTranslation();
  const gives = useMay()("tickets.assign");
  const label = t("workload.give", { number: ticket.number });
  function start(event: DragEvent): void {
    // Some browsers drag nothing that carries no data.
    event.dataTransfer.setData("text/plain", ticket.number);
    drag(ticket);
  }
  return (
    <Paper withBorder px={8} py={4} draggable={gives} onDragStart={start} onDragEnd={() => drag(null)}>
      <Group gap={6} wrap="nowrap">
        <PriorityMark priority={ticket.priority} />
        <Text size="xs" className="quiet number whole" style={{ flex: 1 }}>
          {ticket.number}
        </Text>
        <DueBadge clock={nearest(ticket.sla)} />
        {gives && (
          <Menu shadow="md" position="bottom-end">
            <Menu.Target>
              <ActionIcon size="sm" variant="subtle" color="gray" aria-label={label} title={label}>
                <Icon name="user" size={14} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
              {people.map((one) => (
                <Menu.Item key={one.id} onClick={() => give(ticket, one)}>
                  {one.name}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Link to="/desk/tickets/$number" params={{ number: ticket.number }} className="plain" title={ticket.title} draggable={false}>
        <Text size="sm" lineClamp={2}>
          {ticket.title}
        </Text>
      </Link>
    </Paper>
  );
}
