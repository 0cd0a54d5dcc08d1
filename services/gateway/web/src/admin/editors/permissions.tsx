/** What a role may, in plain words, by what it is about. Nobody gives what they may not do themselves. */
import { Checkbox, Fieldset, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../shared/me";

interface PermissionsProps {
  error: string | undefined;
  value: string[];
  set: (value: string[]) => void;
}

export function PermissionsInput({ error, value, set }: PermissionsProps): ReactNode {
  const { t, i18n } = useTranslation();
  const own = useMe().permissions.filter((one) => !one.includes(":"));
  const all = [...new Set([...own, ...value])].sort();
  const areas = [...new Set(all.map((one) => one.split(".")[0] ?? ""))];
  const said = (permission: string) => {
    const key = `permissions.${permission.replace(".", "_")}`;
    return i18n.exists(key) ? t(key as "permissions.tickets_read") : permission;
  };
  return (
    <Stack gap="xs">
      {error && (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
      {areas.map((area) => (
        <Fieldset key={area} legend={i18n.exists(`areas.${area}`) ? t(`areas.${area}` as "areas.tickets") : area} variant="default">
          <Stack gap={8}>
            {all
              .filter((one) => one.startsWith(`${area}.`))
              .map((one) => (
                <Checkbox
                  key={one}
                  label={said(one)}
                  description={one}
                  disabled={!own.includes(one)}
                  checked={value.includes(one)}
                  onChange={(event) => set(event.target.checked ? [...value, one].sort() : value.filter((held) => held !== one))}
                />
              ))}
          </Stack>
        </Fieldset>
      ))}
    </Stack>
  );
}
