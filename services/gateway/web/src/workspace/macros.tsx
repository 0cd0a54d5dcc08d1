import { Button, Group, List, Menu, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { readAnew } from "../api/changes";
import { api, ifMatch, onceKey, type Schemas, take, type Ticket } from "../api/client";
import { macroEffectQuery, macrosQuery } from "../api/macros";
import { Failed, Loading } from "../shared/states";
import { shownValue } from "../shared/values";
import { useActions } from "./actions";
import { Refused } from "./parts";

type Macro = Schemas["Macro"];

/** The macros that a person sees; each shows what it will do before it does it. */
export function Macros({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const macros = useQuery(macrosQuery);
  const [chosen, setChosen] = useState<Macro | null>(null);
  useActions((macros.data?.items ?? []).map((macro) => ({ label: `${t("macro.title")}: ${macro.name}`, run: () => setChosen(macro) })));
  if (!macros.data || macros.data.items.length === 0) return null;
  return (
    <>
      <Menu shadow="md" position="bottom-start">
        <Menu.Target>
          <Button size="xs" variant="subtle">
            {t("macro.title")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {macros.data.items.map((macro) => (
            <Menu.Item key={macro.id} onClick={() => setChosen(macro)}>
              {macro.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {chosen && <Preview ticket={ticket} macro={chosen} close={() => setChosen(null)} />}
    </>
  );
}

function Preview({ ticket, macro, close }: { ticket: Ticket; macro: Macro; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const effect = useQuery(macroEffectQuery(ticket.number, macro.id));
  const applying = useMutation({
    mutationFn: () =>
      take(
        api.POST("/api/v1/tickets/{ticket}/macros/{macro}", {
          params: { path: { ticket: ticket.number, macro: macro.id }, header: { ...ifMatch(ticket.version), ...onceKey() } },
        }),
      ),
    onSuccess: close,
    onSettled: () => readAnew(queries, ticket.number),
  });
  return (
    <Modal opened onClose={close} title={macro.name} closeButtonProps={{ "aria-label": t("action.close") }}>
      {effect.isPending && <Loading />}
      {effect.isError && <Failed error={effect.error} />}
      {effect.data && (
        <Stack>
          {effect.data.comments.map((comment, place) => (
            <div key={place} className="message" data-kind={comment.visibility === "internal" ? "internal" : "mine"}>
              <div className="person-text">{comment.body}</div>
            </div>
          ))}
          <List size="sm">
            {effect.data.changes.map((change) => (
              <List.Item key={change.field}>
                {change.field}: {shownValue(change.from)} → {shownValue(change.to)}
              </List.Item>
            ))}
          </List>
          <Refused error={applying.error} />
          <Text size="xs" className="quiet">
            {t("macro.preview")}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("action.cancel")}
            </Button>
            <Button loading={applying.isPending} onClick={() => applying.mutate()}>
              {t("macro.apply")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
