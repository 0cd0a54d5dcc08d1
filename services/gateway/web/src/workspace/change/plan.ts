/** The form of a plan: what it holds, what is sent of it, and how it is mended when somebody else was faster. */
import type { Change, Plan } from "../../api/change-plans";
import { localMoment, momentOf } from "../../shared/format";

/** A plan as inputs hold it: texts never null, moments on the clocks of the person's zone. */
export interface Filled {
  risk_answers: Record<string, boolean>;
  plan: string;
  backout_plan: string;
  planned_start: string;
  planned_end: string;
  emergency: boolean;
  release: string;
}

export type Part = keyof Filled;

export function filledOf(change: Change, zone: string | null): Filled {
  const local = (moment: string | null) => (moment ? localMoment(moment, zone) : "");
  return {
    // A question that was never answered is one whose answer is no.
    risk_answers: Object.fromEntries(Object.entries(change.risk_answers).filter(([, yes]) => yes)),
    plan: change.plan ?? "",
    backout_plan: change.backout_plan ?? "",
    planned_start: local(change.planned_start),
    planned_end: local(change.planned_end),
    emergency: change.emergency,
    release: change.release ?? "",
  };
}

export function planOf(filled: Filled, zone: string | null): Plan {
  const moment = (local: string) => (local ? momentOf(local, zone) : null);
  return { ...filled, planned_start: moment(filled.planned_start), planned_end: moment(filled.planned_end) };
}

const written = (value: Filled[Part]) => (typeof value === "object" ? JSON.stringify(Object.keys(value).filter((key) => value[key]).sort()) : value);
const same = (one: Filled, other: Filled, part: Part) => written(one[part]) === written(other[part]);

export interface Mended {
  /** Mine where I changed something, theirs everywhere else. */
  filled: Filled;
  /** What they changed. */
  theirs: Part[];
}

/** Brings together what two people made of one plan: `mine` of whoever was late, `now` as it is kept. */
export function mended(before: Filled, mine: Filled, now: Filled): Mended {
  const parts = Object.keys(before) as Part[];
  const taken = Object.fromEntries(parts.filter((part) => same(before, mine, part)).map((part) => [part, now[part]]));
  return { filled: { ...mine, ...taken }, theirs: parts.filter((part) => !same(before, now, part)) };
}
