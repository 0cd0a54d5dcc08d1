/** Sends what was said to people outside the ticket. */
import { ActionIcon, Button, Checkbox, Group, Modal, Stack, TagsInput, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAct } from "../api/changes";
import type { Comment, Ticket } from "../api/client";
import { peopleFoundQuery } from "../api/people";
import { attachmentsQuery, commentsQuery, forward } from "../api/ticket-parts";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { SEES_PEOPLE } from "../shared/person-field";
import { Failed, Loading } from "../shared/states";
import { PAUSE } from "../shared/use-things";
import { Refused } from "./parts";

const EXCERPT = 140;
const DESCRIPTION = "description";

const excerpt = (text: string) => (text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);

/** The button of a message; the description's where there is no comment. */
export function ForwardButton({ open }: { open: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <ActionIcon size={24} variant="subtle" color="gray" aria-label={t("forward.this")} title={t("forward.this")} onClick={open}>
      <Icon name="forward" size={14} />
    </ActionIcon>
  );
}

interface ForwardingProps {
  ticket: Ticket;
  /** The message that it was begun from; null: the description. */
  from: Comment | null;
  close: () => void;
}

export function Forwarding({ ticket, from, close }: ForwardingProps): ReactNode {
  const { t } = useTranslation();
  const comments = useInfiniteQuery(commentsQuery(ticket.number));
  const files = useQuery(attachmentsQuery(ticket.number));
  const act = useAct(ticket.number);
  const may = useMay();
  const [to, setTo] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const [body, setBody] = useState("");
  const [along, setAlong] = useState<string[]>([from?.id ?? DESCRIPTION]);
  const [attached, setAttached] = useState<string[]>(from?.attachments.flatMap((file) => file.id ?? []) ?? []);
  const [asked] = useDebouncedValue(typed.trim(), PAUSE);
  const people = useQuery({ ...peopleFoundQuery(asked), enabled: asked.length > 1 && may(SEES_PEOPLE) }).data?.items ?? [];
  const said = comments.data?.pages.flatMap((page) => page.items) ?? [];
  // What was typed and not yet made an address by Enter is meant too.
  const addresses = [...to, ...(typed.trim() ? [typed.trim()] : [])];

  function submit(event: FormEvent): void {
    event.preventDefault();
    const description = along.includes(DESCRIPTION);
    const comment_ids = along.filter((one) => one !== DESCRIPTION);
    act.mutate(() => forward(ticket.number, { to: addresses, body, description, comment_ids, attachment_ids: attached }), { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} size="lg" title={t("forward.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <Text size="sm">{t("forward.text")}</Text>
        <TagsInput
          label={t("forward.to")}
          placeholder={to.length === 0 ? t("forward.to_hint") : undefined}
          required
          data-autofocus
          maxTags={20}
          splitChars={[",", ";"]}
          value={to}
          onChange={setTo}
          data={people.map((one) => one.email)}
          filter={({ options }) => options}
          renderOption={({ option }) => (
            <Text size="sm" className="clip">{`${people.find((one) => one.email === option.value)?.name ?? ""} · ${option.value}`}</Text>
          )}
          searchValue={typed}
          onSearchChange={setTyped}
        />
        <Textarea label={t("forward.body")} autosize minRows={3} maxRows={10} value={body} onChange={(event) => setBody(event.target.value)} />
        {comments.isPending && <Loading />}
        {comments.isError && <Failed error={comments.error} again={() => void comments.refetch()} />}
        <Checkbox.Group value={along} onChange={setAlong} label={t("forward.along")}>
          <Stack gap="xs" mt="xs">
            {ticket.description && <Checkbox value={DESCRIPTION} label={`${t("forward.description")}: ${excerpt(ticket.description)}`} />}
            {said.map((one) => (
              <Checkbox
                key={one.id}
                value={one.id}
                label={`${one.author?.name ?? t("conversation.somebody")}${one.visibility === "internal" ? ` (${t("forward.internal")})` : ""}: ${excerpt(one.body)}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        {comments.hasNextPage && (
          <Button variant="subtle" size="compact-sm" onClick={() => void comments.fetchNextPage()} loading={comments.isFetchingNextPage}>
            {t("action.more")}
          </Button>
        )}
        {files.data && files.data.items.length > 0 && (
          <Checkbox.Group value={attached} onChange={setAttached} label={t("forward.files")}>
            <Stack gap="xs" mt="xs">
              {files.data.items.map((file) => (
                <Checkbox key={file.id} value={file.id ?? ""} label={file.name} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        <Refused error={act.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" disabled={addresses.length === 0} loading={act.isPending}>
            {t("forward.send")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
