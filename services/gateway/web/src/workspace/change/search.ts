/** What the address of the calendar of changes says: the month, and which changes of it. */
import type { Change } from "../../api/change-plans";

export interface ChangeSearch {
  /** "2026-11"; without it the present one. */
  month?: string;
  risk?: string;
  release?: string;
  /** The id of a service. */
  service?: string;
  emergency?: true;
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** The month that is asked for, or else the one of today. */
export const monthOf = (search: ChangeSearch, today: string): string => (MONTH.test(search.month ?? "") ? (search.month ?? "") : today.slice(0, 7));

export function isWanted(change: Change, { risk, release, service, emergency }: ChangeSearch): boolean {
  return (!risk || change.risk === risk) && (!release || change.release === release) && (!service || change.service_id === service) && (!emergency || change.emergency);
}
