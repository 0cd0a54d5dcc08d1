/** The layouts that are set, and a new one. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/client";
import { layoutsQuery, useNewLayout } from "../../api/layout-settings";
import { Inputs } from "../input";
import { form, type Input, whole } from "../inputs";
import { Listing } from "../listing";
import { useLayoutName } from "./words";

export function LayoutList(): ReactNode {
  const { t } = useTranslation();
  const named = useLayoutName();
  const asked = useQuery(layoutsQuery);
  const [making, setMaking] = useState(false);
  return (
    <Listing
      title={t("sections.layouts")}
      text={t("layouts.text")}
      icon="list"
      asked={asked}
      name={named}
      path={(one) => `/admin/layouts/${one.id}`}
      columns={[
        { title: t("layouts.sections"), value: (one) => one.sections.length, number: true },
        { title: t("section_fields.version"), value: (one) => one.version, number: true },
      ]}
      make={{ label: t("admin.new"), begin: () => setMaking(true) }}
    >
      {making && <NewLayout close={() => setMaking(false)} />}
    </Listing>
  );
}

const FOR: readonly Input[] = [
  { name: "process", kind: "one", of: "processes", required: true }, { name: "type", kind: "one", of: "types" },
  { name: "audience", kind: "choice", choices: ["agent", "requester"], words: "choices", required: true },
  { name: "purpose", kind: "choice", choices: ["create", "view"], words: "choices", required: true },
];

function NewLayout({ close }: { close: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [filled, setFilled] = useState(() => form(FOR, null));
  const making = useNewLayout();
  return (
    <Modal opened onClose={close} title={t("layouts.new")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          const what = whole(FOR, filled) as Omit<Schemas["NewLayout"], "sections">;
          making.mutate(what, { onSuccess: (made) => void navigate({ to: "/admin/layouts/$layout", params: { layout: made.id } }) });
        }}
      >
        <Inputs inputs={FOR} filled={filled} set={setFilled} error={making.error} />
        <Text size="sm" className="quiet">
          {t("layouts.new_hint")}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={making.isPending}>
            {t("setup.make")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
