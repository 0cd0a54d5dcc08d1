import { Anchor, Badge, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Clock, Ticket } from "../api/client";
import { clocksQuery } from "../api/ticket-parts";
import { clockColour, useWord } from "../shared/badges";
import { dateTime, seconds, workTime } from "../shared/format";
import { useMay, useMe } from "../shared/me";
import { useNow } from "../shared/now";
import { Explained } from "./explained";

/** The clocks of a ticket as the desk reckons them, each with its way to why. */
export function Clocks({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [explaining, setExplaining] = useState(false);
  const clocks = useQuery({ ...clocksQuery(ticket.number, false), refetchInterval: 60_000 });
  if (!clocks.data || clocks.data.items.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label={t("ticket.clocks")}>
      {clocks.data.items.map((clock) => (
        <ClockLine key={clock.id} clock={clock} />
      ))}
      {may("tickets.read") && (
        <Anchor component="button" type="button" size="xs" w="fit-content" onClick={() => setExplaining(true)}>
          {t("clock.explain")}
        </Anchor>
      )}
      {explaining && <Explained ticket={ticket} close={() => setExplaining(false)} />}
    </Stack>
  );
}

function ClockLine({ clock }: { clock: Clock }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const now = useNow();
  const word = useWord();
  const colour = clock.state === "running" ? clockColour(clock.due_at, clock.breached, now) : clock.breached ? "red" : "gray";
  const target = seconds(clock.target);
  const left = seconds(clock.remaining);
  const worked = (length: number) => workTime(Math.floor(Math.abs(length) / 60), i18n.language);
  const part = target > 0 ? Math.min(100, (100 * seconds(clock.elapsed)) / target) : 0;
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" className="clip" title={clock.policy}>
          {word("clocks", clock.name)}
          {clock.kind !== "sla" && ` · ${clock.kind.toUpperCase()}`}
        </Text>
        <Badge size="sm" variant="light" color={colour} tt="none">
          {clock.breached ? t("clock.breached") : word("clock_states", clock.state)}
        </Badge>
      </Group>
      <Progress value={part} color={colour === "gray" ? "calm" : colour} size="xs" my={4} aria-label={word("clocks", clock.name)} />
      <Text size="xs" className="quiet">
        {clock.state === "running" && clock.due_at
          ? `${t(left < 0 ? "clock.over" : "clock.left", { span: worked(left) })} · ${dateTime(clock.due_at, i18n.language, me.time_zone)}`
          : t("clock.used", { span: worked(seconds(clock.elapsed)), target: worked(target) })}
      </Text>
    </div>
  );
}
