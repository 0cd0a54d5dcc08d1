import { describe, expect, it } from "vitest";

import { mayWork, workingRoles } from "./may-work";

const ref = (key: string) => ({ id: key, key, name: key });
const network = { process: ref("it"), queue: ref("network") };
const people = { process: ref("hr"), queue: ref("hr-desk") };
const working = workingRoles([
  { slug: "agent", permissions: ["tickets.read", "tickets.update"] },
  { slug: "approver", permissions: ["approvals.decide"] },
]);

describe("who may be given a ticket", () => {
  it("is whoever may change tickets everywhere", () => {
    expect(mayWork([{ role: "agent" }], working, people)).toBe(true);
    expect(mayWork([{ role: "agent", process: null, queue: null }], working, network)).toBe(true);
  });
  it("is whoever may in its process, or in its queue", () => {
    expect(mayWork([{ role: "agent", process: "it" }], working, network)).toBe(true);
    expect(mayWork([{ role: "agent", process: "it", queue: "network" }], working, network)).toBe(true);
    expect(mayWork([{ role: "agent", process: "it", queue: "printers" }], working, network)).toBe(false);
    expect(mayWork([{ role: "agent", process: "hr" }], working, network)).toBe(false);
  });
  it("is nobody whose roles do no such work", () => expect(mayWork([{ role: "approver" }, { role: "unknown" }], working, network)).toBe(false));
});
