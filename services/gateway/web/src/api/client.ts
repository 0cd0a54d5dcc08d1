/** The desk's API, typed by its own OpenAPI document. */
import createClient from "openapi-fetch";

import { problemOf, unreachable } from "./problem";
import type { components, paths } from "./schema";
import { accessToken } from "./session";

export type Schemas = components["schemas"];
export type Ticket = Schemas["Ticket"];
export type Comment = Schemas["Comment"];
export type Me = Schemas["Me"];
export type Clock = Schemas["Clock"];
export type Queue = Schemas["Queue"];
export type Article = Schemas["Article"];

/** Sends a request as whoever is signed in; once more with a new token when the one at hand was refused. */
export async function asMe(request: Request): Promise<Response> {
  const send = async (anew: boolean): Promise<Response> => {
    const token = await accessToken(anew);
    const tried = request.clone();
    if (token !== null) tried.headers.set("Authorization", `Bearer ${token}`);
    return fetch(tried);
  };
  try {
    const answer = await send(false);
    return answer.status === 401 ? await send(true) : answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
}

export const api = createClient<paths>({ fetch: asMe });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Gives what was asked for; throws a Problem for everything else. */
export async function take<T>(answering: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answering;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}

/** The headers of a change that must not overwrite somebody else's. */
export const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });

/** A key under which a write that is sent again does its work once. */
export const onceKey = () => ({ "Idempotency-Key": crypto.randomUUID() });

const ADMINISTRATION = ["tickets.configure", "sla.configure", "notify.configure", "users.manage", "tenant.configure", "audit.read"];

/** Whether there is anything for a person to see in the administration. */
export const administers = (me: Me): boolean => ADMINISTRATION.some((permission) => may(me, permission));

/** Whether a person may do something somewhere; the desk decides again, for the very ticket. */
export function may(me: Me, permission: string): boolean {
  return me.permissions.some((one) => one === permission || one.startsWith(`${permission}:`));
}
