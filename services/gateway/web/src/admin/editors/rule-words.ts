/** Recurrence rules of RFC 5545 in words. */
import { WEEKDAYS } from "./rules";

const UNITS = { HOURLY: "hour", DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" } as const;
const KNOWN = new Set(["FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "COUNT", "UNTIL"]);
const WORKDAYS = "MO,TU,WE,TH,FR";
/** A Monday, and a first of January. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

export type RuleWord = keyof typeof UNITS | "every" | "nth" | "last" | "on_day" | "last_day" | "workdays" | "in_all" | "until";
/** The words of the reader's language: `value` and `place` are what they are said about. */
type Say = (word: RuleWord, value?: string, place?: string) => string;

/** Tells how often something recurs; null for a rule that says more than there are words for. */
export function tell(rule: string, language: string, say: Say): string | null {
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const frequency = parts.get("FREQ") as keyof typeof UNITS;
  if (!(frequency in UNITS) || ![...parts.keys()].every((name) => KNOWN.has(name))) return null;
  const interval = parts.get("INTERVAL") ?? "1";
  const amount = new Intl.NumberFormat(language, { style: "unit", unit: UNITS[frequency], unitDisplay: "long" });
  const often = interval === "1" ? say(frequency) : say("every", amount.format(Number(interval)));
  const dated = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const until = parts.get("UNTIL");
  const when = [
    ...listed(parts.get("BYMONTH")).map((month) => named(language, { month: "long" }, Date.UTC(2024, Number(month) - 1))),
    ...(parts.get("BYDAY") === WORKDAYS ? [say("workdays")] : listed(parts.get("BYDAY")).map((day) => weekday(day, language, say))),
    ...listed(parts.get("BYMONTHDAY")).map((day) => monthDay(day, say)),
    parts.has("COUNT") && say("in_all", parts.get("COUNT")),
    until !== undefined && say("until", dated.format(Date.UTC(Number(until.slice(0, 4)), Number(until.slice(4, 6)) - 1, Number(until.slice(6, 8))))),
  ].filter((one) => one !== false);
  if (when.includes(null)) return null;
  return when.length > 0 ? `${often}: ${when.join(", ")}` : often;
}

const listed = (text: string | undefined): string[] => text?.split(",") ?? [];

const named = (language: string, part: Intl.DateTimeFormatOptions, at: number) => new Intl.DateTimeFormat(language, { ...part, timeZone: "UTC" }).format(at);

/** `MO`, `2TU` the second, `-1FR` the last one of the month. */
function weekday(text: string, language: string, say: Say): string | null {
  const found = /^([1-5]|-1)?([A-Z]{2})$/.exec(text);
  const place = (WEEKDAYS as readonly (string | undefined)[]).indexOf(found?.[2]);
  if (!found || place < 0) return null;
  const day = named(language, { weekday: "long" }, MONDAY + place * DAY);
  if (!found[1]) return day;
  return found[1] === "-1" ? say("last", day) : say("nth", day, found[1]);
}

function monthDay(text: string, say: Say): string | null {
  if (text === "-1") return say("last_day");
  return /^\d+$/.test(text) ? say("on_day", text) : null;
}
