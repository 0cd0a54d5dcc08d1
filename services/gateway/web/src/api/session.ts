/** The browser's session: an access token in memory, and a cookie, out of reach of scripts, that renews it. */

export interface Credentials {
  tenant: string;
  username: string;
  password: string;
}

interface Token {
  value: string;
  /** By the clock of the page, in milliseconds. */
  freshUntil: number;
}

interface TokenAnswer {
  access_token: string;
  expires_in: number;
}

/** Why a sign-in was refused: the status of the answer; 0 when the desk cannot be reached. */
export class SignInRefused extends Error {
  constructor(readonly status: number) {
    super(`sign-in refused: ${status}`);
  }
}

const DOOR = "/api/v1/auth/session";
const FROM_OUR_PAGE = { "X-Requested-With": "deskmesh" };
/** A token is renewed this long before it ends, so that a request begun with it is over in time. */
const EARLY_MILLISECONDS = 30_000;

let token: Token | null = null;
let renewing: Promise<string | null> | null = null;
const listeners = new Set<() => void>();
const otherTabs = new BroadcastChannel("deskmesh-session");

otherTabs.onmessage = () => forget();

/** Calls back whenever nobody is signed in any more. Returns the way to stop. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function forget(): void {
  token = null;
  for (const listener of listeners) listener();
}

function keep(answer: TokenAnswer): string {
  const lives = answer.expires_in * 1000 - EARLY_MILLISECONDS;
  token = { value: answer.access_token, freshUntil: Date.now() + lives };
  return token.value;
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: "same-origin" });
  } catch {
    throw new SignInRefused(0);
  }
}

export async function signIn(credentials: Credentials): Promise<void> {
  const answer = await ask(DOOR, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...FROM_OUR_PAGE },
    body: JSON.stringify(credentials),
  });
  if (!answer.ok) throw new SignInRefused(answer.status);
  keep((await answer.json()) as TokenAnswer);
}

export async function signOut(): Promise<void> {
  await ask(DOOR, { method: "DELETE", headers: FROM_OUR_PAGE });
  otherTabs.postMessage("signed out");
  forget();
}

async function renew(): Promise<string | null> {
  const answer = await ask(`${DOOR}/token`, { method: "POST", headers: FROM_OUR_PAGE });
  if (answer.status === 401) {
    if (token !== null) forget();
    return null;
  }
  if (!answer.ok) throw new SignInRefused(answer.status);
  return keep((await answer.json()) as TokenAnswer);
}

/** Gives a token that holds; null when nobody is signed in. `anew` does not trust the one at hand. */
export async function accessToken(anew = false): Promise<string | null> {
  if (!anew && token !== null && Date.now() < token.freshUntil) return token.value;
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}
