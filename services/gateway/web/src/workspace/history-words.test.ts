import { describe, expect, it } from "vitest";

import words from "../shared/locales/desk.en.json";
import { doneBy, type Entry, happened } from "./history-words";

const entry = (action: string, field: string | null, to: unknown, from: unknown = null): Entry => ({ action, field, from, to, cause: "rest", rule: null }) as Entry;
const OTHER = { id: "01a2", key: "INC-7", name: "Printer on fire" };

/** Every kind of entry that is not a field before and after, and what is told of it. */
const HAPPENED: [Entry, Record<string, unknown>][] = [
  [entry("created", null, null), { word: "created", what: "" }],
  [entry("commented", "comment", { id: "1", visibility: "public" }), { word: "reply", what: "" }],
  [entry("commented", "comment", { id: "1", visibility: "internal" }), { word: "note", what: "" }],
  [entry("attached", "attachments", { id: "1", name: "log.txt" }), { word: "file", what: "log.txt" }],
  [entry("link_added", "links", { ...OTHER, type: "blocks" }), { word: "linked", what: "INC-7 Printer on fire", link: "blocks" }],
  [entry("link_removed", "links", null, { ...OTHER, type: "blocks" }), { word: "unlinked", what: "INC-7 Printer on fire", link: "blocks" }],
  [entry("child_added", "children", OTHER), { word: "child", what: "INC-7 Printer on fire" }],
  [entry("split", "split_from", { ...OTHER, comments: ["1"] }), { word: "split_from", what: "INC-7 Printer on fire" }],
  [entry("split", "split_to", { ...OTHER, comments: ["1"] }), { word: "split_to", what: "INC-7 Printer on fire" }],
  [entry("merged", "merged_into", OTHER), { word: "merged_into", what: "INC-7 Printer on fire" }],
  [entry("merge_undone", "merged_into", null, OTHER), { word: "parted_from", what: "INC-7 Printer on fire" }],
  [entry("merged", "merged_tickets", OTHER), { word: "merged", what: "INC-7 Printer on fire" }],
  [entry("merge_undone", "merged_tickets", null, OTHER), { word: "parted", what: "INC-7 Printer on fire" }],
  [entry("merged", "watchers", ["1", "2"]), { word: "watchers", what: "", count: 2 }],
  [entry("watcher_added", "watchers", { id: "1", key: "jo@acme.example", name: "Jo" }), { word: "watches", what: "Jo" }],
  [entry("watcher_removed", "watchers", null, { id: "1", key: "jo@acme.example", name: "Jo" }), { word: "watches_no_more", what: "Jo" }],
  [entry("assigned", "routing", { because: [], considered: 3, eligible: 1 }), { word: "chosen", what: "" }],
  [entry("updated", "routing", { nobody: true, considered: 3, lacking: {} }), { word: "nobody_fits", what: "" }],
  [entry("major_declared", "major_incident", { title: "No network" }), { word: "major_declared", what: "No network" }],
  [entry("major_changed", "major_incident", { title: "New" }, { title: "Old" }), { word: "major_changed", what: "New" }],
  [entry("major_ended", "major_incident", null, { title: "Old" }), { word: "major_ended", what: "Old" }],
  [entry("approval_requested", "approval", { id: "1", name: "Laptop", state: "pending" }), { word: "approval_requested", what: "Laptop", approval: "pending" }],
  [entry("approval_decided", "approval", { id: "1", name: "Laptop", state: "pending", decision: "approved" }), { word: "approval_decided", what: "Laptop", approval: "approved" }],
  [entry("time_added", "time", { id: "1", activity: "on site", minutes: 90 }), { word: "time_added", what: "on site", minutes: 90 }],
  [entry("time_removed", "time", null, { id: "1", activity: "", minutes: 5 }), { word: "time_removed", what: "", minutes: 5 }],
  [entry("rated", "rating", { score: 5, comment: "Quick." }), { word: "rated", what: "5 Quick." }],
  [entry("notified", "notification", { to: ["jo@acme.example"], body: "Look." }), { word: "notified", what: "jo@acme.example" }],
  [entry("webhook_called", "webhook", { id: "1", name: "chat", body: "{}" }), { word: "webhook_called", what: "chat" }],
];

describe("an entry of the history", () => {
  it.each(HAPPENED)("tells what happened: %o", (one, told) => {
    expect(happened(one)).toEqual(told);
    expect(words.history).toHaveProperty(String(told.word));
  });

  it("shows other fields before and after", () => {
    expect(happened(entry("state_changed", "state", "open", "new"))).toBeNull();
    expect(happened(entry("assigned", "assignee", OTHER))).toBeNull();
    expect(happened(entry("updated", "fields.notification", { amount: "1", currency: "PLN" }))).toBeNull();
  });

  it("tells by which rule, and what came by mail", () => {
    const by = (rule: string | null, cause = "rest") => doneBy({ ...entry("updated", "queue", "x"), rule, cause });
    expect(by("rule:01a2:Night: shift")).toEqual({ word: "rule", name: "Night: shift" });
    expect(by("recurrence:01a2:Backup")).toEqual({ word: "recurrence", name: "Backup" });
    expect(by("cascade:INC-7")).toEqual({ word: "cascade", name: "INC-7" });
    expect(by("workflow:agent_replied")).toEqual({ word: "workflow", name: "" });
    expect(by(null, "mail:01a2")).toEqual({ word: "mail", name: "" });
    expect(by(null)).toBeNull();
  });
});
