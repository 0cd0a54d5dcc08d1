/** The calendar of changes in another program: an address with a token of its own, that may do nothing but read tickets. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { makeToken, tokensQuery } from "../../api/account";
import { useMe } from "../../shared/me";
import { ToldSecret } from "../../shared/told-secret";
import { Refused } from "../parts";

const READ = "tickets.read";

export function Subscribe({ close }: { close: () => void }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const making = useMutation({
    mutationFn: () => makeToken({ name: t("change.calendar"), scopes: me.permissions.filter((one) => one === READ || one.startsWith(`${READ}:`)) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const address = making.data && `${window.location.origin}/api/v1/changes/calendar.ics?token=${encodeURIComponent(making.data.token)}`;
  return (
    <Modal opened onClose={close} title={t("change.subscribe")} closeButtonProps={{ "aria-label": t("action.close") }}>
      {address ? (
        <ToldSecret secret={address} close={close} />
      ) : (
        <Stack>
          <Text size="sm">
            {t("change.subscribe_text")} <Link to="/account">{t("choice.account")}</Link>
          </Text>
          <Refused error={making.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("action.cancel")}
            </Button>
            <Button loading={making.isPending} onClick={() => making.mutate()}>
              {t("change.make_address")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
