import { ActionIcon, Alert, Anchor, Button, Group, Menu, Modal, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew, useAct } from "../api/changes";
import type { Comment, Ticket } from "../api/client";
import { ticketQuery } from "../api/queries";
import { unmerge } from "../api/ticket-parts";
import { PriorityMark, StateBadge, useWord, When } from "../shared/badges";
import { Conversation } from "../shared/conversation";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { useActions } from "./actions";
import { useChanging } from "./changing";
import { DeskComposer } from "./desk-composer";
import { Facts } from "./facts";
import { ForwardButton, Forwarding } from "./forward";
import { MajorIncident } from "./major";
import { Refused } from "./parts";
import { Rated } from "./people";
import { Others, usePresence } from "./presence";
import { SplitOff } from "./split";

export function TicketPage(): ReactNode {
  const { number } = useParams({ from: "/signed-in/desk/tickets/$number" });
  const asked = useQuery(ticketQuery(number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <Panes key={asked.data.id} ticket={asked.data} />;
}

const ENDED = new Set(["resolved", "closed"]);

function Panes({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const router = useRouter();
  const writing = usePresence(ticket);
  useHotkeys([
    ["r", () => document.querySelector<HTMLElement>("[data-composer]")?.focus(), { preventDefault: true }],
    ["u", () => router.history.back()],
  ]);
  return (
    <div className="ticket">
      <div className="ticket-main">
        <Stack gap="xs" mb="md">
          <Group justify="space-between" wrap="nowrap">
            <Anchor component="button" type="button" size="sm" onClick={() => router.history.back()}>
              <Group gap={4}>
                <Icon name="back" size={14} />
                {t("action.back")}
              </Group>
            </Anchor>
            <Others number={ticket.number} />
          </Group>
          <Head ticket={ticket} />
          <MergedInto ticket={ticket} />
          <MajorIncident ticket={ticket} />
          {ENDED.has(ticket.state_category) && <Rated number={ticket.number} />}
        </Stack>
        <Talk ticket={ticket} />
        {may("tickets.comment") && <DeskComposer ticket={ticket} writing={writing} />}
      </div>
      <aside className="ticket-facts" aria-label={t("ticket.facts")}>
        <Facts ticket={ticket} />
      </aside>
    </div>
  );
}

/** The conversation, of which agents hand on what others shall know. */
function Talk({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [from, setFrom] = useState<Comment | null>();
  const forwards = may("tickets.comment") && !ticket.merged_into;
  useActions(forwards ? [{ label: t("forward.title"), run: () => setFrom(null) }] : []);
  return (
    <>
      <Conversation ticket={ticket} tools={forwards ? (comment) => <ForwardButton open={() => setFrom(comment)} /> : undefined} />
      {from !== undefined && <Forwarding ticket={ticket} from={from} close={() => setFrom(undefined)} />}
    </>
  );
}

function Head({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const word = useWord();
  const [doing, setDoing] = useState<"edit" | "split" | null>(null);
  const edits = may("tickets.update");
  useActions(edits ? [{ label: t("ticket.edit"), run: () => setDoing("edit") }, { label: t("split.title"), run: () => setDoing("split") }] : []);
  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={1} size="h3">
          {ticket.title}
        </Title>
        {edits && (
          <Menu shadow="md" position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" aria-label={t("ticket.more")} title={t("ticket.more")}>
                <Icon name="dots" size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setDoing("edit")}>{t("ticket.edit")}</Menu.Item>
              <Menu.Item onClick={() => setDoing("split")}>{t("split.title")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Group gap="sm">
        <StateBadge ticket={ticket} />
        <PriorityMark priority={ticket.priority} />
        <Text size="sm" className="quiet">
          <span className="number">{ticket.number}</span> · {word("types", ticket.type)} · <When moment={ticket.created_at} />
        </Text>
      </Group>
      <EditText key={ticket.id} ticket={ticket} opened={doing === "edit"} close={() => setDoing(null)} />
      {doing === "split" && <SplitOff ticket={ticket} close={() => setDoing(null)} />}
    </>
  );
}

interface EditProps {
  ticket: Ticket;
  opened: boolean;
  close: () => void;
}

/** Title and description, as they were when the form was opened: what others write meanwhile is not overwritten unseen. */
function EditText({ ticket, opened, close }: EditProps): ReactNode {
  const { dialog, ...changing } = useChanging(ticket);
  return (
    <>
      {opened && <EditForm ticket={ticket} close={close} changing={changing} />}
      {dialog}
    </>
  );
}

interface FormProps {
  ticket: Ticket;
  close: () => void;
  changing: Omit<ReturnType<typeof useChanging>, "dialog">;
}

function EditForm({ ticket, close, changing }: FormProps): ReactNode {
  const { t } = useTranslation();
  const [before] = useState(ticket);
  const [title, setTitle] = useState(before.title);
  const [description, setDescription] = useState(before.description);
  // Markdown is edited as it was written; of HTML it is the text that is written anew.
  const format = before.description_format === "markdown" ? { description_format: "markdown" } : {};
  const body = { ...(title !== before.title && { title }), ...(description !== before.description && { description, ...format }) };

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (Object.keys(body).length === 0) close();
    else changing.apply({ kind: "fields", body }, before.version, close);
  }

  return (
    <Modal opened onClose={close} size="lg" title={t("ticket.edit")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <TextInput label={t("field.title")} required value={title} onChange={(event) => setTitle(event.target.value)} error={changing.problem?.reasonOf("title")} />
        <Textarea label={t("field.description")} autosize minRows={5} maxRows={18} value={description} onChange={(event) => setDescription(event.target.value)} error={changing.problem?.reasonOf("description")} />
        <Refused error={changing.problem} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={changing.busy}>
            {t("time.keep")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Says that the conversation goes on elsewhere, and takes it back. */
function MergedInto({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const act = useAct(ticket.number);
  const into = ticket.merged_into;
  if (!into) return null;
  return (
    <Alert variant="light" color="blue" py="xs">
      <Group justify="space-between">
        <Text size="sm">
          {t("relation.merged_into")}{" "}
          <Link to="/desk/tickets/$number" params={{ number: into.key }}>
            {into.key} {into.name}
          </Link>
        </Text>
        {may("tickets.update") && (
          <Button size="compact-sm" variant="default" loading={act.isPending} onClick={() => act.mutate(() => unmerge(into.id, ticket.id), { onSuccess: () => readAnew(queries, into.key) })}>
            {t("relation.unmerge")}
          </Button>
        )}
      </Group>
      <Refused error={act.error} />
    </Alert>
  );
}
