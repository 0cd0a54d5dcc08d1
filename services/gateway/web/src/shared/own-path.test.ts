import { expect, it } from "vitest";

import { ownPath } from "./own-path";

it.each(["/desk", "/desk/tickets?view=mine", "/portal/requests/INC-1", "/admin/people", "/account", "/setup"])("%s is ours", (to) => {
  expect(ownPath(to)).toBe(to);
});

it.each([undefined, "", "//evil.example", "/\\evil.example", "https://evil.example/desk", "/deskx", "desk", "/api/v1/me"])(
  "%s leads home",
  (to) => expect(ownPath(to)).toBe("/"),
);
