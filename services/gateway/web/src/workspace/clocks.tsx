import { Anchor, Badge, Group, List, Modal, Progress, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Clock, Ticket } from "../api/client";
import { clocksQuery } from "../api/ticket-parts";
import { clockColour, useWord } from "../shared/badges";
import { dateTime, seconds, span } from "../shared/format";
import { useMay, useMe } from "../shared/me";
import { useNow } from "../shared/now";
import { Failed, Loading } from "../shared/states";

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
          ? `${t(left < 0 ? "clock.over" : "clock.left", { span: span(left, i18n.language) })} · ${dateTime(clock.due_at, i18n.language, me.time_zone)}`
          : t("clock.used", { span: span(seconds(clock.elapsed), i18n.language), target: span(target, i18n.language) })}
      </Text>
    </div>
  );
}

function Explained({ ticket, close }: { ticket: Ticket; close: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const word = useWord();
  const clocks = useQuery(clocksQuery(ticket.number, true));
  return (
    <Modal opened onClose={close} size="lg" title={t("clock.explain")} closeButtonProps={{ "aria-label": t("action.close") }}>
      {clocks.isPending && <Loading />}
      {clocks.isError && <Failed error={clocks.error} />}
      <Stack>
        {clocks.data?.items.map((clock) => (
          <section key={clock.id}>
            <Text fw={600} size="sm">
              {word("clocks", clock.name)} · {clock.policy}
            </Text>
            <List size="sm" my="xs">
              {clock.explanation?.map((line) => (
                <List.Item key={line}>{line}</List.Item>
              ))}
            </List>
            <Table.ScrollContainer minWidth={420}>
              <Table fz="xs">
                <Table.Tbody>
                  {clock.intervals?.map((one) => (
                    <Table.Tr key={one.start}>
                      <Table.Td className="number">{dateTime(one.start, i18n.language, me.time_zone)}</Table.Td>
                      <Table.Td className="number">{dateTime(one.end, i18n.language, me.time_zone)}</Table.Td>
                      <Table.Td>{one.counted ? span(seconds(one.duration), i18n.language) : "–"}</Table.Td>
                      <Table.Td>{one.reason}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </section>
        ))}
      </Stack>
    </Modal>
  );
}
