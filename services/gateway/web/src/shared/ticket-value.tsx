/** A field of a ticket to be read, by the name that layouts give it. */
import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { itemsByIdQuery } from "../api/items";
import { StateBadge, useWord, When } from "./badges";
import { dateTime, span } from "./format";
import { fieldTitle, type LaidOutField, ownSlug } from "./layouts";
import { useMe } from "./me";
import { Person } from "./person";
import { PersonNamed } from "./person-field";
import { shownValue } from "./values";

/** What the page of a ticket shows at its head, wherever the layout has it. */
const IN_HEAD = new Set(["number", "type", "title", "description", "state"]);

export const inHead = (field: LaidOutField): boolean => IN_HEAD.has(field.name);

export function valueOf(ticket: Ticket, name: string): unknown {
  const slug = ownSlug(name);
  return slug === null ? ticket[name as keyof Ticket] : (ticket.fields as Record<string, unknown>)[slug];
}

/** Whether there is nothing to be read. */
export const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

export function useFieldName(): (field: LaidOutField) => string {
  const { t, i18n } = useTranslation();
  return (field) => fieldTitle(field, i18n.language) ?? t(`field.${field.name}` as "field.queue");
}

export function TicketValue({ ticket, field }: { ticket: Ticket; field: LaidOutField }): ReactNode {
  return <ValueOf ticket={ticket} kind={field.type ?? field.name} value={valueOf(ticket, field.name)} />;
}

/** A value that a field of the ticket has, or had. */
export function ValueOf({ ticket, kind, value }: { ticket: Ticket; kind: string; value: unknown }): ReactNode {
  const { t, i18n } = useTranslation();
  const word = useWord();
  const me = useMe();
  const line = (text: string) => (
    <Text size="sm" className="person-text">
      {text}
    </Text>
  );
  if (isEmpty(value)) return line("–");
  switch (kind) {
    case "state":
      return <StateBadge ticket={{ state: String(value), state_category: value === ticket.state ? ticket.state_category : "" }} />;
    case "type":
      return line(word("types", String(value)));
    case "priority":
      return line(word("priorities", String(value)));
    case "channel":
      return line(word("channels", String(value)));
    case "impact":
    case "urgency":
    case "risk":
      return line(word("levels", String(value)));
    case "requester":
    case "assignee":
      return <Person name={(value as { name: string }).name} />;
    case "person":
      return <PersonNamed id={String(value)} ticket={ticket} />;
    case "minutes_spent":
    case "minutes_billable":
      return line(span(Number(value) * 60, i18n.language));
    case "created_at":
    case "updated_at":
      return (
        <Text size="sm" component="div">
          <When moment={String(value)} />
        </Text>
      );
    case "resolved_at":
    case "closed_at":
    case "first_responded_at":
    case "due_at":
    case "remind_at":
    case "planned_start":
    case "planned_end":
      return line(dateTime(String(value), i18n.language, me.time_zone));
    case "ci":
    case "ci_ids":
    case "service_id":
      return <Things ids={[value].flat() as string[]} />;
    case "checkbox":
    case "emergency":
      return line(t(value === true ? "filter.yes" : "filter.no"));
    case "date":
      return line(new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(String(value))));
    case "money":
      return line(money(value as { amount: string; currency: string }, i18n.language));
    case "url":
      return <Link to={String(value)} />;
    default:
      return line(shownValue(value));
  }
}

function money({ amount, currency }: { amount: string; currency: string }, language: string): string {
  return new Intl.NumberFormat(language, { style: "currency", currency }).format(Number(amount));
}

/** A link that somebody wrote; it leads away only where it is one of the web. */
function Link({ to }: { to: string }): ReactNode {
  if (!/^https?:\/\//i.test(to)) return <Text size="sm">{to}</Text>;
  return (
    <Anchor href={to} target="_blank" rel="noopener noreferrer nofollow" size="sm" className="person-text">
      {to}
    </Anchor>
  );
}

/** Things by their names; one that the person may not see stays an id. */
function Things({ ids }: { ids: string[] }): ReactNode {
  const items = useQuery(itemsByIdQuery(ids));
  const names = ids.map((id) => items.data?.items.find((one) => one.id === id)?.name ?? id);
  return (
    <Text size="sm" className="person-text">
      {names.join(", ")}
    </Text>
  );
}
