import { describe, expect, it } from "vitest";

import { done, type Found, next } from "./steps";

const NEW: Found = { queues: [{ active: true, team: null }], calendars: [], policies: [], messages: [], users: [{ active: true, roles: [{ role: "admin" }] }], tickets: [] };

describe("the way to the first ticket", () => {
  it("has nothing behind it in a new company", () => expect(Object.values(done(NEW)).some(Boolean)).toBe(false));
  it("begins with the first step that is not done, whatever comes after it", () => {
    expect(next(done(NEW))).toBe("processes");
    expect(next(done({ ...NEW, queues: [{ active: true, team: {} }], tickets: [1] }))).toBe("hours");
  });
  it("counts people who work tickets and have not left", () => {
    const agent = { active: true, roles: [{ role: "agent" }] };
    expect(done({ ...NEW, users: [...NEW.users, agent] }).people).toBe(true);
    expect(done({ ...NEW, users: [...NEW.users, { ...agent, active: false }] }).people).toBe(false);
    expect(done({ ...NEW, users: [...NEW.users, { active: true, roles: [{ role: "requester" }] }] }).people).toBe(false);
  });
  it("needs hours and a policy, and mail that was read", () => {
    expect(done({ ...NEW, calendars: [1] }).hours).toBe(false);
    expect(done({ ...NEW, messages: [{ state: "quarantined" }] }).mail).toBe(false);
  });
  it("ends", () => {
    const all = { processes: true, hours: true, mail: true, people: true, ticket: true };
    expect(next(all)).toBeNull();
  });
});
