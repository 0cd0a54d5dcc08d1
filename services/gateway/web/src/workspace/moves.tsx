import { Alert, Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMove } from "../api/changes";
import type { Schemas, Ticket } from "../api/client";
import { Problem } from "../api/problem";
import { movesQuery } from "../api/queries";

type Move = Schemas["Transition"];

/** The names of moves that Deskmesh ships are translated; a tenant's own are read as they are written. */
function useName(): (move: Move) => string {
  const { t, i18n } = useTranslation();
  return (move) => {
    const key = `moves.${move.name.toLowerCase().replaceAll(" ", "_")}`;
    return i18n.exists(key) ? t(key as "moves.resolve") : move.name;
  };
}

/** The legal moves; one that demands a comment or fields asks for them first. */
export function Moves({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const name = useName();
  const moves = useQuery(movesQuery(ticket.number));
  const move = useMove(ticket);
  const [asking, setAsking] = useState<Move | null>(null);
  const problem = move.error instanceof Problem ? move.error : null;

  function go(to: Move): void {
    if (to.comment_required || to.required_fields.length > 0) setAsking(to);
    else move.mutate({ to: to.to });
  }

  return (
    <Stack gap="xs">
      <Group gap="xs">
        {moves.data?.items.map((one) => (
          <Button key={one.to} size="xs" variant={one.to === "resolved" ? "filled" : "default"} loading={move.isPending && move.variables.to === one.to} onClick={() => go(one)}>
            {name(one)}
          </Button>
        ))}
      </Group>
      {move.isError && (
        <Alert color={problem?.status === 412 ? "yellow" : "red"} variant="light" py={6} role="alert">
          {problem?.status === 412 ? t("conflict.moved") : (problem?.detail ?? t("composer.not_sent"))}
        </Alert>
      )}
      {asking && <Ask move={asking} close={() => setAsking(null)} send={(body) => move.mutate(body, { onSuccess: () => setAsking(null) })} />}
    </Stack>
  );
}

function Ask({ move, close, send }: { move: Move; close: () => void; send: (body: Schemas["Move"]) => void }): ReactNode {
  const { t } = useTranslation();
  const name = useName();
  const [comment, setComment] = useState("");
  const [fields, setFields] = useState<Record<string, string>>({});
  const complete = (!move.comment_required || comment.trim()) && move.required_fields.every((name) => fields[name]?.trim());
  return (
    <Modal opened onClose={close} title={name(move)} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack>
        {move.required_fields.map((name) => (
          <Textarea key={name} label={name} autosize value={fields[name] ?? ""} onChange={(e) => setFields({ ...fields, [name]: e.target.value })} required />
        ))}
        <Textarea label={t("ticket.comment")} autosize minRows={3} value={comment} onChange={(e) => setComment(e.target.value)} required={move.comment_required} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("action.cancel")}
          </Button>
          <Button disabled={!complete} onClick={() => send({ to: move.to, ...(comment && { comment }), ...(move.required_fields.length > 0 && { fields }) })}>
            {name(move)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
