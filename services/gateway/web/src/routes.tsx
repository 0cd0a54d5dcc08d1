/** Which path shows what. The portal's first page comes with the entry; every other part is loaded when it is first shown. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useRouter,
} from "@tanstack/react-router";

import type { ChangeSearch } from "./workspace/change/search";
import type { ListSearch } from "./workspace/views";
import { administers, may } from "./api/client";
import { accessToken } from "./api/session";
import { meQuery } from "./api/queries";
import { PortalHome } from "./portal/home";
import { PortalLayout } from "./portal/layout";
import { renewPush } from "./api/push";
import { Failed, isAway, Loading, Note } from "./shared/states";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { needTexts, preferred, speak } from "./shared/i18n";
import { takeLook } from "./shared/look";
import { MeProvider } from "./shared/me";
import { parseSearch, stringifySearch } from "./shared/search-words";

interface Context {
  queries: QueryClient;
}

function Missing() {
  const { t } = useTranslation();
  return <Note icon="search" title={t("state.none_title")} text={t("state.none_text")} />;
}

const TRY_AGAIN_MILLISECONDS = 10_000;

/** A page that could not be begun; while the desk is away it is tried again and again, and at once when the network is back. */
function NotLoaded({ error }: { error: unknown }) {
  const router = useRouter();
  useEffect(() => {
    if (!isAway(error)) return;
    const again = () => void router.invalidate();
    const timer = setInterval(again, TRY_AGAIN_MILLISECONDS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [error, router]);
  return <Failed error={error} again={() => void router.invalidate()} />;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  errorComponent: NotLoaded,
  notFoundComponent: Missing,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string; refused?: string; state?: string } => ({
    ...(typeof search["to"] === "string" && { to: search["to"] }),
    ...(typeof search["refused"] === "string" && { refused: search["refused"] }),
    ...(typeof search["state"] === "string" && { state: search["state"] }),
  }),
  component: lazyRouteComponent(() => import("./shared/sign-in"), "SignIn"),
});

function SignedIn() {
  const { me } = signedIn.useLoaderData();
  useEffect(() => {
    // What fails now is tried again at the next start.
    renewPush(me).catch(() => undefined);
    void takeLook(me.tenant.key);
    // Once for each person.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [me.id]);
  return (
    <MeProvider value={me}>
      <Outlet />
    </MeProvider>
  );
}

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    if ((await accessToken()) === null) {
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href } });
    }
  },
  loader: async ({ context }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    await speak(preferred(me.language));
    return { me };
  },
  component: SignedIn,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: async ({ context }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    throw redirect({ to: may(me, "tickets.read") ? "/desk" : "/portal" });
  },
});

// The portal.

const portal = createRoute({
  getParentRoute: () => signedIn,
  path: "/portal",
  component: PortalLayout,
});
const portalHome = createRoute({
  getParentRoute: () => portal,
  path: "/",
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search["q"] === "string" && search["q"] ? { q: search["q"] } : {},
  component: PortalHome,
});
const portalNew = createRoute({
  getParentRoute: () => portal,
  path: "/new",
  validateSearch: (search: Record<string, unknown>): { title?: string } =>
    typeof search["title"] === "string" ? { title: search["title"] } : {},
  component: lazyRouteComponent(() => import("./portal/new-request"), "NewRequest"),
});
const portalCatalog = createRoute({
  getParentRoute: () => portal,
  path: "/catalog",
  component: lazyRouteComponent(() => import("./portal/catalog"), "CatalogPage"),
});
const portalItem = createRoute({
  getParentRoute: () => portal,
  path: "/catalog/$item",
  component: lazyRouteComponent(() => import("./portal/order"), "OrderPage"),
});
const portalApprovals = createRoute({
  getParentRoute: () => portal,
  path: "/approvals",
  component: lazyRouteComponent(() => import("./shared/approvals-page"), "PortalApprovals"),
});
const portalRequest = createRoute({
  getParentRoute: () => portal,
  path: "/requests/$number",
  component: lazyRouteComponent(() => import("./portal/request"), "RequestPage"),
});
const portalArticle = createRoute({
  getParentRoute: () => portal,
  path: "/articles/$article",
  component: lazyRouteComponent(() => import("./portal/article"), "ArticlePage"),
});

// The workspace.

function text(search: Record<string, unknown>, names: (keyof ListSearch)[]): ListSearch {
  return Object.fromEntries(names.filter((name) => search[name]).map((name) => [name, String(search[name])]));
}

const desk = createRoute({
  getParentRoute: () => signedIn,
  path: "/desk",
  beforeLoad: async ({ context }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!may(me, "tickets.read")) throw redirect({ to: "/portal" });
  },
  loader: () => needTexts("desk"),
  component: lazyRouteComponent(() => import("./workspace/layout"), "WorkspaceLayout"),
});
const deskHome = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/desk/tickets", search: { view: "mine" } });
  },
});
const ticketList = createRoute({
  getParentRoute: () => desk,
  path: "/tickets",
  validateSearch: (search: Record<string, unknown>) => text(search, ["view", "saved", "queue", "q", "filter", "order"]),
  component: lazyRouteComponent(() => import("./workspace/list"), "TicketListPage"),
});
const ticketPage = createRoute({
  getParentRoute: () => desk,
  path: "/tickets/$number",
  component: lazyRouteComponent(() => import("./workspace/ticket"), "TicketPage"),
});
const newTicket = createRoute({
  getParentRoute: () => desk,
  path: "/new",
  component: lazyRouteComponent(() => import("./workspace/new-ticket"), "NewTicketPage"),
});

const board = createRoute({
  getParentRoute: () => desk,
  path: "/board",
  component: lazyRouteComponent(() => import("./workspace/board"), "BoardPage"),
});

const deskRatings = createRoute({
  getParentRoute: () => desk,
  path: "/ratings",
  component: lazyRouteComponent(() => import("./workspace/ratings-page"), "RatingsPage"),
});

const deskTime = createRoute({
  getParentRoute: () => desk,
  path: "/time",
  component: lazyRouteComponent(() => import("./workspace/time-page"), "TimePage"),
});

const deskMentions = createRoute({
  getParentRoute: () => desk,
  path: "/mentions",
  component: lazyRouteComponent(() => import("./workspace/mentions-page"), "MentionsPage"),
});

const deskScheduled = createRoute({
  getParentRoute: () => desk,
  path: "/scheduled",
  component: lazyRouteComponent(() => import("./workspace/scheduled-page"), "ScheduledPage"),
});

const deskChanges = createRoute({
  getParentRoute: () => desk,
  path: "/changes",
  validateSearch: (search: Record<string, unknown>): ChangeSearch => {
    const said = (["month", "release", "risk", "service"] as const).flatMap((name) => (typeof search[name] === "string" && search[name] ? [[name, search[name]] as const] : []));
    return { ...Object.fromEntries(said), ...(String(search["emergency"]) === "true" && { emergency: true }) };
  },
  component: lazyRouteComponent(() => import("./workspace/change/page"), "ChangesPage"),
});

const deskCandidates = createRoute({
  getParentRoute: () => desk,
  path: "/problems",
  component: lazyRouteComponent(() => import("./workspace/candidates-page"), "CandidatesPage"),
});

const deskMajors = createRoute({
  getParentRoute: () => desk,
  path: "/major",
  component: lazyRouteComponent(() => import("./workspace/majors-page"), "MajorsPage"),
});

const deskApprovals = createRoute({
  getParentRoute: () => desk,
  path: "/approvals",
  component: lazyRouteComponent(() => import("./shared/approvals-page"), "DeskApprovals"),
});

// Oneself.

const account = createRoute({
  getParentRoute: () => signedIn,
  path: "/account",
  loader: () => needTexts("account"),
  component: lazyRouteComponent(() => import("./account/page"), "AccountPage"),
});

// Administration.

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: "/admin",
  beforeLoad: async ({ context }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!administers(me)) throw redirect({ to: "/" });
  },
  loader: () => needTexts("admin"),
  component: lazyRouteComponent(() => import("./admin/layout"), "AdminLayout"),
});
const setup = createRoute({
  getParentRoute: () => signedIn,
  path: "/setup",
  beforeLoad: async ({ context }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!may(me, "tickets.configure")) throw redirect({ to: "/" });
  },
  loader: () => needTexts("admin"),
  component: lazyRouteComponent(() => import("./setup/page"), "SetupPage"),
});
const adminHome = createRoute({
  getParentRoute: () => admin,
  path: "/",
  component: lazyRouteComponent(() => import("./admin/layout"), "AdminHome"),
});
const adminWorkflows = createRoute({
  getParentRoute: () => admin,
  path: "/workflows",
  component: lazyRouteComponent(() => import("./admin/workflow/list"), "WorkflowList"),
});
const adminWorkflow = createRoute({
  getParentRoute: () => admin,
  path: "/workflows/$workflow",
  component: lazyRouteComponent(() => import("./admin/workflow/page"), "WorkflowPage"),
});
const adminLayouts = createRoute({
  getParentRoute: () => admin,
  path: "/layouts",
  component: lazyRouteComponent(() => import("./admin/layouts/list"), "LayoutList"),
});
const adminLayout = createRoute({
  getParentRoute: () => admin,
  path: "/layouts/$layout",
  component: lazyRouteComponent(() => import("./admin/layouts/page"), "LayoutPage"),
});
const adminSettings = createRoute({
  getParentRoute: () => admin,
  path: "/settings",
  component: lazyRouteComponent(() => import("./admin/settings"), "SettingsPage"),
});
const adminSection = createRoute({
  getParentRoute: () => admin,
  path: "/$section",
  component: lazyRouteComponent(() => import("./admin/section"), "SectionPage"),
});

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([
    home,
    portal.addChildren([portalHome, portalNew, portalCatalog, portalItem, portalApprovals, portalRequest, portalArticle]),
    desk.addChildren([deskHome, ticketList, ticketPage, newTicket, board, deskRatings, deskTime, deskMentions, deskScheduled, deskCandidates, deskMajors, deskChanges, deskApprovals]),
    account,
    setup,
    admin.addChildren([adminHome, adminWorkflows, adminWorkflow, adminLayouts, adminLayout, adminSettings, adminSection]),
  ]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    defaultNotFoundComponent: Missing,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
