/** What the desk tells a device by push: its key, this browser's subscription, and who it belongs to. */
import { queryOptions } from "@tanstack/react-query";

import { api, type Me, may, take } from "./client";

const OWNER = "deskmesh-push";
const OF_AGENTS = ["assigned", "comment", "reminder", "clock", "approval"] as const;
const OF_REQUESTERS = ["reply", "approval", "rating", "notice"] as const;

export type Topic = (typeof OF_AGENTS)[number] | (typeof OF_REQUESTERS)[number];

/** What a person may be told of. */
export const topicsOf = (me: Me): readonly Topic[] => (may(me, "tickets.read") ? OF_AGENTS : OF_REQUESTERS);

export const canPush = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export const pushKeyQuery = queryOptions({
  queryKey: ["push", "key"],
  queryFn: () => take(api.GET("/api/v1/me/push-key")),
  staleTime: Infinity,
});

async function here(): Promise<PushSubscription | null> {
  return (await navigator.serviceWorker.ready).pushManager.getSubscription();
}

/** The topics that this device is told of; null where it is told of nothing. */
export const pushQuery = (me: Me) =>
  queryOptions({
    queryKey: ["push", me.id],
    queryFn: async () => {
      if (localStorage.getItem(OWNER) !== me.id || !(await here())) return null;
      const { items } = await take(api.GET("/api/v1/me/push-subscriptions", { params: { query: { page_size: 200 } } }));
      return items.find((one) => one.current) ?? null;
    },
  });

async function post(subscription: PushSubscription, topics?: readonly string[]): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint: endpoint ?? "", keys: { p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" }, ...(topics && { topics: [...topics] }) };
  await take(api.POST("/api/v1/me/push-subscriptions", { body }));
}

/** Asks the person, then has this device told of the topics. Gives whether it will be. */
export async function turnOn(me: Me, key: string, topics: readonly string[]): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = (await pushManager.getSubscription()) ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await post(subscription, topics);
  localStorage.setItem(OWNER, me.id);
  return true;
}

/** Has this device told of nothing any more; `id` is its subscription at the desk. */
export async function turnOff(id: string): Promise<void> {
  await take(api.DELETE("/api/v1/me/push-subscriptions/{subscription}", { params: { path: { subscription: id } } }));
  await forgetPush();
}

/** Keeps this device told, as long as it is the same person: what the desk holds of it lapses. */
export async function renewPush(me: Me): Promise<void> {
  if (!canPush() || localStorage.getItem(OWNER) !== me.id || Notification.permission !== "granted") return;
  const [subscription, { items }] = await Promise.all([here(), take(api.GET("/api/v1/me/push-subscriptions", { params: { query: { page_size: 200 } } }))]);
  if (subscription) await post(subscription, items.find((one) => one.current)?.topics ?? topicsOf(me));
}

/** Ends what this browser was told, whoever it was for; the desk ends its part with the session. */
export async function forgetPush(): Promise<void> {
  localStorage.removeItem(OWNER);
  if (canPush()) await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription().then((one) => one?.unsubscribe());
}
