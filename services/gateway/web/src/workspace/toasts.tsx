/** What was just done, said in a corner for a while, with the way back where there is one. */
import { Button, CloseButton, Group, Paper, Text } from "@mantine/core";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";

interface Toast {
  id: number;
  text: string;
  undo?: () => Promise<unknown>;
}

const SHOWN_MILLISECONDS = 12_000;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function show(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something; `undo` takes back what was done. */
export function tell(text: string, undo?: () => Promise<unknown>): void {
  show([...toasts, { id: ++last, text, ...(undo && { undo }) }]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function One({ toast }: { toast: Toast }): ReactNode {
  const { t } = useTranslation();
  const { id, undo } = toast;
  const close = () => show(toasts.filter((one) => one.id !== id));
  useEffect(() => {
    // It stays while somebody is about to press its button.
    const timer = setInterval(() => {
      if (!document.querySelector(`[data-toast="${id}"]:is(:hover, :focus-within)`)) show(toasts.filter((one) => one.id !== id));
    }, SHOWN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [id]);

  async function back(): Promise<void> {
    close();
    try {
      await undo?.();
      tell(t("undo.done"));
    } catch (error) {
      tell(t("undo.failed", { why: error instanceof Problem ? error.detail : "" }));
    }
  }

  return (
    <Paper shadow="lg" withBorder px="md" py="xs" data-toast={id}>
      <Group gap="sm" wrap="nowrap">
        <Text size="sm">{toast.text}</Text>
        {undo && (
          <Button size="compact-sm" variant="light" onClick={() => void back()}>
            {t("undo.undo")}
          </Button>
        )}
        <CloseButton size="sm" aria-label={t("action.close")} onClick={close} />
      </Group>
    </Paper>
  );
}
