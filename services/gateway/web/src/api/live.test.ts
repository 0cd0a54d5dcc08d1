import { expect, it } from "vitest";

import { MessageReader } from "./live";

const SAID = 'retry: 2000\n: connected\n\nid: 7\nevent: TicketUpdated\ndata: {"resource":"/api/v1/tickets/a"}\n\nevent: reset\ndata: {}\n\n';

it("messages are the same however the stream is cut", () => {
  for (let cut = 0; cut <= SAID.length; cut++) {
    const reader = new MessageReader();
    const heard = [...reader.push(SAID.slice(0, cut)), ...reader.push(SAID.slice(cut))];
    expect(heard).toEqual([
      { event: "TicketUpdated", resource: "/api/v1/tickets/a" },
      { event: "reset", resource: "" },
    ]);
    expect(reader.lastId).toBe("7");
  }
});
