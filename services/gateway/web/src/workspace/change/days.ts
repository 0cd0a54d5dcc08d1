/** Days and months of a calendar, as dates ("2026-11-30") and months ("2026-11") on the clocks of a zone. */
import type { Change } from "../../api/change-plans";
import { localMoment, momentOf } from "../../shared/format";

const DAY = 86_400_000;
const WEEK = 7;

const utc = (date: string) => new Date(`${date}T00:00Z`);
const dateOf = (at: Date) => at.toISOString().slice(0, 10);

/** The date some days later. */
export const later = (date: string, days: number) => dateOf(new Date(utc(date).getTime() + days * DAY));

/** The month some months later. */
export function stepped(month: string, by: number): string {
  const at = utc(`${month}-01`);
  at.setUTCMonth(at.getUTCMonth() + by);
  return dateOf(at).slice(0, 7);
}

/** The weeks that show a month: whole ones, from Monday (ISO 8601). */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const before = (utc(first).getUTCDay() + 6) % WEEK;
  const weeks: string[][] = [];
  for (let monday = later(first, -before); monday < `${stepped(month, 1)}-01`; monday = later(monday, WEEK)) {
    weeks.push(Array.from({ length: WEEK }, (_, day) => later(monday, day)));
  }
  return weeks;
}

/** The moment at which a date begins. */
export const beginOf = (date: string, zone: string | null) => momentOf(`${date}T00:00`, zone);

/** The date of a moment. */
export const dayOf = (moment: string, zone: string | null) => localMoment(moment, zone).slice(0, 10);

/** Whether a time, until before its end, has a moment of a date. */
export function meets(start: string, end: string, date: string, zone: string | null): boolean {
  return Date.parse(start) < Date.parse(beginOf(later(date, 1), zone)) && Date.parse(end) > Date.parse(beginOf(date, zone));
}

const OPEN = new Set(["new", "active", "waiting"]);

/** The changes still to be made that touch the same things as another at the same time; by their tickets' ids. */
export function colliding(changes: readonly Change[]): ReadonlySet<string> {
  const open = changes.filter((one) => OPEN.has(one.state_category) && one.planned_start && one.planned_end);
  const touch = (one: Change, other: Change) => (one.service_id !== null && one.service_id === other.service_id) || one.ci_ids.some((ci) => other.ci_ids.includes(ci));
  const overlap = (one: Change, other: Change) => Date.parse(one.planned_start ?? "") < Date.parse(other.planned_end ?? "") && Date.parse(other.planned_start ?? "") < Date.parse(one.planned_end ?? "");
  return new Set(open.filter((one) => open.some((other) => other.ticket.id !== one.ticket.id && overlap(one, other) && touch(one, other))).map((one) => one.ticket.id));
}
