/** Planning a change: the whole plan in one form. What somebody else planned meanwhile is taken in, nothing of mine is lost. */
import { Alert, Button, Checkbox, Fieldset, Group, Modal, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew } from "../../api/changes";
import { type Change, changeQuery, keepPlan, riskQuestionsQuery } from "../../api/change-plans";
import type { Ticket } from "../../api/client";
import { Problem } from "../../api/problem";
import { useMe } from "../../shared/me";
import { Failed, Loading } from "../../shared/states";
import { Refused } from "../parts";
import { type Filled, filledOf, mended, type Part, planOf } from "./plan";
import { useQuestion } from "./signs";

interface FormProps {
  ticket: Ticket;
  change: Change;
  close: () => void;
}

export function PlanForm({ ticket, change, close }: FormProps): ReactNode {
  const { t } = useTranslation();
  const zone = useMe().time_zone;
  const queries = useQueryClient();
  // As it was when the form was opened, or last brought together with what others did.
  const [before, setBefore] = useState(change);
  const [filled, setFilled] = useState(() => filledOf(change, zone));
  const [theirs, setTheirs] = useState<Part[]>([]);

  /** Keeps the plan; where only other parts of the ticket have changed meanwhile, over that. */
  async function keep(): Promise<Change | null> {
    try {
      return await keepPlan(ticket.number, before.version, planOf(filled, zone));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412) throw error;
      const now = await queries.fetchQuery({ ...changeQuery(ticket.number), staleTime: 0 });
      const together = mended(filledOf(before, zone), filled, filledOf(now, zone));
      setBefore(now);
      if (together.theirs.length === 0) return keepPlan(ticket.number, now.version, planOf(filled, zone));
      setFilled(together.filled);
      setTheirs(together.theirs);
      return null;
    }
  }

  const keeping = useMutation({
    mutationFn: keep,
    onSuccess: (kept) => {
      if (!kept) return;
      queries.setQueryData(changeQuery(ticket.number).queryKey, kept);
      close();
    },
    onSettled: () => readAnew(queries, ticket.number),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    keeping.mutate();
  }

  return (
    <Modal opened onClose={close} size="lg" title={t("change.edit")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <Inputs filled={filled} set={setFilled} error={keeping.error} />
        {theirs.length > 0 && (
          <Alert color="yellow" variant="light" title={t("conflict.title")} role="alert">
            {t("change.brought_together", { parts: theirs.map((part) => t(PARTS[part])).join(", ") })}
          </Alert>
        )}
        <Frozen error={keeping.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={keeping.isPending}>
            {t("time.keep")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const PARTS = {
  risk_answers: "change.risk", plan: "change.plan", backout_plan: "change.backout_plan", planned_start: "change.starts", planned_end: "change.ends", emergency: "change.emergency", release: "change.release",
} as const;

/** Why it was not kept: a freeze is no fault of a field. */
export function Frozen({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation();
  if (!(error instanceof Problem) || error.code !== "change_freeze") return <Refused error={error} />;
  return (
    <Alert color="red" variant="light" title={t("change.frozen")} role="alert">
      {error.detail}
    </Alert>
  );
}

interface InputsProps {
  filled: Filled;
  set: (filled: Filled) => void;
  error: unknown;
}

function Inputs({ filled, set, error }: InputsProps): ReactNode {
  const { t } = useTranslation();
  const zone = useMe().time_zone;
  const reason = (field: Part) => (error instanceof Problem ? error.reasonOf(field) : undefined);
  const change = (part: Partial<Filled>) => set({ ...filled, ...part });
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput type="datetime-local" label={t("change.starts")} description={zone ?? undefined} value={filled.planned_start} onChange={(event) => change({ planned_start: event.target.value })} error={reason("planned_start")} />
        <TextInput type="datetime-local" label={t("change.ends")} description={zone ?? undefined} value={filled.planned_end} onChange={(event) => change({ planned_end: event.target.value })} error={reason("planned_end")} />
      </SimpleGrid>
      <Switch label={t("change.emergency")} description={t("change.emergency_text")} checked={filled.emergency} onChange={(event) => change({ emergency: event.target.checked })} error={reason("emergency")} />
      <Questions answers={filled.risk_answers} set={(risk_answers) => change({ risk_answers })} error={error} />
      <Textarea label={t("change.plan")} autosize minRows={3} maxRows={12} value={filled.plan} onChange={(event) => change({ plan: event.target.value })} error={reason("plan")} />
      <Textarea label={t("change.backout_plan")} autosize minRows={2} maxRows={12} value={filled.backout_plan} onChange={(event) => change({ backout_plan: event.target.value })} error={reason("backout_plan")} />
      <TextInput label={t("change.release")} description={t("change.release_text")} value={filled.release} onChange={(event) => change({ release: event.target.value })} error={reason("release")} />
    </>
  );
}

interface QuestionsProps {
  answers: Record<string, boolean>;
  set: (answers: Record<string, boolean>) => void;
  error: unknown;
}

/** The questions whose yes adds to the risk. */
function Questions({ answers, set, error }: QuestionsProps): ReactNode {
  const { t } = useTranslation();
  const question = useQuestion();
  const asked = useQuery(riskQuestionsQuery);
  const faults = error instanceof Problem ? error.fields.filter(({ field }) => field.startsWith("risk_answers")) : [];
  return (
    <Fieldset legend={t("change.risk")} variant="default">
      <Stack gap="xs">
        {asked.isPending && <Loading />}
        {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
        {asked.data?.items.map(({ key, text }) => (
          <Checkbox key={key} label={question(key, text)} checked={answers[key] ?? false} onChange={(event) => set({ ...answers, [key]: event.target.checked })} />
        ))}
        {faults.map((fault) => (
          <Text key={fault.field} size="sm" c="red">
            {fault.reason}
          </Text>
        ))}
      </Stack>
    </Fieldset>
  );
}
