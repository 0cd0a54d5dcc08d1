import { describe, expect, it } from "vitest";

import { applied, around, asCode, type Change, linewise, linked } from "./marks";

/** A text with its selection between bars, changed and shown in the same way. */
function tried(shown: string, change: (text: string, start: number, end: number) => Change): string {
  const [before = "", chosen = "", after = ""] = shown.split("|");
  const done = change(before + chosen + after, before.length, before.length + chosen.length);
  const text = applied(before + chosen + after, done);
  return `${text.slice(0, done.start)}|${text.slice(done.start, done.end)}|${text.slice(done.end)}`;
}

describe("a mark", () => {
  const bold = (text: string, start: number, end: number) => around(text, start, end, "**");
  it.each([
    ["a |word| here", "a **|word|** here"],
    ["a **|word|** here", "a |word| here"],
    ["||", "**||**"],
  ])("goes around what is chosen and away again: %s", (before, after) => expect(tried(before, bold)).toBe(after));
});

describe("lines", () => {
  it.each([
    ["one\nt|w|o\nthree", "- ", "one\n|- two|\nthree"],
    ["|one\ntwo|", "- ", "|- one\n- two|"],
    ["|- one\n- two|", "- ", "|one\ntwo|"],
    ["|one\ntwo|", "#. ", "|1. one\n2. two|"],
    ["|1. one\n2. two|", "#. ", "|one\ntwo|"],
    ["|one\n|two", "> ", "|> one|\ntwo"],
    ["||", "> ", "|> |"],
  ])("%s with %s", (before, mark, after) => expect(tried(before, (text, start, end) => linewise(text, start, end, mark))).toBe(after));
});

describe("a link", () => {
  it.each([
    ["see |the page|", "see [the page](|https://|)"],
    ["see ||", "see [](|https://|)"],
    ["see |https://acme.example/a|", "see [||](https://acme.example/a)"],
  ])("%s", (before, after) => expect(tried(before, linked)).toBe(after));
});

describe("code", () => {
  it.each([
    ["run |ls|", "run `|ls|`"],
    ["|a\nb|", "```\n|a\nb|\n```"],
    ["log: |a\nb\n|", "log: \n```\n|a\nb\n|```"],
  ])("%s", (before, after) => expect(tried(before, asCode)).toBe(after));
});
