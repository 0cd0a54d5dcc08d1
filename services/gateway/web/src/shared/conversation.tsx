/** The conversation of a ticket, oldest first, the description at its head. */
import { Anchor, Badge, Box, Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Comment, Schemas, Ticket } from "../api/client";
import { keepFile } from "../api/files";
import { commentsQuery } from "../api/queries";
import { When } from "./badges";
import { fileSize } from "./format";
import { Icon } from "./icons";
import { useMe } from "./me";
import { Person } from "./person";
import { Failed, Loading } from "./states";
import { Linked } from "./text";

export function Files({ ticketId, files }: { ticketId: string; files: Schemas["File"][] }): ReactNode {
  const { i18n } = useTranslation();
  if (files.length === 0) return null;
  return (
    <Group gap="xs" mt="xs">
      {files.map((file) => (
        <Anchor key={file.id} component="button" type="button" size="sm" onClick={() => void keepFile(`/api/v1/tickets/${ticketId}/attachments/${file.id}`, file.name)}>
          <Group gap={4} wrap="nowrap">
            <Icon name="clip" size={14} />
            {file.name}
            <Text span size="xs" className="quiet">
              {fileSize(file.size, i18n.language)}
            </Text>
          </Group>
        </Anchor>
      ))}
    </Group>
  );
}

interface MessageProps {
  author: string;
  moment: string;
  kind: "theirs" | "mine" | "internal";
  children: ReactNode;
}

function Message({ author, moment, kind, children }: MessageProps): ReactNode {
  const { t } = useTranslation();
  return (
    <article className="message" data-kind={kind} aria-label={author}>
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Person name={author} />
        <Group gap="xs" wrap="nowrap">
          {kind === "internal" && (
            <Badge size="sm" color="yellow" variant="light" tt="none" leftSection={<Icon name="note" size={12} />}>
              {t("conversation.internal")}
            </Badge>
          )}
          <Text size="xs" className="quiet number">
            <When moment={moment} />
          </Text>
        </Group>
      </Group>
      {children}
    </article>
  );
}

function Quoted({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Box mt={6}>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setShown(!shown)} aria-expanded={shown}>
        {t(shown ? "conversation.hide_quoted" : "conversation.show_quoted")}
      </Button>
      {shown && (
        <Text size="sm" className="person-text quiet" mt={4} pl="sm">
          {text}
        </Text>
      )}
    </Box>
  );
}

function Said({ comment }: { comment: Comment }): ReactNode {
  const me = useMe();
  const { t } = useTranslation();
  const mine = comment.author?.id === me.id;
  const kind = comment.visibility === "internal" ? "internal" : mine ? "mine" : "theirs";
  return (
    <Message author={comment.author?.name ?? t("conversation.somebody")} moment={comment.created_at} kind={kind}>
      <div className="person-text">
        <Linked text={comment.body} />
      </div>
      {comment.quoted && <Quoted text={comment.quoted} />}
      <Files ticketId={comment.ticket_id} files={comment.attachments} />
    </Message>
  );
}

export function Conversation({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const comments = useInfiniteQuery(commentsQuery(ticket.number));
  const mine = ticket.requester?.id === me.id;
  return (
    <Stack gap="sm" role="log" aria-label={t("conversation.title")}>
      <Message author={ticket.requester?.name ?? t("conversation.somebody")} moment={ticket.created_at} kind={mine ? "mine" : "theirs"}>
        {ticket.description ? (
          <div className="person-text">
            <Linked text={ticket.description} />
          </div>
        ) : (
          <Text className="quiet">{t("conversation.no_description")}</Text>
        )}
      </Message>
      {comments.isPending && <Loading />}
      {comments.isError && <Failed error={comments.error} again={() => void comments.refetch()} />}
      {comments.data?.pages.flatMap((page) => page.items).map((comment) => <Said key={comment.id} comment={comment} />)}
      {comments.hasNextPage && (
        <Button variant="subtle" onClick={() => void comments.fetchNextPage()} loading={comments.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}
