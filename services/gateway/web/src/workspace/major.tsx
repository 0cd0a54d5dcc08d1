/** A major incident: declared, told to everybody, answered and resolved for all that follow it. */
import { Alert, Button, Group, Modal, Progress, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAct } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { jobQuery } from "../api/bulk";
import { answerMajor, changeMajor, declareMajor, endMajor, majorQuery, resolveMajor } from "../api/ticket-parts";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { Refused } from "./parts";
import { tell } from "./toasts";

type Major = Schemas["MajorIncident"];
type Audience = "everybody" | "agents";

const OPEN = new Set(["new", "active", "waiting"]);

/** The banner of a major incident, or the way to declare one; nothing for tickets that cannot be one. */
export function MajorIncident({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const asked = useQuery({ ...majorQuery(ticket.number), enabled: ticket.type === "incident" });
  if (ticket.type !== "incident") return null;
  if (asked.data) return <Banner ticket={ticket} major={asked.data} />;
  if (!may("tickets.declare_major") || !OPEN.has(ticket.state_category) || asked.isPending) return null;
  return (
    <>
      <Button size="compact-xs" variant="subtle" color="gray" w="fit-content" onClick={() => setAsking(true)}>
        {t("major.declare")}
      </Button>
      {asking && <Say ticket={ticket} major={null} close={() => setAsking(false)} />}
    </>
  );
}

function Banner({ ticket, major }: { ticket: Ticket; major: Major }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const act = useAct(ticket.number);
  const [doing, setDoing] = useState<"say" | "answer" | "resolve" | null>(null);
  const [job, setJob] = useState<string | null>(null);

  function sent(text: string): void {
    const sending = () => (doing === "answer" ? answerMajor(ticket.number, text) : resolveMajor(ticket.number, text));
    act.mutate(sending, {
      onSuccess: (answer) => {
        setJob((answer as { job: Schemas["BulkJob"] | null }).job?.id ?? null);
        setDoing(null);
      },
    });
  }

  function end(): void {
    const again = () => declareMajor(ticket.number, { title: major.title, message: major.message, audience: major.audience as Audience, organizations: major.organizations.map((one) => one.id) });
    act.mutate(() => endMajor(ticket.number, major.version), { onSuccess: () => tell(t("major.ended"), again) });
  }

  return (
    <Alert color="red" variant="light" icon={<Icon name="alert" />} title={t("major.title", { title: major.title })}>
      <Stack gap="xs">
        {major.message && (
          <Text size="sm" className="person-text">
            {major.message}
          </Text>
        )}
        <Text size="xs">{t("major.followers", { followers: major.followers ?? 0 })}</Text>
        {may("tickets.declare_major") && (
          <Group gap="xs">
            <Button size="compact-sm" color="red" variant="light" onClick={() => setDoing("answer")}>
              {t("major.answer")}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setDoing("resolve")}>
              {t("major.resolve")}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setDoing("say")}>
              {t("major.change")}
            </Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={end} loading={act.isPending}>
              {t("major.end")}
            </Button>
          </Group>
        )}
        {job && <JobLine id={job} />}
        <Refused error={act.error} />
      </Stack>
      {doing === "say" && <Say ticket={ticket} major={major} close={() => setDoing(null)} />}
      {(doing === "answer" || doing === "resolve") && (
        <Tell title={t(doing === "answer" ? "major.answer" : "major.resolve")} text={t("major.tell_text", { followers: major.followers ?? 0 })} busy={act.isPending} error={act.error} send={sent} close={() => setDoing(null)} />
      )}
    </Alert>
  );
}

/** How far the followers have been told. */
function JobLine({ id }: { id: string }): ReactNode {
  const { t } = useTranslation();
  const job = useQuery(jobQuery(id)).data;
  if (!job) return null;
  const label = t("bulk.progress", { done: job.done, total: job.total });
  return (
    <div role="status">
      <Text size="xs">{label}</Text>
      <Progress value={(100 * job.done) / Math.max(1, job.total)} size="xs" aria-label={label} />
    </div>
  );
}

function Say({ ticket, major, close }: { ticket: Ticket; major: Major | null; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAct(ticket.number);
  const [title, setTitle] = useState(major?.title ?? ticket.title);
  const [message, setMessage] = useState(major?.message ?? "");
  const [audience, setAudience] = useState<Audience>(major?.audience === "agents" ? "agents" : "everybody");

  function submit(event: FormEvent): void {
    event.preventDefault();
    const said = { title, message, audience };
    act.mutate(() => (major ? changeMajor(ticket.number, major.version, said) : declareMajor(ticket.number, said)), { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={t(major ? "major.change" : "major.declare")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <Text size="sm">{t("major.say_text")}</Text>
        <TextInput label={t("field.title")} value={title} onChange={(event) => setTitle(event.target.value)} />
        <Textarea label={t("major.message")} autosize minRows={3} value={message} onChange={(event) => setMessage(event.target.value)} />
        <Select label={t("major.audience")} data={[{ value: "everybody", label: t("major.everybody") }, { value: "agents", label: t("major.agents") }]} value={audience} onChange={(value) => setAudience(value as Audience)} allowDeselect={false} />
        <Refused error={act.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" color="red" loading={act.isPending}>
            {t(major ? "time.keep" : "major.declare")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface TellProps {
  title: string;
  text: string;
  busy: boolean;
  error: unknown;
  send: (text: string) => void;
  close: () => void;
}

function Tell({ title, text, busy, error, send, close }: TellProps): ReactNode {
  const { t } = useTranslation();
  const [said, setSaid] = useState("");
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack>
        <Textarea label={t("major.message")} description={text} autosize minRows={4} value={said} onChange={(event) => setSaid(event.target.value)} />
        <Refused error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button disabled={!said.trim()} loading={busy} onClick={() => send(said.trim())}>
            {title}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
