/** Pieces that the parts of the ticket page share. */
import { Alert, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { rolesQuery, staffQuery } from "../api/people";
import { Problem } from "../api/problem";
import { foundQuery } from "../api/ticket-parts";
import { mayWork, workingRoles } from "./may-work";

const PAUSE = 250;

/** Why something was not done, if it was not. */
export function Refused({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = error instanceof Problem && error.status !== 0 ? error : null;
  const said = problem?.status === 412 ? t("conflict.moved") : (problem?.fields[0]?.reason ?? problem?.detail);
  return (
    <Alert color={problem?.status === 412 ? "yellow" : "red"} variant="light" py={6} role="alert">
      {said ?? t("undo.not_done")}
    </Alert>
  );
}

/** A line that leads to another ticket. */
export function TicketLink({ number, title }: { number: string; title: string }): ReactNode {
  return (
    <Link to="/desk/tickets/$number" params={{ number }} className="plain clip" title={title}>
      <Text span size="sm" className="quiet number">
        {number}{" "}
      </Text>
      <Text span size="sm">
        {title}
      </Text>
    </Link>
  );
}

interface Option {
  value: string;
  label: string;
}

interface PickerProps {
  label: string;
  /** The ticket that is not offered: the one at hand. */
  beside: Ticket;
  value: string | null;
  choose: (number: string | null) => void;
}

/** Another ticket, found by its number or by words. */
export function TicketPicker({ label, beside, value, choose }: PickerProps): ReactNode {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<Option | null>(null);
  const [asked] = useDebouncedValue(words.trim(), PAUSE);
  const found = useQuery(foundQuery(asked === chosen?.label ? "" : asked));
  const offered = (found.data?.items ?? [])
    .filter((one) => one.id !== beside.id)
    .map((one) => ({ value: one.number, label: `${one.number} ${one.title}` }));
  const data = chosen && value === chosen.value && !offered.some((one) => one.value === value) ? [chosen, ...offered] : offered;
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder={label}
      data={data}
      value={value}
      onChange={(next, option) => {
        setChosen(next === null ? null : option);
        choose(next);
      }}
      searchable
      searchValue={words}
      onSearchChange={setWords}
      filter={({ options }) => options}
      nothingFoundMessage={asked.length > 1 && !found.isPending ? t("palette.nothing") : t("relation.type_words")}
      clearable
    />
  );
}

/** Everybody who works tickets. */
export function useStaff() {
  return useQuery(staffQuery).data?.items ?? [];
}

/** Says who of the desk's people may be given a ticket; everybody where the roles are not told yet. */
export function useMayWork() {
  const roles = useQuery(rolesQuery).data;
  const working = useMemo(() => roles && workingRoles(roles.items), [roles]);
  return (person: Pick<Schemas["User"], "roles">, ticket: Ticket) => !working || mayWork(person.roles, working, ticket);
}
