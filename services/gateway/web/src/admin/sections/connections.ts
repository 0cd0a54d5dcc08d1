/** What the desk is connected with: programs that it tells of events, and providers at which people sign in. */
import type { Section } from "./common";
import { ACTIVE, NAME, SLUG } from "./common";

/** What a webhook may be told of. */
const TOLD = [
  "TicketCreated", "TicketUpdated", "TicketStateChanged", "TicketAssigned", "CommentAdded", "ApprovalRequested", "ApprovalDecided", "ApprovalCompleted",
  "MajorIncidentDeclared", "MajorIncidentChanged", "MajorIncidentEnded", "TimeEntryAdded", "TimeEntryChanged", "TimeEntryRemoved", "TicketRated",
  "ClockWarning", "ClockBreached", "ClockEscalated", "ArticlePublished", "ItemChanged", "UserChanged", "OrganizationChanged", "TeamChanged",
] as const;

export const CONNECTIONS: readonly Section[] = [
  {
    name: "webhooks", group: "connections", icon: "send", path: "/api/v1/webhooks", permission: "notify.configure", columns: ["name", "url", "state", "last_success_at", "failing_since", "state_reason"], removable: true,
    inputs: [
      { name: "url", kind: "line", required: true }, { name: "name", kind: "line" }, { name: "events", kind: "choices", choices: TOLD },
      { name: "secret", kind: "secret", when: "new" }, { name: "state", kind: "choice", choices: ["active", "paused"], words: "choices", when: "kept" },
    ],
    logs: [
      {
        name: "calls", path: ({ id }) => `/api/v1/deliveries?filter=${encodeURIComponent(`channel = "webhook" AND to = "${String(id)}"`)}`,
        columns: ["subject", "state", "attempts", "last_error", "created_at", "sent_at"],
      },
    ],
    verbs: [
      { name: "test", path: ({ id }) => `/api/v1/webhooks/${id}/test`, state: "active", stays: true },
      { name: "rotate", path: ({ id }) => `/api/v1/webhooks/${id}/secret`, said: {}, sure: true },
    ],
  },
  {
    name: "identity_providers", group: "connections", icon: "user", path: "/api/v1/identity-providers", permission: "tenant.configure", columns: ["name", "slug", "issuer", "domains", "active"], removable: true, keyed: true, trial: "identity_provider",
    inputs: [
      NAME, { ...SLUG, required: true }, { name: "issuer", kind: "line", required: true }, { name: "client_id", kind: "line", required: true }, { name: "client_secret", kind: "secret" },
      { name: "domains", kind: "tags", required: true }, { name: "creates_people", kind: "switch" },
      { name: "scopes", kind: "tags", start: ["openid", "profile", "email"] }, { name: "email_claim", kind: "line", start: "email" }, { name: "name_claim", kind: "line", start: "name" },
      { name: "groups_claim", kind: "line" }, { name: "role_mapping", kind: "mapping", of: "roles" }, ACTIVE,
    ],
  },
];
