import { describe, expect, it } from "vitest";

import english from "../../shared/locales/admin.en.json";
import polish from "../../shared/locales/admin.pl.json";
import russian from "../../shared/locales/admin.ru.json";
import { type RuleWord, tell } from "./rule-words";

const TEXTS = { en: english, pl: polish, ru: russian };

function told(rule: string, language: keyof typeof TEXTS = "en"): string | null {
  const say = (word: RuleWord, value = "", place = "") => TEXTS[language].recurring[word].replace("{{value}}", value).replace("{{place}}", place);
  return tell(rule, language, say);
}

describe("a recurrence rule in words", () => {
  it.each([
    ["FREQ=DAILY", "Every day"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "Every 2 weeks: Friday"],
    ["FREQ=HOURLY;INTERVAL=12;BYDAY=MO,TU,WE,TH,FR", "Every 12 hours: Monday to Friday"],
    ["FREQ=MONTHLY;BYDAY=1MO", "Every month: Monday no. 1"],
    ["FREQ=MONTHLY;BYDAY=-1FR;COUNT=6", "Every month: last Friday, 6 in all"],
    ["FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,-1", "Every 3 months: day 1, last day"],
    ["FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=31", "Every year: March, September, day 31"],
    ["FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270131T120000Z", "Every week: Monday, Wednesday, until Jan 31, 2027"],
  ])("%s", (rule, words) => expect(told(rule)).toBe(words));
  it("speaks the reader's language", () => {
    expect(told("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "pl")).toBe("Co 2 tygodnie: piątek");
    expect(told("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "ru")).toBe("Раз в 3 месяца: 1-е число");
  });
  it.each(["", "FREQ=SECONDLY", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYMONTHDAY=-3", "FREQ=MONTHLY;BYDAY=-2MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"])("%j has none", (rule) => expect(told(rule)).toBeNull());
});
