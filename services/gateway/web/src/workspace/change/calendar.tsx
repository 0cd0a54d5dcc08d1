/** A month of changes: a sheet of its days where there is room, else a list of those that have something. */
import { Badge, Group, Paper, Stack, Text, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Change, Freeze } from "../../api/change-plans";
import { StateBadge, useWord } from "../../shared/badges";
import { Icon } from "../../shared/icons";
import { useMe } from "../../shared/me";
import { dayOf, meets, weeksOf } from "./days";
import { RiskBadge } from "./signs";
import { timeOfDay, timeRange } from "./words";

interface Drawn {
  month: string;
  today: string;
  changes: readonly Change[];
  /** Tickets whose changes stand in each other's way. */
  colliding: ReadonlySet<string>;
  freezes: readonly Freeze[];
}

/** What a day has. */
function useDay({ changes, freezes }: Drawn) {
  const zone = useMe().time_zone;
  return (date: string) => ({
    changes: changes.filter((one) => one.planned_start && one.planned_end && meets(one.planned_start, one.planned_end, date, zone)),
    freezes: freezes.filter((one) => meets(one.starts_at, one.ends_at, date, zone)),
  });
}

const named = (date: string, language: string, format: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...format, timeZone: "UTC" }).format(new Date(`${date}T00:00Z`));

export function Month(drawn: Drawn): ReactNode {
  const { t, i18n } = useTranslation();
  const day = useDay(drawn);
  const weeks = weeksOf(drawn.month);
  return (
    <table className="month" aria-label={t("change.calendar")}>
      <thead>
        <tr>
          {weeks[0]?.map((date) => (
            <th key={date} scope="col">
              {named(date, i18n.language, { weekday: "short" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((date) => {
              const has = day(date);
              return (
                <td key={date} data-other={!date.startsWith(drawn.month)} data-frozen={has.freezes.length > 0} aria-current={date === drawn.today ? "date" : undefined}>
                  <time dateTime={date} className="number month-day">
                    {Number(date.slice(8))}
                  </time>
                  {has.freezes.map((one) => (
                    <Frozen key={one.id} freeze={one} />
                  ))}
                  {has.changes.map((one) => (
                    <Short key={one.ticket.id} change={one} date={date} collides={drawn.colliding.has(one.ticket.id)} />
                  ))}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Frozen({ freeze }: { freeze: Freeze }): ReactNode {
  const { t, i18n } = useTranslation();
  const zone = useMe().time_zone;
  return (
    <div className="month-freeze" title={timeRange(freeze.starts_at, freeze.ends_at, i18n.language, zone)}>
      <Icon name="pause" size={12} /> {t("change.frozen_by", { name: freeze.name })}
    </div>
  );
}

function Collides(): ReactNode {
  const { t } = useTranslation();
  return (
    <span className="month-collides" title={t("change.collides")}>
      <Icon name="alert" size={13} />
      <VisuallyHidden>{t("change.collides")} </VisuallyHidden>
    </span>
  );
}

function Short({ change, date, collides }: { change: Change; date: string; collides: boolean }): ReactNode {
  const { t, i18n } = useTranslation();
  const word = useWord();
  const zone = useMe().time_zone;
  const { ticket, planned_start, planned_end, risk } = change;
  const begins = planned_start && dayOf(planned_start, zone) === date;
  const range = planned_start && planned_end ? timeRange(planned_start, planned_end, i18n.language, zone) : "";
  return (
    <Link to="/desk/tickets/$number" params={{ number: ticket.key ?? "" }} className="plain month-change" data-risk={risk} title={`${ticket.key} ${ticket.name}\n${range}\n${t("change.risk_is", { level: word("levels", risk) })}`}>
      {collides && <Collides />}
      <span className="number">{begins ? timeOfDay(planned_start, i18n.language, zone) : "…"}</span> {ticket.key} {ticket.name}
    </Link>
  );
}

export function Agenda(drawn: Drawn): ReactNode {
  const { i18n } = useTranslation();
  const zone = useMe().time_zone;
  const day = useDay(drawn);
  const dates = weeksOf(drawn.month).flat().filter((date) => date.startsWith(drawn.month));
  return dates.map((date) => {
    const { changes, freezes } = day(date);
    if (changes.length + freezes.length === 0) return null;
    return (
      <Stack key={date} gap={6} component="section" aria-label={named(date, i18n.language, { dateStyle: "full" })}>
        <Text size="sm" fw={600} aria-current={date === drawn.today ? "date" : undefined}>
          {named(date, i18n.language, { weekday: "long", day: "numeric", month: "long" })}
        </Text>
        {freezes.map((one) => (
          <Frozen key={one.id} freeze={one} />
        ))}
        {changes.map((one) => (
          <Paper key={one.ticket.id} withBorder p="xs">
            <Link to="/desk/tickets/$number" params={{ number: one.ticket.key ?? "" }} className="plain">
              {drawn.colliding.has(one.ticket.id) && <Collides />}
              <Text span size="sm" className="person-text">
                {one.ticket.key} {one.ticket.name}
              </Text>
            </Link>
            <Text size="xs" className="quiet">
              {one.planned_start && one.planned_end && timeRange(one.planned_start, one.planned_end, i18n.language, zone)}
            </Text>
            <Group gap={6} mt={4}>
              <StateBadge ticket={one} />
              <RiskBadge risk={one.risk} />
              {one.release && (
                <Badge variant="light" color="gray" tt="none" fw={500} radius="sm">
                  {one.release}
                </Badge>
              )}
            </Group>
          </Paper>
        ))}
      </Stack>
    );
  });
}
