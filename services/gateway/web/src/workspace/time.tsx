/** The time spent on a ticket: noted by hand or by a timer, put right, taken back. */
import { ActionIcon, Button, Checkbox, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew, useAct } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { changeTime, dropTimer, noteTime, removeTime, startTimer, stopTimer, timeQuery, timerQuery } from "../api/ticket-parts";
import { When } from "../shared/badges";
import { span } from "../shared/format";
import { Icon } from "../shared/icons";
import { useMay, useMe } from "../shared/me";
import { useNow } from "../shared/now";
import { Failed, Loading } from "../shared/states";
import { Refused } from "./parts";
import { tell } from "./toasts";

type Entry = Schemas["TimeEntry"];

export function TimeSpent({ ticket }: { ticket: Ticket }): ReactNode {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const entries = useQuery(timeQuery(ticket.number));
  const act = useAct(ticket.number);
  const [editing, setEditing] = useState<Entry | null>(null);
  const queries = useQueryClient();

  function remove(entry: Entry): void {
    const { minutes, started_at, billable } = entry;
    const body = { minutes, started_at, billable, note: entry.note ?? "", activity: entry.activity ?? "", person: entry.person.email };
    const again = async () => {
      await noteTime(ticket.number, body);
      await readAnew(queries, ticket.number);
    };
    act.mutate(() => removeTime(entry), { onSuccess: () => tell(t("time.removed"), again) });
  }

  if (entries.isPending) return <Loading />;
  if (entries.isError) return <Failed error={entries.error} again={() => void entries.refetch()} />;
  return (
    <Stack gap="xs">
      <Text size="sm">
        {t("time.sum", { spent: span(ticket.minutes_spent * 60, i18n.language), billable: span(ticket.minutes_billable * 60, i18n.language) })}
      </Text>
      {may("reports.read") && (
        <Link to="/desk/time" style={{ fontSize: "var(--mantine-font-size-xs)" }}>
          {t("worked.title")}
        </Link>
      )}
      {may("tickets.update") && <Timer number={ticket.number} />}
      {entries.data.items.map((entry) => (
        <EntryLine key={entry.id} entry={entry} edit={() => setEditing(entry)} remove={() => remove(entry)} />
      ))}
      {may("tickets.update") && (
        <Note
          key={editing?.id ?? "new"}
          entry={editing}
          busy={act.isPending}
          keep={(body, done) => act.mutate(() => (editing ? changeTime(editing, body) : noteTime(ticket.number, body)), { onSuccess: done })}
          close={() => setEditing(null)}
        />
      )}
      <Refused error={act.error} />
    </Stack>
  );
}

function EntryLine({ entry, edit, remove }: { entry: Entry; edit: () => void; remove: () => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const may = useMay();
  const mine = entry.person.id === me.id || may("tickets.manage_time");
  return (
    <Group justify="space-between" wrap="nowrap" gap={4} align="flex-start">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" className="clip">
          <strong className="number">{span(entry.minutes * 60, i18n.language)}</strong> · {entry.person.name}
          {entry.billable && ` · ${t("time.billable")}`}
        </Text>
        <Text size="xs" className="quiet person-text">
          {[entry.activity, entry.note].filter(Boolean).join(": ")} <When moment={entry.started_at} />
        </Text>
      </div>
      {mine && (
        <Group gap={0} wrap="nowrap">
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("time.edit")} onClick={edit}>
            <Icon name="note" size={14} />
          </ActionIcon>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t("time.remove")} onClick={remove}>
            <Icon name="close" size={14} />
          </ActionIcon>
        </Group>
      )}
    </Group>
  );
}

interface NoteProps {
  /** The entry that is put right; null for a new one. */
  entry: Entry | null;
  busy: boolean;
  keep: (body: Schemas["NewTimeEntry"], done: () => void) => void;
  close: () => void;
}

const MOST_MINUTES = 1440;

function Note({ entry, busy, keep, close }: NoteProps): ReactNode {
  const { t } = useTranslation();
  const [minutes, setMinutes] = useState<number | string>(entry?.minutes ?? "");
  const [note, setNote] = useState(entry?.note ?? "");
  const [activity, setActivity] = useState(entry?.activity ?? "");
  const [billable, setBillable] = useState(entry?.billable ?? false);

  function submit(event: FormEvent): void {
    event.preventDefault();
    keep({ minutes: Number(minutes), note: note.trim(), activity: activity.trim(), billable }, () => {
      setMinutes("");
      setNote("");
      close();
    });
  }

  return (
    <Stack component="form" gap={6} onSubmit={submit} aria-label={t("time.note")}>
      <Group gap={6} wrap="nowrap">
        <NumberInput size="xs" w={90} aria-label={t("time.minutes")} placeholder={t("time.minutes")} min={1} max={MOST_MINUTES} allowDecimal={false} value={minutes} onChange={setMinutes} hideControls />
        <TextInput size="xs" flex={1} aria-label={t("time.activity")} placeholder={t("time.activity")} value={activity} onChange={(event) => setActivity(event.target.value)} />
      </Group>
      <TextInput size="xs" aria-label={t("time.what")} placeholder={t("time.what")} value={note} onChange={(event) => setNote(event.target.value)} />
      <Group gap={6} justify="space-between">
        <Checkbox size="xs" label={t("time.billable")} checked={billable} onChange={(event) => setBillable(event.target.checked)} />
        <Group gap={6}>
          {entry && (
            <Button size="xs" variant="subtle" color="gray" onClick={close}>
              {t("action.cancel")}
            </Button>
          )}
          <Button size="xs" variant="default" type="submit" disabled={!minutes} loading={busy}>
            {t(entry ? "time.keep" : "time.note")}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

/** Starts the timer on this ticket, or stops it, which notes the time. */
function Timer({ number }: { number: string }): ReactNode {
  const { t } = useTranslation();
  const { timer, act, stop } = useTimer();
  const here = timer?.ticket.key === number;
  return (
    <>
      <Group gap={6}>
        {here ? (
          <Button size="xs" variant="light" leftSection={<Icon name="pause" size={14} />} loading={act.isPending} onClick={stop}>
            {t("time.stop")} · <Running since={timer.started_at} />
          </Button>
        ) : (
          <Button size="xs" variant="default" leftSection={<Icon name="clock" size={14} />} loading={act.isPending} onClick={() => act.mutate(() => startTimer(number))}>
            {t("time.start")}
          </Button>
        )}
        {here && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => act.mutate(dropTimer)}>
            {t("time.drop")}
          </Button>
        )}
      </Group>
      <Refused error={act.error} />
    </>
  );
}

/** My timer: what it runs for, and the way to stop it. */
export function useTimer() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(timerQuery);
  const timer = asked.data?.timer ?? null;
  const act = useAct(timer?.ticket.key ?? "");
  const refresh = { onSettled: () => queries.invalidateQueries({ predicate: ({ queryKey: [of] }) => of === "timer" || of === "time" || of === "ticket" }) };
  return {
    timer,
    act: { ...act, mutate: (what: () => Promise<unknown>) => act.mutate(what, refresh) },
    stop: () =>
      act.mutate(
        async () => {
          const noted = await stopTimer();
          tell(t("time.noted", { span: span(noted.minutes * 60, i18n.language), number: noted.ticket.key }));
        },
        refresh,
      ),
  };
}

function Running({ since }: { since: string }): ReactNode {
  const { i18n } = useTranslation();
  const now = useNow();
  return <span className="number">{span(Math.max(0, now - new Date(since).getTime()) / 1000, i18n.language)}</span>;
}

/** The timer that runs, wherever I am. */
export function TimerMark({ open }: { open: (number: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { timer, stop } = useTimer();
  if (!timer) return null;
  return (
    <Group gap={4} wrap="nowrap" justify="space-between">
      <Button size="compact-xs" variant="subtle" leftSection={<Icon name="clock" size={14} />} onClick={() => open(timer.ticket.key)} title={timer.ticket.name}>
        {timer.ticket.key} · <Running since={timer.started_at} />
      </Button>
      <ActionIcon size="sm" variant="subtle" aria-label={t("time.stop")} title={t("time.stop")} onClick={stop}>
        <Icon name="pause" size={14} />
      </ActionIcon>
    </Group>
  );
}
