/** Where an answer is written: drafts are kept, files come by button, drop and paste. */
import { ActionIcon, Alert, Badge, Button, CloseButton, FileButton, Group, Paper, Text, Textarea, type TextareaProps } from "@mantine/core";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";

import { useComment } from "../api/changes";
import type { Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { Icon } from "./icons";
import { useKeptFiles } from "./kept-files";

interface ComposerProps {
  ticket: Ticket;
  visibility: "public" | "internal";
  /** The name under which what is written is kept in this browser. */
  draft: string;
  body: string;
  setBody: (body: string) => void;
  /** What the text is written in; plain where nothing is said. */
  format?: "markdown";
  /** Shown in the place of the text, which stays as it is. */
  instead?: ReactNode;
  /** Called when the text has been sent. */
  sent?: () => void;
  /** What stands above and below the text, and beside the button for files. */
  head?: ReactNode;
  below?: ReactNode;
  tools?: ReactNode;
  area?: RefObject<HTMLTextAreaElement | null>;
  areaProps?: TextareaProps;
}

export function Composer({ ticket, visibility, draft, body, setBody, format, instead, sent, head, below, tools, area, areaProps }: ComposerProps): ReactNode {
  const { t } = useTranslation();
  const [files, setFiles] = useKeptFiles(draft);
  const sending = useComment(ticket);
  const internal = visibility === "internal";

  function add(more: Iterable<File>): void {
    setFiles([...files, ...more]);
  }

  function send(): void {
    if (!body.trim() || sending.isPending) return;
    sending.mutate(
      { body, format: format ?? "text", visibility, files },
      {
        onSuccess: () => {
          setBody("");
          setFiles([]);
          sent?.();
        },
      },
    );
  }

  function onKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    areaProps?.onKeyDown?.(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
    // The keys of the page are typed into the text until one leaves it.
    if (event.key === "Escape" && !event.defaultPrevented) event.currentTarget.blur();
  }

  function onPaste(event: ClipboardEvent): void {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      add(event.clipboardData.files);
    }
  }

  function onDrop(event: DragEvent): void {
    event.preventDefault();
    add(event.dataTransfer.files);
  }

  const label = t(internal ? "composer.note" : "composer.reply");
  return (
    <Paper withBorder p="sm" mt="md" onDrop={onDrop} onDragOver={(event) => event.preventDefault()} bg={internal ? "var(--dm-note)" : undefined}>
      {head}
      {instead || (
        <Textarea
          {...areaProps}
          ref={area}
          aria-label={label}
          placeholder={t(internal ? "composer.note_hint" : "composer.reply_hint")}
          autosize
          minRows={3}
          maxRows={16}
          value={body}
          onChange={(event) => setBody(event.target.value)}
          onKeyDown={onKey}
          onPaste={onPaste}
          data-composer
        />
      )}
      {below}
      {files.length > 0 && (
        <Group gap="xs" mt="xs">
          {files.map((file, place) => (
            <Badge
              key={place}
              variant="light"
              tt="none"
              rightSection={<CloseButton size="xs" aria-label={t("composer.remove", { name: file.name })} onClick={() => setFiles(files.filter((one) => one !== file))} />}
            >
              {file.name}
            </Badge>
          ))}
        </Group>
      )}
      {sending.isError && (
        <Alert color="red" variant="light" mt="xs" role="alert">
          {sending.error instanceof Problem && sending.error.status !== 0 ? (sending.error.fields[0]?.reason ?? sending.error.detail) : t("composer.not_sent")}
        </Alert>
      )}
      <Group justify="space-between" mt="xs">
        <Group gap={4}>
        <FileButton onChange={(chosen) => add(chosen)} multiple>
          {(props) => (
            <ActionIcon {...props} variant="subtle" color="gray" aria-label={t("composer.attach")} title={t("composer.attach")}>
              <Icon name="clip" />
            </ActionIcon>
          )}
        </FileButton>
        {tools}
        </Group>
        <Group gap="sm">
          <Text size="xs" className="quiet" visibleFrom="sm">
            {t("composer.keys")}
          </Text>
          <Button onClick={send} loading={sending.isPending} disabled={!body.trim()} color={internal ? "yellow" : undefined} leftSection={<Icon name={internal ? "note" : "send"} size={16} />}>
            {t(internal ? "composer.add_note" : "composer.send")}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
