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

/** What a right password still lacks: a code of an app, which has to be set up first where it says so. */
export interface SecondStep {
  token: string;
  setsUp: boolean;
}

/** Why a sign-in was refused: the status of the answer and its code; 0 when the desk cannot be reached. */
export class SignInRefused extends Error {
  constructor(
    readonly status: number,
    readonly code = "",
  ) {
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

const post = (path: string, body: object): Promise<Response> =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...FROM_OUR_PAGE },
    body: JSON.stringify(body),
  });

async function refused(answer: Response): Promise<SignInRefused> {
  const body = (await answer.json().catch(() => ({}))) as { code?: string };
  return new SignInRefused(answer.status, body.code);
}

/** Signs in, or says what the second step of it is. */
export async function signIn(credentials: Credentials): Promise<SecondStep | null> {
  const answer = await post(DOOR, credentials);
  if (answer.status === 403) {
    const asked = (await answer.json()) as { code: string; mfa_token?: string };
    if (asked.mfa_token) return { token: asked.mfa_token, setsUp: asked.code === "mfa_setup_required" };
    throw new SignInRefused(answer.status, asked.code);
  }
  if (!answer.ok) throw await refused(answer);
  keep((await answer.json()) as TokenAnswer);
  return null;
}

/** Finishes a sign-in by a code; gives the recovery codes where that has set a second factor up. */
export async function finishSignIn(mfaToken: string, code: string): Promise<string[]> {
  const answer = await post(`${DOOR}/second-factor`, { mfa_token: mfaToken, code });
  if (!answer.ok) throw await refused(answer);
  const body = (await answer.json()) as TokenAnswer & { recovery_codes?: string[] };
  keep(body);
  return body.recovery_codes ?? [];
}

/** Gives the secret for the app of somebody whose sign-in waits for it. */
export async function setUpSecondFactor(mfaToken: string): Promise<{ secret: string; otpauth_uri: string }> {
  const answer = await post("/api/v1/auth/second-factor", { mfa_token: mfaToken });
  if (!answer.ok) throw await refused(answer);
  return (await answer.json()) as { secret: string; otpauth_uri: string };
}

/** How the people of a tenant sign in: at providers, and by a password here unless it opens nothing. */
export interface WaysIn {
  items: { name: string; path: string }[];
  passwords: boolean;
}

export async function waysIn(tenant: string): Promise<WaysIn> {
  const answer = await ask(`/api/v1/auth/providers/${encodeURIComponent(tenant)}`, { method: "GET" });
  if (!answer.ok) throw await refused(answer);
  return (await answer.json()) as WaysIn;
}

const LEFT = "deskmesh-left";

/** Signs out; gives the address where the browser has to go to sign out at its provider too. */
export async function signOut(): Promise<string | null> {
  const answer = await ask(`${DOOR}/sign-out`, { method: "POST", headers: FROM_OUR_PAGE });
  if (!answer.ok) throw await refused(answer);
  const onward = (await answer.json()) as { url: string | null; state: string | null };
  if (onward.state) sessionStorage.setItem(LEFT, onward.state);
  otherTabs.postMessage("signed out");
  forget();
  return onward.url;
}

/** Whether a provider has sent the browser back from the sign-out that began here. */
export const cameBackFrom = (state: string | undefined): boolean => state !== undefined && sessionStorage.getItem(LEFT) === state;

async function renew(): Promise<string | null> {
  const answer = await ask(`${DOOR}/token`, { method: "POST", headers: FROM_OUR_PAGE });
  if (answer.status === 401) {
    if (token !== null) forget();
    return null;
  }
  if (!answer.ok) throw new SignInRefused(answer.status);
  return keep((await answer.json()) as TokenAnswer);
}

/** The token at hand, if it still holds. */
export const heldToken = (): string | null => (token !== null && Date.now() < token.freshUntil ? token.value : null);

/** Gives a token that holds; null when nobody is signed in. `anew` does not trust the one at hand. */
export async function accessToken(anew = false): Promise<string | null> {
  const held = heldToken();
  if (!anew && held !== null) return held;
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}
