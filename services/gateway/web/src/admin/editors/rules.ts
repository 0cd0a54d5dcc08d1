/** Recurrence rules of RFC 5545 as far as a form puts them together; others are written as a text. */

export const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export type Frequency = (typeof FREQUENCIES)[number];
export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

export interface Recurring {
  frequency: Frequency;
  interval: number;
  weekdays: string[];
  /** Of a month: a day, 0 for that of the start; -1 is the last. */
  monthDay: number;
  count: number;
}

const KNOWN = new Set(["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT"]);

/** Takes a rule apart; null for one that says more than the form has. */
export function read(rule: string): Recurring | null {
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const frequency = parts.get("FREQ") as Frequency;
  const weekdays = parts.get("BYDAY")?.split(",") ?? [];
  const monthDay = Number(parts.get("BYMONTHDAY") ?? 0);
  const simple = [...parts.keys()].every((name) => KNOWN.has(name)) && FREQUENCIES.includes(frequency) && Number.isInteger(monthDay);
  const fits = weekdays.every((day) => (WEEKDAYS as readonly string[]).includes(day)) && (weekdays.length === 0 || frequency === "WEEKLY") && (monthDay === 0 || frequency === "MONTHLY");
  return simple && fits ? { frequency, interval: Number(parts.get("INTERVAL") ?? 1), weekdays, monthDay, count: Number(parts.get("COUNT") ?? 0) } : null;
}

export function write({ frequency, interval, weekdays, monthDay, count }: Recurring): string {
  const said = [`FREQ=${frequency}`];
  if (interval > 1) said.push(`INTERVAL=${interval}`);
  if (frequency === "WEEKLY" && weekdays.length > 0) said.push(`BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day)).join(",")}`);
  if (frequency === "MONTHLY" && monthDay !== 0) said.push(`BYMONTHDAY=${monthDay}`);
  if (count > 0) said.push(`COUNT=${count}`);
  return said.join(";");
}
