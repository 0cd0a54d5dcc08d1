/** All that the keyboard does, on a sheet that ? opens. */
import { Kbd, Modal, Table } from "@mantine/core";
import { useDisclosure, useWindowEvent } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const KEYS = [
  ["Ctrl + K", "palette"],
  ["?", "sheet"],
  ["n", "next"],
  ["c", "create"],
  ["j / k", "walk"],
  ["Enter", "open"],
  ["x", "choose"],
  ["/", "search"],
  ["r", "reply"],
  ["u", "back"],
  ["a", "take"],
  ["j / k / t", "months"],
  ["Ctrl + Enter", "send"],
  ["Esc", "leave"],
  ["@", "name"],
] as const;

export function Keys(): ReactNode {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  // Which keys make a question mark differs between keyboards: what they make counts.
  useWindowEvent("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (event.key === "?" && !typing) open();
  });
  return (
    <Modal opened={opened} onClose={close} title={t("keys_sheet.title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Table fz="sm">
        <Table.Tbody>
          {KEYS.map(([key, does]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{t(`keys.${does}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
