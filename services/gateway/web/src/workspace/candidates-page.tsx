/** Incidents that may have one cause: why they are put together, and what becomes of it, a problem or nothing. */
import { Badge, Button, Group, Modal, Paper, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useOnce } from "../api/changes";
import { itemsByIdQuery } from "../api/items";
import { type Candidate, type CandidatesAsked, candidatesQuery, dismissCandidate, makeProblem, organizationsQuery, recallCandidate } from "../api/problems";
import { useWord, When } from "../shared/badges";
import { useMay } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { Refused, TicketLink } from "./parts";
import { tell } from "./toasts";

const WINDOWS = ["7", "14", "28", "60", "90"];
const THRESHOLDS = ["2", "3", "5", "10", "20"];
const PAGE = 20;
const SAMPLE = 5;
/** What stands for a configuration item. */
const OF_ITEMS = new Set(["ci", "service"]);

type Kind = "ci" | "service" | "title" | "category" | "organization";

export function CandidatesPage(): ReactNode {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<CandidatesAsked>({ window_days: 28, threshold: 3, dismissed: false });
  const [shown, setShown] = useState(PAGE);
  const found = useQuery({ ...candidatesQuery(asked), placeholderData: keepPreviousData });
  const all = found.data?.items ?? [];
  const items = useQuery(itemsByIdQuery(itemsOf(all))).data?.items ?? [];
  const organizations = useQuery(organizationsQuery).data?.items ?? [];
  const names = new Map([...items, ...organizations].map((one) => [one.id, one.name]));
  return (
    <Stack p="md" gap="sm" maw={900}>
      <Title order={1} size="h3">
        {t("candidate.title")}
      </Title>
      <Text size="sm" className="quiet">
        {t("candidate.text")}
      </Text>
      <Group gap="sm" align="flex-end">
        <Select size="xs" w={150} label={t("candidate.window")} value={String(asked.window_days)} onChange={(value) => setAsked({ ...asked, window_days: Number(value) })} allowDeselect={false} data={WINDOWS.map((days) => ({ value: days, label: t("volume.days", { days }) }))} />
        <Select size="xs" w={150} label={t("candidate.threshold")} value={String(asked.threshold)} onChange={(value) => setAsked({ ...asked, threshold: Number(value) })} allowDeselect={false} data={THRESHOLDS} />
        <Switch size="sm" mb={4} label={t("candidate.show_dismissed")} checked={asked.dismissed} onChange={(event) => setAsked({ ...asked, dismissed: event.currentTarget.checked })} />
      </Group>
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && all.length === 0 && <Note icon="check" title={t("candidate.none_title")} text={t("candidate.none_text", { examined: found.data.examined })} />}
      {all.slice(0, shown).map((one) => (
        <One key={one.key} candidate={one} asked={asked} names={names} />
      ))}
      {all.length > shown && (
        <Button variant="default" w="fit-content" onClick={() => setShown(shown + PAGE)}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}

const itemsOf = (all: Candidate[]) => [...new Set(all.flatMap((one) => [one, ...one.reasons]).filter((one) => OF_ITEMS.has(one.kind)).map((one) => one.value))];

interface OneProps {
  candidate: Candidate;
  asked: CandidatesAsked;
  names: ReadonlyMap<string, string>;
}

function One({ candidate, asked, names }: OneProps): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const word = useWord();
  const queries = useQueryClient();
  const [doing, setDoing] = useState<"make" | "dismiss" | null>(null);
  const [whole, setWhole] = useState(false);
  const change = useMutation({ mutationFn: (act: () => Promise<unknown>) => act(), onSettled: () => queries.invalidateQueries({ queryKey: ["tickets"] }) });
  const { incidents, reasons, dismissal } = candidate;
  const said = ({ kind, value }: { kind: string; value: string }) => {
    const what = t(`candidate_kinds.${kind as Kind}`);
    if (kind === "organization") return names.has(value) ? `${t("candidate_kinds.one_organization")}: ${names.get(value)}` : what;
    if (kind !== "category") return `${what}: ${names.get(value) ?? value}`;
    const [category, organization = ""] = value.split("/");
    return [`${what}: ${category}`, names.get(organization)].filter(Boolean).join(" · ");
  };
  const name = said(candidate);

  function dismiss(reason: string): void {
    const recall = () => recallCandidate(candidate.key).then(() => queries.invalidateQueries({ queryKey: ["tickets"] }));
    change.mutate(() => dismissCandidate(candidate.key, reason), {
      onSuccess: () => {
        setDoing(null);
        tell(t("candidate.dismissed", { name }), recall);
      },
    });
  }

  return (
    <Paper withBorder p="sm" component="article" aria-label={name}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
          <Text fw={600} className="person-text">
            {name}
          </Text>
          <Text size="xs" className="quiet">
            {t("candidate.incidents", { incidents: incidents.length })} · <When moment={candidate.first_at} /> – <When moment={candidate.last_at} />
          </Text>
        </div>
        {may("tickets.update") && (
          <Group gap="xs">
            <Button size="compact-sm" onClick={() => setDoing("make")}>
              {t("candidate.make")}
            </Button>
            {dismissal ? (
              <Button size="compact-sm" variant="default" loading={change.isPending} onClick={() => change.mutate(() => recallCandidate(candidate.key))}>
                {t("candidate.recall")}
              </Button>
            ) : (
              <Button size="compact-sm" variant="default" onClick={() => setDoing("dismiss")}>
                {t("candidate.dismiss")}
              </Button>
            )}
          </Group>
        )}
      </Group>
      {dismissal && (
        <Text size="sm" mt={4} className="person-text">
          {t("candidate.dismissed_by", { name: dismissal.dismissed_by.name })}
          {dismissal.reason && `: ${dismissal.reason}`}
        </Text>
      )}
      {reasons.length > 0 && (
        <Group gap={6} mt={6} role="group" aria-label={t("candidate.reasons")}>
          {reasons.map((one) => (
            <Badge key={`${one.kind} ${one.value}`} variant="light" color="gray" tt="none" fw={500} radius="sm" maw="100%">
              {said(one)} ({one.incidents})
            </Badge>
          ))}
        </Group>
      )}
      <Stack gap={4} mt="xs">
        {incidents.slice(0, whole ? incidents.length : SAMPLE).map((one) => (
          <Group key={one.id} justify="space-between" wrap="nowrap" gap="xs">
            <TicketLink number={one.key} title={one.name} />
            <Text size="xs" className="quiet whole">
              {word("states", one.state)} · <When moment={one.created_at} />
            </Text>
          </Group>
        ))}
        {!whole && incidents.length > SAMPLE && (
          <Button size="compact-xs" variant="subtle" w="fit-content" onClick={() => setWhole(true)}>
            {t("action.more")}
          </Button>
        )}
      </Stack>
      {change.error && doing === null && <Refused error={change.error} />}
      {doing === "make" && <Make candidate={candidate} asked={asked} close={() => setDoing(null)} />}
      {doing === "dismiss" && <Dismiss busy={change.isPending} error={change.error} dismiss={dismiss} close={() => setDoing(null)} />}
    </Paper>
  );
}

function Make({ candidate, asked, close }: { candidate: Candidate; asked: CandidatesAsked; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const [title, setTitle] = useState(candidate.incidents[0]?.name ?? "");
  const making = useMutation({
    mutationFn: () => makeProblem(candidate.key, asked, title.trim(), once.headers()),
    onSuccess: (problem) => navigate({ to: "/desk/tickets/$number", params: { number: problem.number } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tickets"] }),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    making.mutate();
  }

  return (
    <Modal opened onClose={close} title={t("candidate.make")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <Text size="sm">{t("candidate.make_text", { incidents: candidate.incidents.length })}</Text>
        <TextInput label={t("field.title")} value={title} onChange={(event) => setTitle(event.currentTarget.value)} required />
        <Refused error={making.error} />
        <Buttons close={close} label={t("candidate.make")} busy={making.isPending} />
      </Stack>
    </Modal>
  );
}

interface DismissProps {
  busy: boolean;
  error: unknown;
  dismiss: (reason: string) => void;
  close: () => void;
}

function Dismiss({ busy, error, dismiss, close }: DismissProps): ReactNode {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    dismiss(reason.trim());
  }

  return (
    <Modal opened onClose={close} title={t("candidate.dismiss")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <TextInput label={t("candidate.reason")} description={t("candidate.dismiss_text")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Refused error={error} />
        <Buttons close={close} label={t("candidate.dismiss")} busy={busy} />
      </Stack>
    </Modal>
  );
}

function Buttons({ close, label, busy }: { close: () => void; label: string; busy: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={close}>
        {t("action.cancel")}
      </Button>
      <Button type="submit" loading={busy}>
        {label}
      </Button>
    </Group>
  );
}
