import { Button, Group, Modal, Stack, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew, useMove } from "../api/changes";
import { api, onceKey, type Schemas, take, type Ticket } from "../api/client";
import { movesQuery } from "../api/ticket-parts";
import { useWord } from "../shared/badges";
import { useActions } from "./actions";
import { Refused } from "./parts";
import { tell } from "./toasts";

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
  const word = useWord();
  const moves = useQuery(movesQuery(ticket.number));
  const move = useMove(ticket);
  const [asking, setAsking] = useState<Move | null>(null);
  const queries = useQueryClient();

  /** Says what was done, with the way back where the workflow has one. */
  async function done(to: string): Promise<void> {
    const legal = await queries.fetchQuery({ ...movesQuery(ticket.number), staleTime: 0 });
    const back = legal.items.find((one) => one.to === ticket.state && !one.comment_required && one.required_fields.length === 0);
    const undo = async () => {
      await take(api.POST("/api/v1/tickets/{ticket}/transitions", { params: { path: { ticket: ticket.number }, header: onceKey() }, body: { to: ticket.state } }));
      await readAnew(queries, ticket.number);
    };
    tell(t("undo.now", { number: ticket.number, state: word("states", to) }), back && undo);
  }

  function send(body: Schemas["Move"]): void {
    move.mutate(body, {
      onSuccess: () => {
        setAsking(null);
        void done(body.to);
      },
    });
  }

  function go(to: Move): void {
    if (to.comment_required || to.required_fields.length > 0) setAsking(to);
    else send({ to: to.to });
  }

  useActions((moves.data?.items ?? []).map((one) => ({ label: name(one), run: () => go(one) })));

  return (
    <Stack gap="xs">
      <Group gap="xs">
        {moves.data?.items.map((one) => (
          <Button key={one.to} size="xs" variant={one.to === "resolved" ? "filled" : "default"} loading={move.isPending && move.variables.to === one.to} onClick={() => go(one)}>
            {name(one)}
          </Button>
        ))}
      </Group>
      <Refused error={move.error} />
      {asking && <Ask move={asking} close={() => setAsking(null)} send={send} />}
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
