/** The form for a new ticket: as the layout of its process and type has it, with what the desk said of it. */
import { Alert } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCreateTicket, useOnce } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { formLayoutQuery } from "../api/layouts";
import { Problem } from "../api/problem";
import { schedule, type Scheduled } from "../api/scheduled";
import { processesQuery } from "../api/structure";
import type { FieldValue } from "./field-input";
import { faultsBeside, LaidOut } from "./laid-out";
import { answers, type LaidOutField, type LaidOutValues } from "./layouts";
import { Failed, Loading } from "./states";
import { TicketInput } from "./ticket-input";

/** What decides of the form itself, and is therefore asked first where the layout has no place for it. */
type Kind = "process" | "type";

export function useTicketForm(audience: "agent" | "requester", asked: readonly Kind[], given: LaidOutValues) {
  const [values, setValues] = useState<LaidOutValues>(given);
  const processes = useQuery({ ...processesQuery, enabled: asked.includes("process") });
  const creating = useCreateTicket();
  const once = useOnce();
  const scheduling = useMutation({ mutationFn: (body: Schemas["NewScheduledTicket"]) => schedule(body, once.headers()), onSuccess: once.done });
  const text = (name: Kind) => (typeof values[name] === "string" ? values[name] : "");
  const layout = useQuery(formLayoutQuery({ audience, process: text("process"), type: text("type") }));
  const error = creating.error ?? scheduling.error;
  const problem = error instanceof Problem ? error : null;
  const open = (processes.data?.items ?? []).filter((one) => one.active);
  const placed = new Set(layout.data?.sections.flatMap((section) => section.fields.map((field) => field.name)));
  const first = asked.filter((name) => !placed.has(name) && (name === "type" || open.length > 1));
  const shown: LaidOutValues = { ...values, process: text("process") || (open.find((one) => one.is_default)?.slug ?? null) };

  function said(): { title: string } {
    const kinds = Object.fromEntries(first.filter((name) => text(name)).map((name) => [name, text(name)]));
    return { ...(layout.data && answers(layout.data, values)), ...kinds, title: String(values["title"]).trim() };
  }

  function create(channel: string, done: (made: Ticket) => void, besides: Partial<Schemas["NewTicket"]> = {}): void {
    scheduling.reset();
    creating.mutate({ ...said(), ...besides, channel } as Schemas["NewTicket"], { onSuccess: done });
  }

  function createLater(not_before: string, done: (planned: Scheduled) => void): void {
    creating.reset();
    scheduling.mutate({ ...said(), not_before } as Schemas["NewScheduledTicket"], { onSuccess: done });
  }

  return {
    values: shown,
    set: (name: string, value: FieldValue) => setValues((before) => ({ ...before, [name]: value })),
    layout,
    first,
    problem,
    failed: error !== null,
    busy: creating.isPending || scheduling.isPending,
    ready: layout.isSuccess && String(values["title"] ?? "").trim() !== "",
    create,
    createLater,
  };
}

interface TicketFieldsProps {
  form: ReturnType<typeof useTicketForm>;
  under?: Record<string, ReactNode>;
  /** What is asked for outside these fields, and tells its faults by itself. */
  elsewhere?: readonly string[];
}

export function TicketFields({ form, under = {}, elsewhere = [] }: TicketFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { layout, values, set, problem } = form;
  if (layout.isPending) return <Loading />;
  if (layout.isError) return <Failed error={layout.error} again={() => void layout.refetch()} />;
  const beside = problem && problem.status !== 0 ? faultsBeside(layout.data, values, problem, elsewhere) : [];
  return (
    <>
      {form.first.length > 0 && (
        <div className="laid-out" style={{ "--columns": form.first.length } as React.CSSProperties}>
          {form.first.map((name) => (
            <TicketInput key={name} field={builtIn(name)} values={values} set={set} required error={problem?.reasonOf(name)} plain={layout.data.audience === "requester"} />
          ))}
        </div>
      )}
      <LaidOut layout={layout.data} values={values} set={set} problem={problem} under={under} />
      {form.failed && (problem?.status === 0 || !problem || beside.length > 0) && (
        <Alert color="red" variant="light" role="alert">
          {beside.join(" ") || t("composer.not_sent")}
        </Alert>
      )}
    </>
  );
}

const builtIn = (name: string): LaidOutField => ({
  name, title: null, titles: {}, description: null, type: null, choices: [], required: true, read_only: false, shown_when: null, required_when: null,
});
