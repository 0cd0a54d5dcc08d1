/** A message's HTML, shown in a frame without an origin; images from elsewhere only once the reader agrees. */
import { Button, Group, Text } from "@mantine/core";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import { imageAsData } from "../api/files";
import { contentIds, hasRemoteImages } from "./message-images";

type File = Schemas["File"];

interface MessageFrameProps {
  html: string;
  title: string;
  ticketId: string;
  /** Where the images are that the message has within it. */
  files: File[];
}

const FIRST_HEIGHT = 96;
const MOST_HEIGHT = 20_000;

/** The files that a message shows within it, as addresses that hold them: `cid:…` → `data:…`. */
async function inlineImages(html: string, ticketId: string, files: File[]): Promise<Record<string, string>> {
  const wanted = contentIds(html);
  const found = files.filter((file) => file.content_id && wanted.has(file.content_id));
  const read = await Promise.all(
    found.map(async (file) => [`cid:${file.content_id}`, await imageAsData(`/api/v1/tickets/${ticketId}/attachments/${file.id}`)] as const),
  );
  return Object.fromEntries(read.flatMap(([cid, data]) => (data ? [[cid, data]] : [])));
}

export function MessageFrame({ html, title, ticketId, files }: MessageFrameProps): ReactNode {
  const { t } = useTranslation();
  const [remote, setRemote] = useState(false);
  const asks = useMemo(() => !remote && hasRemoteImages(html), [html, remote]);
  return (
    <>
      {asks && (
        <Group gap="xs" mb={6} wrap="wrap">
          <Text size="xs" className="quiet">
            {t("conversation.images_held")}
          </Text>
          <Button size="compact-xs" variant="default" onClick={() => setRemote(true)}>
            {t("conversation.images_show")}
          </Button>
        </Group>
      )}
      <Frame key={`${remote}${html}`} html={html} title={title} ticketId={ticketId} files={files} remote={remote} />
    </>
  );
}

function Frame({ html, title, ticketId, files, remote }: MessageFrameProps & { remote: boolean }): ReactNode {
  const { t, i18n } = useTranslation();
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(FIRST_HEIGHT);
  const given = useRef({ html, title, ticketId, files, remote, t, language: i18n.language });

  useEffect(() => {
    let told = false;
    async function onMessage({ source, data }: MessageEvent<{ messageFrame?: { ready?: boolean; height?: number } }>): Promise<void> {
      const said = data?.messageFrame;
      if (!said || source === null || source !== frame.current?.contentWindow) return;
      if (typeof said.height === "number") setHeight(Math.min(Math.max(said.height, 0), MOST_HEIGHT));
      // Once: whatever else the frame might become is told nothing.
      if (!said.ready || told) return;
      told = true;
      const { html, title, ticketId, files, remote, t, language } = given.current;
      const inline = await inlineImages(html, ticketId, files);
      const labels = { imageLabel: t("conversation.image"), quotedLabel: t("conversation.show_quoted") };
      // The frame has no origin that could be named.
      frame.current?.contentWindow?.postMessage({ html, title, inline, remote, language, ...labels }, "*");
    }
    const listen = (event: MessageEvent) => void onMessage(event);
    addEventListener("message", listen);
    return () => removeEventListener("message", listen);
  }, []);

  return (
    <iframe
      ref={frame}
      title={title}
      className="message-frame"
      src={remote ? "/message-frame?images" : "/message-frame"}
      sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      loading="lazy"
      style={{ height }}
    />
  );
}
