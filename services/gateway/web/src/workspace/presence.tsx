/** Who else is at a ticket. I am there while the page is shown, and write while I type. */
import { Avatar, Group, Text } from "@mantine/core";
import { useDocumentVisibility } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas, Ticket } from "../api/client";
import { presenceQuery, sayLeft, sayPresence } from "../api/together";
import { useMe } from "../shared/me";

/** The desk forgets whoever has said nothing for 30 seconds. */
const EVERY_MILLISECONDS = 15_000;
const STILL_TYPING_MILLISECONDS = 6_000;

/** Says that I am here; the function given back says that I write. */
export function usePresence(ticket: Ticket): () => void {
  const queries = useQueryClient();
  const shown = useDocumentVisibility() === "visible";
  const [typing, setTyping] = useState(false);
  const quiet = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { number } = ticket;

  useEffect(() => {
    if (!shown) return;
    const say = () =>
      sayPresence(number, typing ? "typing" : "viewing").then(
        (there) => queries.setQueryData(presenceQuery(number).queryKey, there),
        // The line at the top says when the desk is away.
        () => undefined,
      );
    void say();
    const timer = setInterval(() => void say(), EVERY_MILLISECONDS);
    return () => clearInterval(timer);
  }, [number, typing, shown, queries]);

  useEffect(() => {
    if (!shown) return;
    const leave = () => sayLeft(number);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [number, shown]);

  useEffect(() => () => clearTimeout(quiet.current), []);
  return useCallback(() => {
    setTyping(true);
    clearTimeout(quiet.current);
    quiet.current = setTimeout(() => setTyping(false), STILL_TYPING_MILLISECONDS);
  }, []);
}

/** The others at a ticket, by name. */
export function useOthers(number: string): Schemas["Presence"][] {
  const me = useMe();
  const there = useQuery(presenceQuery(number));
  return (there.data?.items ?? []).filter((one) => one.person.id !== me.id);
}

export function Others({ number }: { number: string }): ReactNode {
  const { t } = useTranslation();
  const others = useOthers(number);
  return (
    <Group gap="xs" role="status" aria-label={t("presence.title")}>
      {others.map((one) => (
        <Group key={one.person.id} gap={4} wrap="nowrap" className="present">
          <Avatar size={20} radius="xl" name={one.person.name} color={one.state === "typing" ? "orange" : "petrol"} aria-hidden />
          <Text size="xs">{t(one.state === "typing" ? "presence.typing" : "presence.viewing", { name: one.person.name })}</Text>
        </Group>
      ))}
    </Group>
  );
}
