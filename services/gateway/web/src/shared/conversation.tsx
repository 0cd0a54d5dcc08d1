/** The conversation of a ticket, oldest first, the description at its head. */
import "../design/message.css";

import { Anchor, Badge, Box, Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Comment, Schemas, Ticket } from "../api/client";
import { keepFile } from "../api/files";
import { attachmentsQuery, commentsQuery } from "../api/ticket-parts";
import { When } from "./badges";
import { fileSize } from "./format";
import { Icon } from "./icons";
import { useMe } from "./me";
import { MessageFrame } from "./message-frame";
import { contentIds } from "./message-images";
import { Person } from "./person";
import { Rich } from "./rich";
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
  /** What can be done with it. */
  tools?: ReactNode;
  children: ReactNode;
}

function Message({ author, moment, kind, tools, children }: MessageProps): ReactNode {
  const { t } = useTranslation();
  return (
    <article className="message" data-kind={kind} aria-label={author}>
      <Group justify="space-between" mb={6} gap="0.1rem 1rem">
        <Person name={author} />
        <Group gap="xs" wrap="nowrap" ml="auto">
          {kind === "internal" && (
            <Badge className="whole" size="sm" color="yellow" variant="light" tt="none" leftSection={<Icon name="note" size={12} />}>
              {t("conversation.internal")}
            </Badge>
          )}
          <Text size="xs" className="quiet number">
            <When moment={moment} />
          </Text>
          {tools}
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

interface BodyProps {
  text: string;
  format: string;
  html: string | null;
  title: string;
  ticketId: string;
  files: Schemas["File"][];
}

/** What was said, as it was meant: Markdown drawn, HTML in its frame with the text at hand, all else as text. */
function Body({ text, format, html, title, ticketId, files }: BodyProps): ReactNode {
  const { t } = useTranslation();
  const [plain, setPlain] = useState(false);
  if (html && format === "markdown") return <Rich html={html} />;
  const asText = (
    <div className="person-text">
      <Linked text={text} />
    </div>
  );
  if (!html) return asText;
  return (
    <>
      {plain ? asText : <MessageFrame html={html} title={title} ticketId={ticketId} files={files} />}
      <Button variant="subtle" color="gray" size="compact-xs" mt={4} onClick={() => setPlain(!plain)} aria-pressed={plain}>
        {t(plain ? "conversation.as_sent" : "conversation.as_text")}
      </Button>
    </>
  );
}

/** The files that a message does not already show within it. */
function beside(files: Schemas["File"][], html: string | null): Schemas["File"][] {
  const within = html?.includes("cid:") ? contentIds(html) : null;
  return within ? files.filter((file) => !file.content_id || !within.has(file.content_id)) : files;
}

function Description({ ticket, title }: { ticket: Ticket; title: string }): ReactNode {
  const { t } = useTranslation();
  const html = ticket.description_html;
  const files = useQuery({ ...attachmentsQuery(ticket.number), enabled: Boolean(html?.includes("cid:")) });
  if (!ticket.description) return <Text className="quiet">{t("conversation.no_description")}</Text>;
  if (files.isLoading) return <Loading />;
  return (
    <Body
      text={ticket.description}
      format={ticket.description_format}
      html={html}
      title={title}
      ticketId={ticket.id}
      files={files.data?.items ?? []}
    />
  );
}

/** What a page offers for each message; null stands for the description. */
export type Tools = (comment: Comment | null) => ReactNode;

function Said({ comment, tools }: { comment: Comment; tools?: Tools }): ReactNode {
  const me = useMe();
  const { t } = useTranslation();
  const mine = comment.author?.id === me.id;
  const kind = comment.visibility === "internal" ? "internal" : mine ? "mine" : "theirs";
  const author = comment.author?.name ?? t("conversation.somebody");
  const html = comment.body_html;
  return (
    <Message author={author} moment={comment.created_at} kind={kind} tools={tools?.(comment)}>
      {comment.forwarded_to.length > 0 && (
        <Text size="xs" className="quiet person-text" mb={4}>
          {t("conversation.forwarded_to", { to: comment.forwarded_to.join(", ") })}
        </Text>
      )}
      <Body
        text={comment.body}
        format={comment.format}
        html={html}
        title={t("conversation.message_of", { name: author })}
        ticketId={comment.ticket_id}
        files={comment.attachments}
      />
      {/* What a frame shows has its own fold. */}
      {comment.quoted && !(html && comment.format === "html") && <Quoted text={comment.quoted} />}
      <Files ticketId={comment.ticket_id} files={beside(comment.attachments, html)} />
    </Message>
  );
}

export function Conversation({ ticket, tools }: { ticket: Ticket; tools?: Tools }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const comments = useInfiniteQuery(commentsQuery(ticket.number));
  const mine = ticket.requester?.id === me.id;
  const asker = ticket.requester?.name ?? t("conversation.somebody");
  return (
    <Stack gap="sm" role="log" aria-label={t("conversation.title")}>
      <Message author={asker} moment={ticket.created_at} kind={mine ? "mine" : "theirs"} tools={tools?.(null)}>
        <Description ticket={ticket} title={t("conversation.message_of", { name: asker })} />
      </Message>
      {comments.isPending && <Loading />}
      {comments.isError && <Failed error={comments.error} again={() => void comments.refetch()} />}
      {comments.data?.pages.flatMap((page) => page.items).map((comment) => <Said key={comment.id} comment={comment} tools={tools} />)}
      {comments.hasNextPage && (
        <Button variant="subtle" onClick={() => void comments.fetchNextPage()} loading={comments.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}
