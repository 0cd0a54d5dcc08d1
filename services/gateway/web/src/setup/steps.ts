/** The way of a new company to its first ticket: what each step looks at in the desk, and when it is done. */

export const STEPS = ["processes", "hours", "mail", "people", "ticket"] as const;
export type StepName = (typeof STEPS)[number];

/** What the desk has so far. */
export interface Found {
  /** Active queues, and how many of them have a team. */
  queues: { active: boolean; team: unknown }[];
  calendars: unknown[];
  policies: unknown[];
  messages: { state: string }[];
  users: { active: boolean; roles: { role: string }[] }[];
  tickets: unknown[];
}

const WORKS = new Set(["agent", "supervisor", "admin"]);
const HELPERS = 2;

/** Which steps are done, by what the desk has; nothing is kept of it. */
export function done(found: Found): Record<StepName, boolean> {
  return {
    processes: found.queues.some((one) => one.active && one.team !== null),
    hours: found.calendars.length > 0 && found.policies.length > 0,
    mail: found.messages.some((one) => one.state === "processed"),
    people: found.users.filter((one) => one.active && one.roles.some(({ role }) => WORKS.has(role))).length >= HELPERS,
    ticket: found.tickets.length > 0,
  };
}

/** The step to go on with: the first that is not done; none when all are. */
export function next(states: Record<StepName, boolean>): StepName | null {
  return STEPS.find((step) => !states[step]) ?? null;
}
