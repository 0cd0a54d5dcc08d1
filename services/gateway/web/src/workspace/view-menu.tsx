/** A saved view: renamed, shared, deleted by whoever may. */
import { Button, Checkbox, Group, Modal, MultiSelect, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ifMatch, onceKey, type Schemas, take } from "../api/client";
import { teamsQuery } from "../api/structure";
import { useMay, useMe } from "../shared/me";
import { Refused } from "./parts";
import { tell } from "./toasts";

type View = Schemas["View"];

export function ViewMenu({ view }: { view: View }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const [opened, setOpened] = useState(false);
  if (view.owner?.id !== me.id && !may("tickets.configure")) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t("view.change")}
      </Button>
      {opened && <Form view={view} close={() => setOpened(false)} />}
    </>
  );
}

function Form({ view, close }: { view: View; close: () => void }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const teams = useQuery(teamsQuery);
  const [name, setName] = useState(view.name);
  const [everybody, setEverybody] = useState(view.shared_with.everybody);
  const [shared, setShared] = useState(view.shared_with.teams.map((one) => one.id));
  const acting = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["views"] }), queries.invalidateQueries({ queryKey: ["counts"] })]),
  });
  const params = { path: { view: view.id }, header: ifMatch(view.version) };

  function keep(event: FormEvent): void {
    event.preventDefault();
    const body = { name: name.trim(), shared_with: { everybody, teams: shared } };
    acting.mutate(() => take(api.PATCH("/api/v1/views/{view}", { params, body })), { onSuccess: close });
  }

  function remove(): void {
    const { filter, q, columns, order_by } = view;
    const shared_with = { everybody: view.shared_with.everybody, teams: view.shared_with.teams.map((one) => one.id) };
    const again = async () => {
      await take(api.POST("/api/v1/views", { params: { header: onceKey() }, body: { name: view.name, filter, q, columns, order_by, shared_with } }));
      await queries.invalidateQueries({ queryKey: ["views"] });
    };
    acting.mutate(() => take(api.DELETE("/api/v1/views/{view}", { params })), {
      onSuccess: () => {
        tell(t("view.deleted", { name: view.name }), again);
        void navigate({ to: "/desk/tickets", search: { view: "mine" } });
      },
    });
  }

  return (
    <Modal opened onClose={close} title={t("view.change")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack component="form" onSubmit={keep}>
        <TextInput label={t("view.name")} required value={name} onChange={(event) => setName(event.target.value)} />
        <Checkbox label={t("view.everybody")} checked={everybody} onChange={(event) => setEverybody(event.target.checked)} />
        <MultiSelect label={t("view.teams")} data={(teams.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} value={shared} onChange={setShared} />
        <Refused error={acting.error} />
        <Group justify="space-between">
          <Button variant="subtle" color="red" onClick={remove}>
            {t("view.delete")}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={acting.isPending} disabled={!name.trim()}>
              {t("time.keep")}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
