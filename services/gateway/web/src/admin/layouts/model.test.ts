import { describe, expect, it } from "vitest";

import { fitting, left, moved, type Of, preview, type Section, sectionMoved, stepped, type TicketField } from "./model";

const OF: Of = { process: { key: "it" }, type: "incident", audience: "requester", purpose: "create" };
const field = (slug: string, more: Partial<TicketField> = {}) =>
  ({ slug, name: slug.toUpperCase(), type: "text", description: null, choices: [], required: false, shown_when: null, required_when: null, processes: [], types: [], active: true, ...more }) as unknown as TicketField;
const section = (...fields: string[]): Section => ({ title: { en: "Part" }, columns: 2, collapsed: false, fields });
const names = (sections: readonly Section[]) => sections.map((one) => one.fields.join(" "));

describe("what may stand in a layout", () => {
  it("of requesters is nothing that the desk alone sees", () => {
    expect(fitting(OF, [])).not.toContain("priority");
    expect(fitting({ ...OF, purpose: "view" }, [])).not.toContain("remind_at");
    expect(fitting({ ...OF, purpose: "view", audience: "agent" }, [])).toContain("remind_at");
  });
  it("are own fields of its process and type that are not at rest", () => {
    const own = [field("a"), field("b", { processes: ["hr"] }), field("c", { types: ["change"] }), field("d", { active: false }), field("e", { processes: ["it"], types: ["incident"] })];
    expect(fitting(OF, own).filter((name) => name.startsWith("fields."))).toEqual(["fields.a", "fields.e"]);
  });
  it("is offered once", () => {
    expect(left([section("title", "fields.a")], OF, [field("a"), field("b")])).not.toContain("title");
    expect(left([section("title", "fields.a")], OF, [field("a"), field("b")])).toContain("fields.b");
  });
});

describe("a field", () => {
  const sections = [section("a", "b"), section("c")];
  it.each([
    [{ section: 0, at: 0 }, 1, ["b a", "c"]],
    [{ section: 0, at: 1 }, 1, ["a", "b c"]],
    [{ section: 1, at: 0 }, -1, ["a b c", ""]],
  ] as const)("at %o goes %i", (from, step, expected) => {
    const to = stepped(sections, from, step);
    expect(names(moved(sections, from, to ?? from))).toEqual(expected);
  });
  it("stays within the layout", () => {
    expect(stepped(sections, { section: 0, at: 0 }, -1)).toBeNull();
    expect(stepped(sections, { section: 1, at: 0 }, 1)).toBeNull();
  });
});

it("sections change places", () => expect(names(sectionMoved([section("a"), section("b"), section("c")], 2, 0))).toEqual(["c", "a", "b"]));

it("a preview has own fields by their names, with what they demand", () => {
  const shown = preview([section("title", "fields.a")], OF, [field("a", { required: true, shown_when: "type = \"incident\"" })]);
  expect(shown.sections[0]?.fields.map((one) => [one.title, one.required, one.shown_when])).toEqual([
    [null, true, null],
    ["A", true, 'type = "incident"'],
  ]);
});
