/** The tools of a text in Markdown: marks for what is chosen, and how it will look. */
import { ActionIcon, Group, Paper, Text } from "@mantine/core";
import type { ParseKeys } from "i18next";
import { type KeyboardEvent, lazy, type ReactNode, type RefObject, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "../../shared/states";
import { applied, around, asCode, type Change, linewise, linked } from "./marks";

const Preview = lazy(() => import("./preview"));

type Area = RefObject<HTMLTextAreaElement | null>;
type Make = (text: string, start: number, end: number) => Change;

function Numbers(): ReactNode {
  return (
    <svg width="14" height="14" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round">
      <path d="M11 6h10M11 12h10M11 18h10M3 4.500l1.500-1v5M3 14.500h3.500l-3.500 5h3.500" />
    </svg>
  );
}

interface Mark {
  label: ParseKeys;
  sign: ReactNode;
  /** With Ctrl or ⌘. */
  key?: string;
  make: Make;
}

const MARKS: Mark[] = [
  { label: "writing.bold", sign: <b>B</b>, key: "b", make: (text, start, end) => around(text, start, end, "**") },
  { label: "writing.italic", sign: <i>I</i>, key: "i", make: (text, start, end) => around(text, start, end, "*") },
  { label: "writing.struck", sign: <s>S</s>, make: (text, start, end) => around(text, start, end, "~~") },
  { label: "writing.bullets", sign: "•", make: (text, start, end) => linewise(text, start, end, "- ") },
  { label: "writing.numbers", sign: <Numbers />, make: (text, start, end) => linewise(text, start, end, "#. ") },
  { label: "writing.quote", sign: "”", make: (text, start, end) => linewise(text, start, end, "> ") },
  { label: "writing.code", sign: "</>", key: "e", make: asCode },
  { label: "writing.link", sign: "[ ]", make: linked },
];

function change(area: HTMLTextAreaElement, make: Make, set: (text: string) => void): void {
  const done = make(area.value, area.selectionStart, area.selectionEnd);
  const text = applied(area.value, done);
  area.focus();
  area.setSelectionRange(done.from, done.to);
  // Typed in by the browser, so that its undo takes it back; where it cannot, set.
  if (!document.execCommand(done.by ? "insertText" : "delete", false, done.by)) set(text);
  requestAnimationFrame(() => area.setSelectionRange(done.start, done.end));
}

/** Ctrl or ⌘ with the letter of a mark. True where it was one. */
export function markByKey(event: KeyboardEvent<HTMLTextAreaElement>, set: (text: string) => void): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return false;
  const mark = MARKS.find((one) => one.key === event.key.toLowerCase());
  if (!mark) return false;
  event.preventDefault();
  change(event.currentTarget, mark.make, set);
  return true;
}

interface MarksProps {
  area: Area;
  set: (text: string) => void;
  previewing: boolean;
  setPreviewing: (previewing: boolean) => void;
}

export function Marks({ area, set, previewing, setPreviewing }: MarksProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap={2} role="toolbar" aria-label={t("writing.tools")}>
      {MARKS.map(({ label: named, sign, key, make }) => {
        const label = t(named);
        return (
          <ActionIcon
            key={named}
            size={26}
            variant="subtle"
            color="gray"
            aria-label={label}
            title={key ? `${label} (Ctrl + ${key.toUpperCase()})` : label}
            disabled={previewing}
            bg={previewing ? "transparent" : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => area.current && change(area.current, make, set)}
          >
            <Text span size="xs" aria-hidden>
              {sign}
            </Text>
          </ActionIcon>
        );
      })}
      <ActionIcon
        size={26}
        w="auto"
        px={6}
        variant={previewing ? "light" : "subtle"}
        color="gray"
        aria-pressed={previewing}
        aria-label={t("writing.preview")}
        onClick={() => setPreviewing(!previewing)}
      >
        <Text span size="xs">
          {t("writing.preview")}
        </Text>
      </ActionIcon>
    </Group>
  );
}

/** How the text will look, in the place of the text. */
export function Previewed({ text }: { text: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="sm" mih="5rem" role="region" aria-label={t("writing.preview")}>
      <Suspense fallback={<Loading />}>{text.trim() ? <Preview text={text} /> : <Text className="quiet">{t("writing.nothing")}</Text>}</Suspense>
    </Paper>
  );
}
