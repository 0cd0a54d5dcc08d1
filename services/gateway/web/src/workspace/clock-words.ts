/** Why a clock stands where it stands, taken apart so that it can be said in the reader's words. */
import type { Clock } from "../api/client";
import { seconds } from "../shared/format";

type Interval = NonNullable<Clock["intervals"]>[number];

/** A reason such as "paused: pending_requester": a word of the group "reasons", and of whom or what. */
export function reasonOf(reason: string): { word: string; name: string } {
  const [kind = "", ...name] = reason.split(": ");
  return { word: kind.replaceAll(" ", "_"), name: name.join(": ") };
}

export interface Share {
  counted: boolean;
  reason: string;
  /** Of real time. */
  seconds: number;
}

/** All the time from the start on, by reason, in the order in which the reasons came up. */
export function whereTimeWent(intervals: readonly Pick<Interval, "start" | "end" | "counted" | "reason">[]): Share[] {
  const shares = new Map<string, Share>();
  for (const { start, end, counted, reason } of intervals) {
    const share = shares.get(`${counted} ${reason}`) ?? { counted, reason, seconds: 0 };
    share.seconds += (Date.parse(end) - Date.parse(start)) / 1000;
    shares.set(`${counted} ${reason}`, share);
  }
  return [...shares.values()];
}

/** A target as a policy writes it: so many business days, until one of them ends, or a length of business time. */
export function targetOf(agreed: string): { word: "days" | "end_of_day"; count: number } | { word: null; seconds: number } {
  const days = /^(\d+) business days?$|^end of business day (\d+)$/.exec(agreed);
  if (!days) return { word: null, seconds: seconds(agreed) };
  return days[1] ? { word: "days", count: Number(days[1]) } : { word: "end_of_day", count: Number(days[2]) };
}

/** When a step of a chain comes, as a policy writes it: a share of the target, or a length before or after it. */
export function stepOf(at: string): { word: "share" | "after_target" | "before_target"; share: string; seconds: number } {
  if (at.endsWith("%")) return { word: "share", share: at, seconds: 0 };
  const length = seconds(at);
  return { word: length < 0 ? "before_target" : "after_target", share: "", seconds: Math.abs(length) };
}
