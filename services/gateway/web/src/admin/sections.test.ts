import { expect, it } from "vitest";

import { body, type Kept, type Section, SECTIONS, whole, written } from "./sections";

const section = (name: string) => SECTIONS.find((one) => one.name === name) as Section;
const queue: Kept = { id: "1", version: 3, name: "Network", slug: "network", team: { id: "9", key: "net", name: "Net" }, confidential: false, is_default: true, active: true };
const form = (name: string, kept: Kept | null) => Object.fromEntries(section(name).inputs.map((input) => [input.name, written(input, kept)]));

it("only what was changed is sent, references by their keys", () => {
  expect(form("queues", queue)["team"]).toBe("net");
  expect(body(section("queues"), form("queues", queue), queue)).toEqual({});
  expect(body(section("queues"), { ...form("queues", queue), team: "", active: false }, queue)).toEqual({ team: null, active: false });
});

it("what is fixed once made is not sent again, and what new things cannot have is not sent for them", () => {
  const changed = { ...form("queues", queue), slug: "other" };
  expect(body(section("queues"), changed, queue)).toEqual({});
  expect(body(section("queues"), { name: "New", slug: "new", active: true }, null)).toEqual({ name: "New", slug: "new" });
});

it("structures are read, and a broken one is named", () => {
  const policy = { name: "P", targets: '[{"clock": "resolution"}]' };
  expect(whole(section("policies"), policy)).toEqual({ name: "P", targets: [{ clock: "resolution" }] });
  expect(() => whole(section("policies"), { ...policy, targets: "[" })).toThrow("targets");
});
