import { List, Modal, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Clock, Ticket } from "../api/client";
import { clocksQuery } from "../api/ticket-parts";
import { useWord } from "../shared/badges";
import { dateTime, seconds, workTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { reasonOf, stepOf, targetOf, whereTimeWent } from "./clock-words";

/** Why the clocks of a ticket stand where they stand: what was agreed, what counted, and what did not. */
export function Explained({ ticket, close }: { ticket: Ticket; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const clocks = useQuery(clocksQuery(ticket.number, true));
  return (
    <Modal opened onClose={close} size="lg" title={t("clock.explain")} closeButtonProps={{ "aria-label": t("action.close") }}>
      {clocks.isPending && <Loading />}
      {clocks.isError && <Failed error={clocks.error} />}
      <Stack>
        {clocks.data?.items.map((clock) => (
          <ClockWords key={clock.id} clock={clock} />
        ))}
      </Stack>
    </Modal>
  );
}

/** How times, lengths of business time and reasons are said to this reader. */
function useSaid(): { at: (moment: string) => string; long: (length: number) => string; because: (reason: string) => string } {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const word = useWord();
  return {
    at: (moment) => dateTime(moment, i18n.language, me.time_zone),
    long: (length) => workTime(Math.floor(length / 60), i18n.language),
    because: (reason) => {
      const { word: kind, name } = reasonOf(reason);
      if (!i18n.exists(`reasons.${kind}`)) return reason;
      return t(`reasons.${kind}` as "reasons.paused", { name: kind === "paused" || kind === "stopped" ? word("states", name) : name });
    },
  };
}

function ClockWords({ clock }: { clock: Clock }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const { at, long, because } = useSaid();
  const target = targetOf(clock.agreed);
  const standing =
    clock.state === "stopped" && clock.stopped_at
      ? t("why.stopped", { at: at(clock.stopped_at) })
      : clock.state === "paused" && clock.paused_at
        ? t("why.paused", { at: at(clock.paused_at) })
        : null;
  const late = clock.breached_at ? t("why.passed", { at: at(clock.breached_at) }) : clock.state === "running" && clock.due_at ? t("why.due", { at: at(clock.due_at) }) : t("why.not_passed");
  return (
    <section>
      <Text fw={600} size="sm">
        {word("clocks", clock.name)} · {clock.policy}
      </Text>
      <List size="sm" my="xs">
        <List.Item>
          {t("why.target", {
            target: target.word === null ? long(target.seconds) : t(target.word === "days" ? "why.days" : "why.end_of_day", { count: target.count }),
            version: clock.policy_version,
            policy: clock.policy,
            edition: clock.calendar_version,
            calendar: clock.calendar,
          })}
        </List.Item>
        <List.Item>{[clock.started_at && t("why.counted", { at: at(clock.started_at), span: long(seconds(clock.elapsed)) }), late, standing].filter(Boolean).join(" ")}</List.Item>
        {whereTimeWent(clock.intervals ?? []).map((share) => (
          <List.Item key={`${share.counted} ${share.reason}`}>{t(share.counted ? "why.counts" : "why.counts_not", { span: long(share.seconds), reason: because(share.reason) })}</List.Item>
        ))}
        {clock.escalations?.map((step) => (
          <List.Item key={`${step.at} ${step.to.join()}`}>
            <Chain step={step} state={clock.state} />
          </List.Item>
        ))}
      </List>
      <Table.ScrollContainer minWidth={420}>
        <Table fz="xs">
          <Table.Tbody>
            {clock.intervals?.map((one) => (
              <Table.Tr key={one.start}>
                <Table.Td className="number">{at(one.start)}</Table.Td>
                <Table.Td className="number">{at(one.end)}</Table.Td>
                <Table.Td>{one.counted ? long(seconds(one.duration)) : "–"}</Table.Td>
                <Table.Td>{because(one.reason)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

/** Whom a step of the chain tells, and whether it has. */
function Chain({ step, state }: { step: NonNullable<Clock["escalations"]>[number]; state: string }): ReactNode {
  const { t } = useTranslation();
  const { at, long } = useSaid();
  const when = stepOf(step.at);
  const place = when.word === "share" ? when.share : t(when.word === "after_target" ? "why.after_target" : "why.before_target", { span: long(when.seconds) });
  const stands = step.reached ? t("why.reached") : step.due_at ? t("why.due_at", { at: at(step.due_at) }) : t(state === "paused" ? "why.due_later" : "why.not_reached");
  return t("why.escalation", { place, to: step.to.join(", "), stands });
}
