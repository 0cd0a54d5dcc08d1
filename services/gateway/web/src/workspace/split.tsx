/** Makes a new ticket of comments that are about something else. */
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAct } from "../api/changes";
import type { Ticket } from "../api/client";
import { commentsQuery, split } from "../api/ticket-parts";
import { Failed, Loading } from "../shared/states";
import { Refused } from "./parts";

export function SplitOff({ ticket, close }: { ticket: Ticket; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const comments = useInfiniteQuery(commentsQuery(ticket.number));
  const act = useAct(ticket.number);
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  // What came with a merge belongs to the ticket that was merged.
  const own = comments.data?.pages.flatMap((page) => page.items).filter((one) => one.origin === null);

  function submit(event: FormEvent): void {
    event.preventDefault();
    act.mutate(() => split(ticket.number, { title: title.trim(), comment_ids: chosen }), {
      onSuccess: (made) => {
        close();
        void navigate({ to: "/desk/tickets/$number", params: { number: (made as Ticket).number } });
      },
    });
  }

  return (
    <Modal opened onClose={close} size="lg" title={t("split.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={submit}>
        <Text size="sm">{t("split.text")}</Text>
        {comments.isPending && <Loading />}
        {comments.isError && <Failed error={comments.error} again={() => void comments.refetch()} />}
        {own?.length === 0 && <Text className="quiet">{t("split.none")}</Text>}
        <Checkbox.Group value={chosen} onChange={setChosen} label={t("split.which")}>
          <Stack gap="xs" mt="xs">
            {own?.map((one) => (
              <Checkbox key={one.id} value={one.id} label={`${one.author?.name ?? t("conversation.somebody")}: ${one.body.slice(0, 140)}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput label={t("field.title")} required value={title} onChange={(event) => setTitle(event.target.value)} />
        <Refused error={act.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" disabled={!title.trim() || chosen.length === 0} loading={act.isPending}>
            {t("split.split")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
