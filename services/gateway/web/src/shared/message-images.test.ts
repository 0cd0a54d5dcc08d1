import { expect, it } from "vitest";

import { contentIds, hasRemoteImages } from "./message-images";

it.each([
  ['<p>x</p><img alt="a" src="https://elsewhere.example/a.png">', true],
  ['<img src="HTTP://elsewhere.example/a.png">', true],
  ['<img src="cid:a@b"><img src="data:image/png;base64,AA==">', false],
  ["<p>https://elsewhere.example/a.png</p>", false],
])("images from elsewhere in %s: %s", (html, found) => expect(hasRemoteImages(html)).toBe(found));

it("names the files that a message shows within it", () => {
  expect(contentIds('<img src="cid:a@b" alt=""><IMG><img width="1" src="cid:c">')).toEqual(new Set(["a@b", "c"]));
});
