/** What is done to many tickets at once: one after another, with progress, and what failed is said. */
import { Alert, Button, Group, Menu, Progress, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, onceKey, take, type Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { queuesQuery } from "../api/queries";
import { useMay, useMe } from "../shared/me";

interface BulkProps {
  tickets: Ticket[];
  clear: () => void;
}

type Step = (ticket: Ticket) => Promise<unknown>;

export function Bulk({ tickets, clear }: BulkProps): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const queries = useQueryClient();
  const queues = useQuery(queuesQuery);
  const [done, setDone] = useState<number | null>(null);
  const [failed, setFailed] = useState<string[]>([]);

  async function run(step: Step): Promise<void> {
    const problems: string[] = [];
    for (const [place, ticket] of tickets.entries()) {
      setDone(place);
      await step(ticket).catch((error: unknown) => {
        problems.push(`${ticket.number}: ${error instanceof Problem ? error.detail : t("composer.not_sent")}`);
      });
    }
    setDone(null);
    setFailed(problems);
    await queries.invalidateQueries({ queryKey: ["tickets"] });
    if (problems.length === 0) clear();
  }

  const params = (ticket: Ticket) => ({ path: { ticket: ticket.number }, header: onceKey() });
  const assign = (assignee: string | null): Step => (ticket) =>
    take(api.PUT("/api/v1/tickets/{ticket}/assignment", { params: params(ticket), body: { assignee } }));
  const move = (queue: string): Step => (ticket) =>
    take(api.PATCH("/api/v1/tickets/{ticket}", { params: params(ticket), body: { queue } }));
  const resolve: Step = (ticket) =>
    take(api.POST("/api/v1/tickets/{ticket}/transitions", { params: params(ticket), body: { to: "resolved" } }));

  if (tickets.length === 0) return null;
  return (
    <div className="card bulk" role="region" aria-label={t("bulk.title")}>
      <Group gap="xs">
        <Text size="sm" fw={600} aria-live="polite">
          {t("bulk.chosen", { count: tickets.length })}
        </Text>
        {may("tickets.assign") && (
          <>
            <Button size="xs" variant="light" disabled={done !== null} onClick={() => void run(assign(me.id))}>
              {t("ticket.take")}
            </Button>
            <Button size="xs" variant="default" disabled={done !== null} onClick={() => void run(assign(null))}>
              {t("bulk.release")}
            </Button>
          </>
        )}
        {may("tickets.update") && (
          <Menu shadow="md">
            <Menu.Target>
              <Button size="xs" variant="default" disabled={done !== null}>
                {t("bulk.move")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {queues.data?.items.map((queue) => (
                <Menu.Item key={queue.id} onClick={() => void run(move(queue.slug))}>
                  {queue.name}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {may("tickets.transition") && (
          <Button size="xs" variant="default" disabled={done !== null} onClick={() => void run(resolve)}>
            {t("bulk.resolve")}
          </Button>
        )}
        <Button size="xs" variant="subtle" color="gray" onClick={clear}>
          {t("bulk.clear")}
        </Button>
      </Group>
      {done !== null && <Progress value={(100 * done) / tickets.length} size="sm" mt="xs" aria-label={t("bulk.title")} />}
      {failed.length > 0 && (
        <Alert color="red" variant="light" mt="xs" role="alert" title={t("bulk.failed", { count: failed.length })}>
          {failed.map((one) => (
            <Text key={one} size="sm">
              {one}
            </Text>
          ))}
        </Alert>
      )}
    </div>
  );
}
