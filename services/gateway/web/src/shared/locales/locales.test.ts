import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import accountEn from "./account.en.json";
import accountPl from "./account.pl.json";
import accountRu from "./account.ru.json";
import adminEn from "./admin.en.json";
import adminPl from "./admin.pl.json";
import adminRu from "./admin.ru.json";
import deskEn from "./desk.en.json";
import deskPl from "./desk.pl.json";
import deskRu from "./desk.ru.json";
import en from "./en.json";
import pl from "./pl.json";
import ru from "./ru.json";

const SOURCES = join(import.meta.dirname, "../..");
const texts: Record<string, Record<string, Record<string, string>>> = {
  en: { ...en, ...accountEn, ...adminEn, ...deskEn },
  pl: { ...pl, ...accountPl, ...adminPl, ...deskPl },
  ru: { ...ru, ...accountRu, ...adminRu, ...deskRu },
};

const keys = (language: string) =>
  Object.entries(texts[language] ?? {}).flatMap(([group, words]) => Object.keys(words).map((word) => `${group}.${word}`));
const text = (language: string, key: string) => {
  const [group = "", word = ""] = key.split(/\.(.*)/);
  return texts[language]?.[group]?.[word] ?? "";
};
const blanks = (written: string) => (written.match(/{{\w+}}/g) ?? []).sort();
const code = (readdirSync(SOURCES, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|schema/.test(name))
  .map((name) => readFileSync(join(SOURCES, name), "utf8"))
  .join("\n");
/** Groups whose words are named by the desk's own data: states, priorities, fields. */
const BY_DATA = /^(channels|purposes|kinds|standing_counts|reasons|history|history_by|history_field|states|priorities|types|clocks|levels|clock_states|moves|views|orders|field|board_by|volume_by|worked_by|volume_intervals|volume_counts|candidate_kinds|approval_states|task_states|price|categories|sections|section_fields|links|outcomes|keys|requirements|columns|groups|panels|logs|verbs|span|days|signs|condition_fields|recurring|choices|areas|permissions|push_topics|setup_steps|setup_texts|risk_questions)\./;

describe.each(["pl", "ru"])("the texts in %s", (language) => {
  it("are those that English has", () => expect(keys(language).sort()).toEqual(keys("en").sort()));
  it.each(keys("en"))("say %s, with the same blanks", (key) => {
    expect(text(language, key)).not.toBe("");
    expect(blanks(text(language, key))).toEqual(blanks(text("en", key)));
  });
});

describe("every text", () => {
  it.each(keys("en").filter((key) => !BY_DATA.test(key)))("is shown somewhere: %s", (key) => expect(code).toContain(`"${key}"`));
});
