import "../design/all";

import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { orderQuery } from "../api/catalog";
import { useMove } from "../api/changes";
import type { Ticket } from "../api/client";
import { ticketLayoutQuery } from "../api/layouts";
import { ticketQuery } from "../api/queries";
import { movesQuery } from "../api/ticket-parts";
import { TicketApprovals } from "../shared/approvals";
import { StateBadge, When } from "../shared/badges";
import { Composer } from "../shared/composer";
import { Conversation } from "../shared/conversation";
import { useDraft } from "../shared/draft";
import { Icon } from "../shared/icons";
import { Sections } from "../shared/laid-out";
import type { LaidOutField } from "../shared/layouts";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { inHead, isEmpty, TicketValue, useFieldName, valueOf } from "../shared/ticket-value";
import { Price } from "./price";
import { RateTicket } from "./rating";

/** Categories of states in which a rating may be asked for. */
const ENDED = new Set(["resolved", "closed"]);

export function RequestPage(): ReactNode {
  const { t } = useTranslation();
  const { number } = useParams({ from: "/signed-in/portal/requests/$number" });
  const asked = useQuery(ticketQuery(number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const ticket = asked.data;
  return (
    <Stack>
      <Anchor component={Link} to="/portal" size="sm">
        <Group gap={4}>
          <Icon name="back" size={14} />
          {t("portal.my_requests")}
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {ticket.title}
          </Title>
          <Text size="sm" className="quiet">
            <span className="number">{ticket.number}</span> · <When moment={ticket.created_at} />
          </Text>
        </div>
        <Group gap="xs">
          <StateBadge ticket={ticket} />
          <Moves ticket={ticket} />
        </Group>
      </Group>
      {ticket.type === "service_request" && <Ordered number={ticket.number} />}
      <Details ticket={ticket} />
      <TicketApprovals number={ticket.number} />
      {ENDED.has(ticket.state_category) && <RateTicket number={ticket.number} />}
      <Conversation ticket={ticket} />
      {!ticket.closed_at && <Answer key={ticket.id} ticket={ticket} />}
    </Stack>
  );
}

function Answer({ ticket }: { ticket: Ticket }): ReactNode {
  const me = useMe();
  const draft = `${me.id}:${ticket.id}`;
  const [body, setBody] = useDraft(draft);
  return <Composer ticket={ticket} visibility="public" draft={draft} body={body} setBody={setBody} />;
}

/** What the desk keeps of the request, as its layout has it; what is empty, or shown at the head, is left out. */
function Details({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const name = useFieldName();
  const asked = useQuery(ticketLayoutQuery(ticket.number));
  const layout = asked.data;
  if (!layout) return null;
  const fields = layout.sections.flatMap((section) => section.fields).filter((field) => !inHead(field) && !isEmpty(valueOf(ticket, field.name)));
  if (fields.length === 0) return null;
  const shown = new Set(fields.map((field) => field.name));
  const draw = (field: LaidOutField) => (
    <div key={field.name}>
      <Text size="xs" className="quiet">
        {name(field)}
      </Text>
      <TicketValue ticket={ticket} field={field} />
    </div>
  );
  return (
    <Paper withBorder p="md" component="details" open={layout.layout !== null}>
      <Text component="summary" size="sm" fw={600}>
        {t("portal.details")}
      </Text>
      <Stack gap="sm">
        <Sections layout={layout} shown={shown} draw={draw} />
      </Stack>
    </Paper>
  );
}

/** What was ordered and how far it is; nothing for a request that is no order. */
function Ordered({ number }: { number: string }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(orderQuery(number));
  if (!asked.data) return null;
  const { item, quantity, price, tasks } = asked.data.catalog;
  return (
    <Paper withBorder p="md" component="section" aria-label={t("catalog.ordered")}>
      <Group justify="space-between">
        <Text fw={600}>
          {quantity > 1 && `${quantity} × `}
          {item.name}
        </Text>
        {price && <Price price={price} times={quantity} />}
      </Group>
      {tasks.map((task) => (
        <Group key={task.key} gap="xs" mt={6} wrap="nowrap">
          <Icon name={task.state === "done" ? "check" : task.state === "open" ? "next" : "pause"} size={16} />
          <Text size="sm" className={task.state === "open" ? undefined : "quiet"}>
            {task.title}
          </Text>
          <Text size="xs" className="quiet">
            {t(`task_states.${task.state as "done"}`)}
          </Text>
        </Group>
      ))}
    </Paper>
  );
}

function Moves({ ticket }: { ticket: Ticket }): ReactNode {
  const moves = useQuery(movesQuery(ticket.number));
  const move = useMove(ticket);
  return moves.data?.items
    .filter((one) => one.required_fields.length === 0 && !one.comment_required)
    .map((one) => (
      <Button key={one.to} size="xs" variant="light" loading={move.isPending && move.variables.to === one.to} onClick={() => move.mutate({ to: one.to })}>
        {one.name}
      </Button>
    ));
}
