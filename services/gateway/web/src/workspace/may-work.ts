/** Who may be given which tickets, by the roles that the desk tells; the desk itself decides when one is given. */
import type { Schemas, Ticket } from "../api/client";

/** Whoever may not change tickets of a queue cannot be given one. */
const WORK = "tickets.update";

type Roles = readonly Pick<Schemas["Role"], "slug" | "permissions">[];
type Place = Pick<Ticket, "process" | "queue">;

/** The roles whose holders work tickets. */
export const workingRoles = (roles: Roles): ReadonlySet<string> => new Set(roles.filter((one) => one.permissions.includes(WORK)).map((one) => one.slug));

/** Whether a role that works tickets reaches the place of the ticket. */
export function mayWork(grants: readonly Schemas["RoleGrant"][], working: ReadonlySet<string>, { process, queue }: Place): boolean {
  return grants.some((one) => working.has(one.role) && (!one.process || one.process === process?.key) && (!one.queue || one.queue === queue?.key));
}
