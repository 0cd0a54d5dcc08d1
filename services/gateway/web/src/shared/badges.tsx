/** Small signs of a ticket: state, priority, times, clocks. Colour never tells alone. */
import { Badge } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { dateTime, relative, span, spoken } from "./format";
import { Icon } from "./icons";
import { useMe } from "./me";
import { useNow } from "./now";

const CATEGORY_COLOURS: Record<string, string> = {
  new: "blue", active: "calm", waiting: "yellow", resolved: "green", closed: "gray", cancelled: "gray",
};

/** The names that Deskmesh ships are translated; a tenant's own are read as they are written. */
export function useWord(): (kind: "states" | "priorities" | "types" | "channels" | "clocks" | "levels" | "clock_states", slug: string) => string {
  const { t, i18n } = useTranslation();
  return (kind, slug) => {
    const key = `${kind}.${slug}`;
    return i18n.exists(key) ? t(key as "states.new") : spoken(slug);
  };
}

export function StateBadge({ ticket }: { ticket: Pick<Ticket, "state" | "state_category"> }): ReactNode {
  const word = useWord();
  return (
    <Badge variant="light" color={CATEGORY_COLOURS[ticket.state_category] ?? "gray"} tt="none" fw={500} radius="sm" className="whole">
      {word("states", ticket.state)}
    </Badge>
  );
}

const PRIORITY_BARS: Record<string, number> = { low: 1, medium: 2, high: 3, critical: 4 };
const PRIORITY_COLOURS: Record<string, string> = {
  low: "var(--dm-quiet)", medium: "var(--dm-quiet)", high: "var(--mantine-color-orange-6)", critical: "var(--mantine-color-red-6)",
};

export function PriorityMark({ priority }: { priority: string | null }): ReactNode {
  const word = useWord();
  if (!priority) return <span />;
  const bars = PRIORITY_BARS[priority] ?? 2;
  return (
    <svg width={16} height={16} viewBox="0 0 16 16" role="img" className="whole" aria-label={word("priorities", priority)}>
      <title>{word("priorities", priority)}</title>
      {[1, 2, 3, 4].map((bar) => (
        <rect
          key={bar}
          x={(bar - 1) * 4}
          y={14 - bar * 3}
          width={3}
          height={bar * 3}
          rx={1}
          fill={bar <= bars ? PRIORITY_COLOURS[priority] : "var(--dm-line)"}
        />
      ))}
    </svg>
  );
}

export function When({ moment }: { moment: string }): ReactNode {
  const { i18n } = useTranslation();
  const now = useNow();
  const me = useMe();
  return (
    <time dateTime={moment} title={dateTime(moment, i18n.language, me.time_zone)}>
      {relative(moment, now, i18n.language)}
    </time>
  );
}

type ShownClock = Ticket["sla"][number];

/** The clock of a ticket that a reader should know of: the one that ends first, breached ones before all. */
export function nearest(clocks: ShownClock[]): ShownClock | undefined {
  const going = clocks.filter((one) => one.state === "running" && one.due_at);
  return going.sort((a, b) => (a.due_at ?? "").localeCompare(b.due_at ?? ""))[0];
}

const SOON_SECONDS = 3600;

export function clockColour(dueAt: string | null, breached: boolean, now: number): string {
  if (!dueAt) return "gray";
  const left = (new Date(dueAt).getTime() - now) / 1000;
  if (breached || left < 0) return "red";
  return left < SOON_SECONDS ? "orange" : "gray";
}

/** When a ticket is due, counting down. */
export function DueBadge({ clock }: { clock: ShownClock | undefined }): ReactNode {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const me = useMe();
  const word = useWord();
  if (!clock?.due_at) return null;
  const left = (new Date(clock.due_at).getTime() - now) / 1000;
  const length = span(left, i18n.language);
  return (
    <Badge
      variant="light"
      color={clockColour(clock.due_at, clock.breached, now)}
      tt="none"
      fw={500}
      radius="sm"
      className="whole"
      aria-label={t(left < 0 ? "clock.over" : "clock.left", { span: length })}
      title={`${word("clocks", clock.name)}: ${dateTime(clock.due_at, i18n.language, me.time_zone)}`}
      role="img"
      leftSection={<Icon name={left < 0 ? "alert" : "clock"} size={12} />}
    >
      {length}
    </Badge>
  );
}
