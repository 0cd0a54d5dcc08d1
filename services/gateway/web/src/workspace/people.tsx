/** The people of a ticket beside its requester and assignee: watchers, approvers, and why the desk chose whom. */
import { ActionIcon, Badge, Button, Group, List, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew, useAct } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { ratingQuery } from "../api/rating";
import { teamsQuery } from "../api/structure";
import { askApproval, route, routingQuery, unwatch, watch } from "../api/ticket-parts";
import { When } from "../shared/badges";
import { spoken } from "../shared/format";
import { Icon } from "../shared/icons";
import { useMay, useMe } from "../shared/me";
import { Person } from "../shared/person";
import { Failed, Loading } from "../shared/states";
import { Refused, useStaff } from "./parts";
import { tell } from "./toasts";

export function Watchers({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const staff = useStaff();
  const queries = useQueryClient();
  const act = useAct(ticket.number);
  const watching = ticket.watchers.find((one) => one.id === me.id);

  function remove(person: Schemas["PersonRef"]): void {
    const again = async () => {
      await watch(ticket.number, person.email);
      await readAnew(queries, ticket.number);
    };
    act.mutate(() => unwatch(ticket.number, person.id ?? ""), { onSuccess: () => tell(t("watch.removed", { name: person.name }), again) });
  }

  return (
    <Stack gap={6}>
      {ticket.watchers.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap">
          <Person name={one.name} />
          {(may("tickets.update") || one.id === me.id) && (
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("watch.remove", { name: one.name })} onClick={() => remove(one)}>
              <Icon name="close" size={14} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Group gap={6} wrap="nowrap">
        {!watching && (
          <Button size="xs" variant="default" onClick={() => act.mutate(() => watch(ticket.number, me.email))} loading={act.isPending}>
            {t("watch.me")}
          </Button>
        )}
        {may("tickets.update") && (
          <Select
            size="xs"
            flex={1}
            aria-label={t("watch.add")}
            placeholder={t("watch.add")}
            value={null}
            data={staff.filter((one) => !ticket.watchers.some((other) => other.id === one.id)).map((one) => ({ value: one.email, label: one.name }))}
            onChange={(email) => email && act.mutate(() => watch(ticket.number, email))}
            searchable
          />
        )}
      </Group>
      <Refused error={act.error} />
    </Stack>
  );
}

/** Asks a person, a team or the requester's manager to agree. */
export function AskApproval({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const staff = useStaff();
  const teams = useQuery(teamsQuery);
  const act = useAct(ticket.number);
  const [who, setWho] = useState<string | null>(null);
  const [name, setName] = useState("");
  if (!may("approvals.request")) return null;

  function submit(event: FormEvent): void {
    event.preventDefault();
    const [kind, id = ""] = (who ?? "").split(":");
    const approver = kind === "manager" ? { manager: true as const } : kind === "team" ? { team: id } : { person: id };
    const step = { approvers: [approver], ...(kind === "team" && { mode: "any" as const }) };
    act.mutate(() => askApproval(ticket.number, { steps: [step], ...(name.trim() && { name: name.trim() }) }), {
      onSuccess: () => {
        setWho(null);
        setName("");
      },
    });
  }

  return (
    <Stack component="form" gap={6} onSubmit={submit} aria-label={t("ask.title")}>
      <Select
        size="xs"
        aria-label={t("ask.who")}
        placeholder={t("ask.who")}
        value={who}
        onChange={setWho}
        searchable
        clearable
        data={[
          { group: t("ask.anybody"), items: [{ value: "manager", label: t("ask.manager") }] },
          { group: t("ask.people"), items: staff.map((one) => ({ value: `person:${one.id}`, label: one.name })) },
          { group: t("ask.teams"), items: (teams.data?.items ?? []).map((one) => ({ value: `team:${one.id}`, label: one.name })) },
        ]}
      />
      <TextInput size="xs" aria-label={t("ask.what")} placeholder={t("ask.what")} value={name} onChange={(event) => setName(event.target.value)} />
      <Button size="xs" variant="default" type="submit" disabled={!who} loading={act.isPending}>
        {t("ask.ask")}
      </Button>
      <Refused error={act.error} />
    </Stack>
  );
}

/** What the requester thought of it, once asked. */
export function Rated({ number }: { number: string }): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(ratingQuery(number));
  if (!asked.data?.rated_at || asked.data.score === null) return null;
  const { score, scale, comment, low, rated_at } = asked.data;
  const mark = scale === "two" ? t(score > 1 ? "rating.good" : "rating.bad") : t("rating.of_five", { mark: score });
  return (
    <Group gap="xs" aria-label={t("rated.title")} role="group">
      <Badge variant="light" color={low ? "red" : "green"} tt="none" fw={500} radius="sm">
        {t("rated.mark", { mark })}
      </Badge>
      {comment && (
        <Text size="sm" className="person-text">
          “{comment}”
        </Text>
      )}
      <Text size="xs" className="quiet">
        <When moment={rated_at} />
      </Text>
    </Group>
  );
}

/** Why the desk chose this person, or why nobody yet. */
export function WhyThisPerson({ ticket, close }: { ticket: Ticket; close: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const routing = useQuery(routingQuery(ticket.number));
  const act = useAct(ticket.number);
  return (
    <Modal opened onClose={close} size="lg" title={t("routing.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      {routing.isPending && <Loading />}
      {routing.isError && <Failed error={routing.error} again={() => void routing.refetch()} />}
      {routing.data && (
        <Stack gap="sm">
          <Text size="sm">{t(`outcomes.${routing.data.outcome}`)}</Text>
          {routing.data.candidates.map((one) => (
            <div key={one.person.id}>
              <Group gap="xs">
                <Person name={one.person.name} />
                <Badge size="sm" variant="light" tt="none" color={one.eligible ? "green" : "gray"}>
                  {t(one.eligible ? "routing.eligible" : "routing.not_eligible")}
                </Badge>
              </Group>
              <List size="xs" pl="md" spacing={2}>
                {one.reasons.map((reason) => (
                  <List.Item key={reason.requirement} icon={<Icon name={reason.met ? "check" : "close"} size={12} />}>
                    {i18n.exists(`requirements.${reason.requirement}`) ? t(`requirements.${reason.requirement}` as "requirements.skills") : spoken(reason.requirement)}: {reason.text}
                  </List.Item>
                ))}
              </List>
            </div>
          ))}
          <Refused error={act.error} />
          {may("tickets.assign") && !ticket.assignee && (
            <Button w="fit-content" size="xs" onClick={() => act.mutate(() => route(ticket.number))} loading={act.isPending}>
              {t("routing.choose")}
            </Button>
          )}
        </Stack>
      )}
    </Modal>
  );
}
