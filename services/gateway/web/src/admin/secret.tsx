/** Secrets that the desk tells, and what an identity provider has to be told. */
import { Stack, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../shared/me";
import { Copied } from "../shared/told-secret";
import type { Kept, Written } from "./inputs";

/** The secret in an answer of the desk, where there is one. */
export function secretIn(answer: unknown): string | null {
  return typeof answer === "object" && answer !== null && "secret" in answer && typeof answer.secret === "string" ? answer.secret : null;
}

/** Where a provider sends people back to, and tells of those who sign out there: what it has to be told. */
export function ReturnAddress({ form, kept }: { form: Written; kept: Kept | null }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const slug = String(kept?.["slug"] ?? form["slug"] ?? "");
  if (!slug) return null;
  const way = `${window.location.origin}/api/v1/auth/providers/${me.tenant.key}/${slug}`;
  const addresses = [["secret.return_address", `${way}/callback`], ["secret.left_address", `${window.location.origin}/sign-in`], ["secret.logout_address", `${way}/logout`]] as const;
  return (
    <Stack gap={4}>
      {addresses.map(([name, text]) => (
        <Fragment key={name}>
          <Text size="sm">{t(name)}</Text>
          <Copied text={text} />
        </Fragment>
      ))}
    </Stack>
  );
}
