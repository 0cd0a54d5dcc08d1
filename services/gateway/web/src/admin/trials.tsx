/** What something would do, before it is kept: a rule on past events, a policy on past tickets, a field in a form. */
import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { ask } from "../api/things";
import { useWord, When } from "../shared/badges";
import { holds } from "../shared/conditions";
import { FieldInput, type FieldValue } from "../shared/field-input";
import { Feeds } from "./feeds";
import { type Kept, whole, type Written } from "./inputs";
import { ReturnAddress } from "./secret";
import type { Section } from "./sections";
import { Changes } from "./value";
import { Tried } from "./tried";
import { CalendarTrial, RecurrenceTrial } from "./times";

interface TrialProps {
  section: Section;
  form: Written;
  kept: Kept | null;
}

const DAYS = 14;

export function Trial(props: TrialProps): ReactNode {
  switch (props.section.trial) {
    case "field":
      return <FieldPreview {...props} />;
    case "rule":
      return <DryRun {...props} />;
    case "calendar":
      return (
        props.kept && (
          <>
            <CalendarTrial calendar={props.kept.id} />
            <Feeds calendar={props.kept} />
          </>
        )
      );
    case "recurrence":
      return <RecurrenceTrial form={props.form} />;
    case "identity_provider":
      return <ReturnAddress form={props.form} kept={props.kept} />;
    default:
      return <WhatIf {...props} />;
  }
}


function DryRun({ section, form }: TrialProps): ReactNode {
  const { t } = useTranslation();
  const trying = useMutation({ mutationFn: async () => ask<Schemas["DryRun"]>("POST", `/api/v1/rules/dry-run?days=${DAYS}`, whole(section.inputs, form)) });
  return (
    <Stack gap="xs">
      <Button variant="light" onClick={() => trying.mutate()} loading={trying.isPending}>
        {t("trial.dry_run", { days: DAYS })}
      </Button>
      <Tried error={trying.error} />
      {trying.data && (
        <div role="status">
          <Text size="sm" fw={600}>
            {t("trial.matches", { matches: trying.data.items.length, events: trying.data.events })}
          </Text>
          {trying.data.items.map((match, place) => (
            <Text key={place} size="sm" component="div">
              <Link to="/desk/tickets/$number" params={{ number: match.ticket?.key ?? "" }} className="number">
                {match.ticket?.key}
              </Link>{" "}
              <When moment={match.at} />
              <Changes changes={match.changes} />
            </Text>
          ))}
        </div>
      )}
    </Stack>
  );
}

const WEEKS = 4;

function WhatIf({ section, form, kept }: TrialProps): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const trying = useMutation({
    mutationFn: async () => {
      const policy = whole(section.inputs, { ...form, ...(kept && { kind: String(kept["kind"]) }) });
      return ask<Schemas["Replay"]>("POST", "/api/v1/sla/policies/what-if", { policy, policy_id: kept?.id ?? "", weeks: WEEKS, page_size: 200 });
    },
  });
  const data = trying.data;
  return (
    <Stack gap="xs">
      <Button variant="light" onClick={() => trying.mutate()} loading={trying.isPending}>
        {t("trial.what_if", { weeks: WEEKS })}
      </Button>
      <Tried error={trying.error} />
      {data && (
        <div role="status">
          <Text size="sm">{t("trial.now", { met: data.now.met, breached: data.now.breached, open: data.now.open })}</Text>
          <Text size="sm" fw={600}>
            {t("trial.then", { met: data.then.met, breached: data.then.breached, open: data.then.open })}
          </Text>
          {data.items.map((one, place) => (
            <Text key={place} size="sm">
              <Link to="/desk/tickets/$number" params={{ number: one.ticket.number }} className="number">
                {one.ticket.number}
              </Link>{" "}
              {word("clocks", one.name)}: {one.now ? word("clock_states", one.now) : "–"} → {one.then ? word("clock_states", one.then) : "–"}
            </Text>
          ))}
        </div>
      )}
    </Stack>
  );
}

const NAMED = /[a-z_]+(?:\.[\w-]+)?(?=\s*(?:=|!=|<|>|:))/g;

/** The field as a form would show it, for values that somebody tries. */
function FieldPreview({ form, kept }: TrialProps): ReactNode {
  const { t } = useTranslation();
  const [value, setValue] = useState<FieldValue>(null);
  const [tried, setTried] = useState<Record<string, string>>({});
  const [shownWhen, requiredWhen] = [String(form["shown_when"] ?? ""), String(form["required_when"] ?? "")];
  const names = [...new Set(`${shownWhen} ${requiredWhen}`.match(NAMED) ?? [])];
  const shown = holds(shownWhen, tried);
  const required = form["required"] === true || (requiredWhen !== "" && holds(requiredWhen, tried));
  const field = { slug: "preview", name: String(form["name"] ?? ""), type: String(kept?.["type"] ?? form["type"]), description: String(form["description"] ?? ""), choices: form["choices"], dependent_choices: null };
  return (
    <Stack gap="xs" component="section" aria-label={t("trial.preview")}>
      <Title order={2} size="h5">
        {t("trial.preview")}
      </Title>
      {names.length > 0 && (
        <Group grow>
          {names.map((name) => (
            <TextInput key={name} size="xs" label={name} value={tried[name] ?? ""} onChange={(event) => setTried({ ...tried, [name]: event.target.value })} />
          ))}
        </Group>
      )}
      {shown === null || required === null ? (
        <Text size="sm" c="red" role="status">
          {t("trial.unreadable")}
        </Text>
      ) : shown ? (
        <FieldInput field={field as unknown as Schemas["TicketField"]} values={{ preview: value }} required={required} set={setValue} />
      ) : (
        <Text size="sm" className="quiet" role="status">
          {t("trial.hidden")}
        </Text>
      )}
    </Stack>
  );
}
