/** Focus mode: one sees one's own tickets alone, and gets the most urgent one by asking for the next. */
import { Button, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { focusQuery, pullTicket, setFocus } from "../api/together";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { useActions } from "./actions";
import { Refused } from "./parts";
import { tell } from "./toasts";

export function useFocus() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const asked = useQuery({ ...focusQuery, enabled: may("tickets.update") });
  const setting = useMutation({
    mutationFn: setFocus,
    onSuccess: (focus) => queries.setQueryData(focusQuery.queryKey, focus),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tickets"] }),
  });
  const pulling = useMutation({
    mutationFn: pullTicket,
    onSuccess: async ({ ticket, waiting }) => {
      await queries.invalidateQueries({ queryKey: ["tickets"] });
      if (!ticket) {
        tell(t("focus.none"));
        return;
      }
      tell(t("focus.got", { number: ticket.number, waiting }));
      await navigate({ to: "/desk/tickets/$number", params: { number: ticket.number } });
    },
  });
  return { focus: asked.data, setting, pulling };
}

const MOST_OPEN = 50;

export function FocusBox(): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const { focus, setting, pulling } = useFocus();
  useHotkeys([["n", () => may("tickets.assign") && !pulling.isPending && pulling.mutate()]]);
  useActions([
    ...(may("tickets.assign") ? [{ label: t("focus.next"), run: () => pulling.mutate() }] : []),
    ...(focus ? [{ label: t("focus.title"), run: () => setting.mutate({ enabled: !focus.enabled, max_open: focus.max_open }) }] : []),
  ]);
  if (!focus) return null;
  return (
    <Stack gap={6} px="sm" py={6} component="section" aria-label={t("focus.title")}>
      <Switch size="xs" label={t("focus.title")} checked={focus.enabled} onChange={(event) => setting.mutate({ enabled: event.target.checked, max_open: focus.max_open })} />
      {focus.enabled && (
        <>
          <Text size="xs" className="quiet">
            {t("focus.text")}
          </Text>
          <NumberInput size="xs" label={t("focus.most")} min={1} max={MOST_OPEN} value={focus.max_open} onChange={(value) => typeof value === "number" && value !== focus.max_open && setting.mutate({ enabled: true, max_open: value })} />
        </>
      )}
      {may("tickets.assign") && (
        <Button size="xs" px={8} variant={focus.enabled ? "filled" : "default"} leftSection={<Icon name="next" size={14} />} loading={pulling.isPending} onClick={() => pulling.mutate()}>
          {t("focus.next")}
        </Button>
      )}
      <Refused error={pulling.error ?? setting.error} />
    </Stack>
  );
}
