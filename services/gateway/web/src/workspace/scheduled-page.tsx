/** Tickets that I have made later: what waits, the next one first, and what became of the others. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { saidAgain, schedule, type Scheduled, scheduledQuery, unschedule } from "../api/scheduled";
import { When } from "../shared/badges";
import { dateTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { Refused, TicketLink } from "./parts";
import { tell } from "./toasts";

const STATES: Record<string, { text: "scheduled.waiting" | "scheduled.made" | "scheduled.failed"; colour: string }> = {
  waiting: { text: "scheduled.waiting", colour: "blue" },
  made: { text: "scheduled.made", colour: "green" },
  failed: { text: "scheduled.failed", colour: "red" },
};

export function ScheduledPage(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(scheduledQuery);
  const readAnew = () => queries.invalidateQueries(scheduledQuery);
  const taking = useMutation({
    mutationFn: (one: Scheduled) => unschedule(one.id),
    onSuccess: (_, one) => tell(t("scheduled.taken", { title: one.template.title }), () => schedule(saidAgain(one)).then(readAnew)),
    onSettled: readAnew,
  });
  const all = asked.data?.items ?? [];
  const waiting = all.filter((one) => one.state === "waiting").reverse();
  const shown = [...waiting, ...all.filter((one) => one.state !== "waiting")];
  return (
    <Stack p="md" gap="sm" maw={820}>
      <Title order={1} size="h3">
        {t("scheduled.title")}
      </Title>
      <Refused error={taking.error} />
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.isSuccess && all.length === 0 && <Note icon="clock" title={t("scheduled.none_title")} text={t("scheduled.none_text")} />}
      {shown.map((one) => (
        <One key={one.id} scheduled={one} take={() => taking.mutate(one)} busy={taking.isPending} />
      ))}
    </Stack>
  );
}

interface OneProps {
  scheduled: Scheduled;
  take: () => void;
  busy: boolean;
}

function One({ scheduled, take, busy }: OneProps): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { template, ticket, reason } = scheduled;
  const state = STATES[scheduled.state];
  const where = [template.queue?.name, template.requester?.name].filter(Boolean).join(" · ");
  return (
    <Paper withBorder p="sm" component="article" aria-label={template.title}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          {ticket ? (
            <TicketLink number={ticket.key} title={ticket.name} />
          ) : (
            <Text size="sm" fw={500} className="person-text">
              {template.title}
            </Text>
          )}
          <Text size="xs" className="quiet" mt={2}>
            {dateTime(scheduled.not_before, i18n.language, me.time_zone)} (<When moment={scheduled.not_before} />){where && ` · ${where}`}
          </Text>
        </div>
        {state && (
          <Badge variant="light" color={state.colour} tt="none" fw={500} radius="sm" className="whole">
            {t(state.text)}
          </Badge>
        )}
      </Group>
      {reason && (
        <Text size="sm" c="red" mt={6} className="person-text">
          {reason}
        </Text>
      )}
      {scheduled.state === "waiting" && (
        <Button mt={6} size="compact-xs" variant="default" onClick={take} disabled={busy}>
          {t("scheduled.take_back")}
        </Button>
      )}
    </Paper>
  );
}
