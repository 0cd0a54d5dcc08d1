import { expect, it } from "vitest";

import { blocks, items, marked } from "./text";

it("an article is parted by its empty lines, whatever ends a line", () => {
  expect(blocks("One\r\ntwo\r\n\r\n\r\nThree\n")).toEqual(["One\ntwo", "Three\n"]);
});

it("a line that begins no item goes on with the one before", () => {
  expect(items("1. One\n   goes on\n2. Two", /^\s*\d+[.)]\s+/)).toEqual(["One goes on", "Two"]);
});

it("a snippet is read as it was before it was escaped", () => {
  expect(marked("The phone&#x27;s &lt;b&gt; &amp;amp; <mark>fire</mark>")).toEqual(["The phone's <b> &amp; ", "fire", ""]);
  expect(marked("&lt;mark&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;")).toEqual(['<mark><script>alert("1")</script>']);
});
