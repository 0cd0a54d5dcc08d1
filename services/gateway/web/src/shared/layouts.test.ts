import { describe, expect, it } from "vitest";

import { answers, isRequired, type LaidOutField, type Layout, shownNames, titleOf } from "./layouts";

const field = (name: string, more: Partial<LaidOutField> = {}): LaidOutField => ({
  name, title: null, titles: {}, description: null, type: null, choices: [], required: false, read_only: false, shown_when: null, required_when: null, ...more,
});
const laid = (...fields: LaidOutField[]): Layout => ({
  layout: null, version: 0, audience: "agent", purpose: "create", sections: [{ title: { en: "All" }, columns: 1, collapsed: false, fields }],
});

describe("a layout", () => {
  const chain = laid(
    field("title", { required: true }),
    field("fields.device"),
    field("fields.part", { shown_when: "fields.device != null" }),
    field("fields.serial", { shown_when: 'fields.part = "screen"', required_when: 'urgency = "high"' }),
  );
  const full = { title: "Broken", "fields.device": "laptop", "fields.part": "screen", "fields.serial": "X1" };

  it("shows what conditions ask for, link by link", () => {
    expect([...shownNames(chain, full)]).toEqual(["title", "fields.device", "fields.part", "fields.serial"]);
    expect([...shownNames(chain, { ...full, "fields.device": null })]).toEqual(["title", "fields.device"]);
  });
  it("sends nothing of fields that are not shown, and nothing empty", () => {
    expect(answers(chain, full)).toEqual({ title: "Broken", fields: { device: "laptop", part: "screen", serial: "X1" } });
    expect(answers(chain, { ...full, "fields.device": "" })).toEqual({ title: "Broken" });
  });
  it("demands a field while its condition holds, also over what stands elsewhere on the form", () => {
    const [, , , serial] = chain.sections[0]?.fields ?? [];
    const demands = (urgency: string) => serial && isRequired(serial, shownNames(chain, full), { ...full, urgency });
    expect([demands("high"), demands("low")]).toEqual([true, false]);
  });
  it("knows money by its amount", () => {
    const costs = laid(field("fields.cost"), field("fields.reason", { shown_when: "fields.cost > 100" }));
    const names = (amount: string) => [...shownNames(costs, { "fields.cost": { amount, currency: "PLN" } })];
    expect(names("250.00")).toContain("fields.reason");
    expect(names("99.00")).not.toContain("fields.reason");
  });
  it("has a title in every language", () => {
    const titled = { title: { pl: "Urządzenie" } };
    expect([titleOf(titled, "pl"), titleOf(titled, "ru")]).toEqual(["Urządzenie", "Urządzenie"]);
  });
});
