/** The right-hand pane of a ticket: what it is, where it may go, how its clocks stand. */
import { Accordion, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { TicketApprovals } from "../shared/approvals";
import { span } from "../shared/format";
import { useMay } from "../shared/me";
import { useActions } from "./actions";
import { ChangePart } from "./change/part";
import { Clocks } from "./clocks";
import { Fields } from "./fields";
import { History } from "./history";
import { Moves } from "./moves";
import { AskApproval, Watchers } from "./people";
import { Children, Relations } from "./relations";
import { Suggestions } from "./suggestions";
import { TimeSpent } from "./time";

export function Facts({ ticket }: { ticket: Ticket }): ReactNode {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const parts: { name: string; title: string; mark?: string; shown: () => ReactNode }[] = [
    { name: "facts", title: t("ticket.facts"), shown: () => <Fields ticket={ticket} /> },
    ...(ticket.type === "change" ? [{ name: "change", title: t("change.title"), shown: () => <ChangePart ticket={ticket} /> }] : []),
    { name: "help", title: t("ticket.suggestions"), shown: () => <Suggestions ticket={ticket} /> },
    { name: "children", title: t("relation.children"), shown: () => <Children ticket={ticket} /> },
    { name: "related", title: t("relation.title"), shown: () => <Relations ticket={ticket} /> },
    ...(may("tickets.read")
      ? [{ name: "time", title: t("time.title"), ...(ticket.minutes_spent > 0 && { mark: span(ticket.minutes_spent * 60, i18n.language) }), shown: () => <TimeSpent ticket={ticket} /> }]
      : []),
    { name: "watchers", title: t("field.watchers"), ...(ticket.watchers.length > 0 && { mark: String(ticket.watchers.length) }), shown: () => <Watchers ticket={ticket} /> },
    { name: "approvals", title: t("approval.title"), shown: () => <Approvals ticket={ticket} /> },
    { name: "history", title: t("ticket.history"), shown: () => <History ticket={ticket} /> },
  ];
  const [opened, setOpened] = useState<string[]>(["facts", "change"]);
  useActions(parts.map((part) => ({ label: t("palette.part", { part: part.title }), run: () => setOpened((before) => [...new Set([...before, part.name])]) })));
  return (
    <Stack gap="md">
      <Moves ticket={ticket} />
      <Clocks ticket={ticket} />
      <Accordion multiple value={opened} onChange={setOpened} variant="default" chevronSize={14} className="parts" keepMounted={false} transitionDuration={0}>
        {parts.map((part) => (
          <Accordion.Item key={part.name} value={part.name}>
            <Accordion.Control>
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" fw={600}>
                  {part.title}
                </Text>
                {part.mark && (
                  <Text size="xs" className="quiet number">
                    {part.mark}
                  </Text>
                )}
              </Group>
            </Accordion.Control>
            <Accordion.Panel>{opened.includes(part.name) && part.shown()}</Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

function Approvals({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const none = (
    <Text size="sm" className="quiet">
      {t("ticket.no_approvals")}
    </Text>
  );
  return (
    <Stack gap="sm">
      <TicketApprovals number={ticket.number} empty={none} />
      <AskApproval ticket={ticket} />
    </Stack>
  );
}
