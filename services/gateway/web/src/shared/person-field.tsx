/** Fields of the tenant's own that name a person: chosen by name, read by name. */
import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { peopleFoundQuery, personQuery } from "../api/people";
import type { Looks } from "./field-input";
import { useMay, useMe } from "./me";
import { Person } from "./person";
import { offering, PAUSE } from "./use-things";

/** Who may look people up. */
export const SEES_PEOPLE = "users.read";

interface PersonFieldProps {
  looks: Looks;
  value: string;
  set: (value: string | null) => void;
}

/** Whoever may not look people up writes an address. */
export function PersonField(props: PersonFieldProps): ReactNode {
  const may = useMay();
  if (may(SEES_PEOPLE)) return <Chosen {...props} />;
  return <TextInput {...props.looks} type="email" placeholder="name@example.com" value={props.value} onChange={(event) => props.set(event.target.value || null)} />;
}

function Chosen({ looks, value, set }: PersonFieldProps): ReactNode {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), PAUSE);
  const person = useQuery(personQuery(value)).data;
  const found = useQuery(peopleFoundQuery(person?.name === asked ? "" : asked)).data?.items ?? [];
  return <Select {...looks} {...offering(person ? [person] : [], found, words, setWords)} value={value || null} onChange={set} clearable={!looks.required} />;
}

/** The person of a field: whoever has to do with the ticket is known by it, others to those who may look people up. */
export function PersonNamed({ id, ticket }: { id: string; ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const me = useMe();
  const near = [me, ticket.requester, ticket.assignee, ...ticket.watchers].find((one) => one?.id === id);
  const asked = useQuery({ ...personQuery(id), enabled: !near && may(SEES_PEOPLE) });
  return <Person name={near?.name ?? asked.data?.name ?? t("conversation.somebody")} />;
}
