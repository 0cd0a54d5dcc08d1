/** What is done to many tickets at once: a job of the desk's, whose progress, and what it could not do, is shown. */
import { Alert, Button, Group, Menu, Progress, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { cancelBulk, failures, isOver, jobQuery, startBulk, undoBulk } from "../api/bulk";
import type { Schemas, Ticket } from "../api/client";
import { queuesQuery } from "../api/structure";
import { useMay, useMe } from "../shared/me";
import { useActions } from "./actions";
import { Refused, useMayWork, useStaff } from "./parts";
import { tell } from "./toasts";

type Work = Omit<Schemas["Bulk"], "ticket_ids" | "filter">;

interface Begun {
  job: string;
  /** null: it takes another back. */
  work: Work | null;
}

interface BulkProps {
  tickets: Ticket[];
  clear: () => void;
  /** Chooses all tickets of the list. */
  all: { mutate: () => void; isPending: boolean; error: Error | null };
}

export function Bulk({ tickets, clear, all }: BulkProps): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  // A job goes on without the page; whoever comes back sees how far it is.
  const [begun, setBegun] = useLocalStorage<Begun | null>({ key: `deskmesh-bulk:${me.id}`, defaultValue: null, getInitialValueInEffect: false });
  const starting = useMutation({
    mutationFn: ({ ticket_ids, work }: { ticket_ids: string[]; work: Work }) => startBulk({ ...work, ticket_ids }),
    onSuccess: (job, { work }) => setBegun({ job: job.id, work }),
  });
  const run = (work: Work) => starting.mutate({ ticket_ids: tickets.map((one) => one.id), work });
  const undo = (job: string) => undoBulk(job).then((back) => setBegun({ job: back.id, work: null }));

  if (tickets.length === 0 && !begun) return null;
  return (
    <div className="card bulk" role="region" aria-label={t("bulk.title")}>
      {tickets.length > 0 && <Tools tickets={tickets} busy={begun !== null || starting.isPending} run={run} clear={clear} all={all} />}
      <Refused error={starting.error ?? all.error} />
      {begun && (
        <Job
          key={begun.job}
          begun={begun}
          undo={begun.work ? () => undo(begun.job) : undefined}
          again={(ticket_ids) => begun.work && starting.mutate({ ticket_ids, work: begun.work })}
          end={(whole) => {
            setBegun(null);
            if (whole) clear();
          }}
        />
      )}
    </div>
  );
}

interface ToolsProps {
  tickets: Ticket[];
  busy: boolean;
  run: (work: Work) => void;
  clear: () => void;
  all: BulkProps["all"];
}

function Tools({ tickets, busy, run, clear, all }: ToolsProps): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const queues = useQuery(queuesQuery);
  const mayWork = useMayWork();
  const staff = useStaff().filter((one) => tickets.some((ticket) => mayWork(one, ticket)));
  const count = tickets.length;
  const assigns = may("tickets.assign") && !busy;
  useActions([
    ...(assigns
      ? [
          { label: `${t("bulk.chosen", { count })}: ${t("ticket.take")}`, run: () => run({ assignment: { assignee: me.id } }) },
          ...staff.map((one) => ({ label: `${t("bulk.chosen", { count })}: ${t("palette.assign", { name: one.name })}`, run: () => run({ assignment: { assignee: one.id } }) })),
        ]
      : []),
    ...(may("tickets.update") && !busy ? (queues.data?.items ?? []).map((one) => ({ label: `${t("bulk.chosen", { count })}: ${t("palette.move", { queue: one.name })}`, run: () => run({ changes: { queue: one.id } }) })) : []),
    { label: t("bulk.clear"), run: clear },
  ]);
  return (
    <Group gap="xs">
      <Text size="sm" fw={600} aria-live="polite">
        {t("bulk.chosen", { count })}
      </Text>
      <Button size="xs" variant="subtle" loading={all.isPending} onClick={() => all.mutate()}>
        {t("bulk.all")}
      </Button>
      {may("tickets.assign") && (
        <>
          <Button size="xs" variant="light" disabled={busy} onClick={() => run({ assignment: { assignee: me.id } })}>
            {t("ticket.take")}
          </Button>
          <Choose label={t("bulk.assign")} busy={busy} offered={staff.map((one) => ({ id: one.id, name: one.name }))} choose={(assignee) => run({ assignment: { assignee } })} />
          <Button size="xs" variant="default" disabled={busy} onClick={() => run({ assignment: { assignee: null } })}>
            {t("bulk.release")}
          </Button>
        </>
      )}
      {may("tickets.update") && <Choose label={t("bulk.move")} busy={busy} offered={queues.data?.items ?? []} choose={(queue) => run({ changes: { queue } })} />}
      {may("tickets.transition") && (
        <Button size="xs" variant="default" disabled={busy} onClick={() => run({ transition: { to: "resolved" } })}>
          {t("bulk.resolve")}
        </Button>
      )}
      <Button size="xs" variant="subtle" color="gray" onClick={clear}>
        {t("bulk.clear")}
      </Button>
    </Group>
  );
}

interface ChooseProps {
  label: string;
  busy: boolean;
  offered: { id: string; name: string }[];
  choose: (id: string) => void;
}

function Choose({ label, busy, offered, choose }: ChooseProps): ReactNode {
  return (
    <Menu shadow="md">
      <Menu.Target>
        <Button size="xs" variant="default" disabled={busy}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {offered.map((one) => (
          <Menu.Item key={one.id} onClick={() => choose(one.id)}>
            {one.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface JobProps {
  begun: Begun;
  /** Takes back what was done; there is none of what takes back itself. */
  undo: (() => Promise<unknown>) | undefined;
  again: (ticket_ids: string[]) => void;
  /** Called when there is nothing more to show; `whole` says that all was done. */
  end: (whole: boolean) => void;
}

function Job({ begun, undo, again, end }: JobProps): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(jobQuery(begun.job));
  const job = asked.data;
  const over = job !== undefined && isOver(job);
  const failed = useQuery({ queryKey: ["job", begun.job, "failures"], queryFn: () => failures(begun.job), enabled: over && job.failed > 0 });
  const whole = over && job.failed === 0;
  const gone = asked.isError;
  useEffect(() => {
    if (over) void queries.invalidateQueries({ queryKey: ["tickets"] });
    if (gone) end(false);
    if (!whole) return;
    tell(t(begun.work ? "bulk.done" : "bulk.undone", { count: job.succeeded }), undo);
    end(true);
    // Once for each way that a job ends.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [over, whole, gone]);
  const undoing = useMutation({ mutationFn: async () => undo?.() });
  if (!job) return null;
  const label = t("bulk.progress", { done: job.done, total: job.total });
  return (
    <Stack gap={6} mt="xs">
      <Group gap="xs" role="status">
        <Text size="sm">{label}</Text>
        {!over && (
          <Button size="compact-xs" variant="default" onClick={() => void cancelBulk(begun.job).then(() => asked.refetch())}>
            {t("bulk.cancel")}
          </Button>
        )}
      </Group>
      <Progress value={(100 * job.done) / Math.max(1, job.total)} size="sm" aria-label={label} />
      {failed.data && failed.data.length > 0 && (
        <Alert color="red" variant="light" role="alert" title={t("bulk.failed", { count: failed.data.length })}>
          {failed.data.map((one) => (
            <Text key={one.ticket.key} size="sm">
              {one.ticket.key}: {one.problem?.detail}
            </Text>
          ))}
          <Refused error={undoing.error} />
          <Group gap="xs" mt="xs">
            {begun.work && (
              <Button size="compact-sm" variant="default" onClick={() => again(failed.data.map((one) => one.ticket.key))}>
                {t("bulk.again")}
              </Button>
            )}
            {undo && job.succeeded > 0 && (
              <Button size="compact-sm" variant="default" loading={undoing.isPending} onClick={() => undoing.mutate()}>
                {t("bulk.undo")}
              </Button>
            )}
            <Button size="compact-sm" variant="subtle" color="gray" disabled={undoing.isPending} onClick={() => end(false)}>
              {t("action.close")}
            </Button>
          </Group>
        </Alert>
      )}
    </Stack>
  );
}
