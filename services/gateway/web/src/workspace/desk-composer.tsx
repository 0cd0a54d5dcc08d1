/** The agents' composer: reply or note, written together with colleagues, people named by @. */
import { Button, Group, Paper, SegmentedControl, Stack, Text, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import type { Visibility } from "../api/together";
import { Composer } from "../shared/composer";
import { useMay } from "../shared/me";
import { useActions } from "./actions";
import { handleAt, handleOf, meant, withHandle } from "./handles";
import { Macros } from "./macros";
import { useStaff } from "./parts";
import { useOthers } from "./presence";
import { type SharedDraft, useSharedDraft } from "./shared-draft";
import { Marks, markByKey, Previewed } from "./writing/tools";

interface Props {
  ticket: Ticket;
  /** Called with each stroke. */
  writing: () => void;
}

const PALETTE_CLOSES_MILLISECONDS = 250;

export function DeskComposer({ ticket, writing }: Props): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [visibility, setVisibility] = useState<Visibility>("public");
  const notes = may("tickets.comment_internal");
  const write = (next: Visibility) => {
    setVisibility(next);
    // Once the palette has closed and the other composer is drawn.
    setTimeout(() => document.querySelector<HTMLElement>("[data-composer]")?.focus(), PALETTE_CLOSES_MILLISECONDS);
  };
  useActions([{ label: t("composer.reply"), run: () => write("public") }, ...(notes ? [{ label: t("composer.note"), run: () => write("internal") }] : [])]);
  const choose = (
    <SegmentedControl
      size="xs"
      mb="xs"
      value={visibility}
      onChange={(value) => setVisibility(value as Visibility)}
      data={[
        { value: "public", label: t("composer.reply") },
        { value: "internal", label: t("composer.note") },
      ]}
    />
  );
  return <Writing key={visibility} ticket={ticket} visibility={visibility} writing={writing} head={notes && choose} />;
}

function Writing({ ticket, visibility, writing, head }: Props & { visibility: Visibility; head: ReactNode }): ReactNode {
  const watched = useOthers(ticket.number).length > 0;
  const draft = useSharedDraft(ticket, visibility, watched);
  const area = useRef<HTMLTextAreaElement>(null);
  const naming = useNaming(draft, area);
  const [previewing, setPreviewing] = useState(false);
  const write = (body: string) => {
    draft.set(body);
    writing();
  };
  return (
    <Composer
      ticket={ticket}
      visibility={visibility}
      draft={draft.name}
      body={draft.body}
      setBody={write}
      format="markdown"
      instead={previewing && <Previewed text={draft.body} />}
      sent={() => {
        draft.end();
        setPreviewing(false);
      }}
      head={
        <>
          {head}
          <Theirs draft={draft} />
          <Marks area={area} set={write} previewing={previewing} setPreviewing={setPreviewing} />
        </>
      }
      below={naming.offered}
      tools={<Macros ticket={ticket} />}
      area={area}
      areaProps={{
        ...naming.areaProps,
        onKeyDown: (event) => {
          if (!markByKey(event, write)) naming.areaProps.onKeyDown(event);
        },
      }}
    />
  );
}

/** What a colleague writes at the same time: nothing of it, and nothing of mine, is lost. */
function Theirs({ draft }: { draft: SharedDraft }): ReactNode {
  const { t } = useTranslation();
  if (!draft.theirs && draft.by) {
    return (
      <Text size="xs" className="quiet" mb="xs" role="note">
        {t("draft.written_by", { name: draft.by })}
      </Text>
    );
  }
  if (!draft.theirs) return null;
  return (
    <Paper withBorder p="xs" mb="xs" role="region" aria-label={t("draft.title")}>
      <Text size="xs" fw={600}>
        {t("draft.by", { name: draft.theirs.author?.name ?? t("conversation.somebody") })}
      </Text>
      <Text size="sm" className="person-text" lineClamp={4}>
        {draft.theirs.body}
      </Text>
      <Group gap="xs" mt={4}>
        <Button size="compact-xs" variant="light" onClick={draft.take}>
          {t("draft.take")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={draft.keep} disabled={!draft.body.trim()}>
          {t("draft.keep")}
        </Button>
      </Group>
    </Paper>
  );
}

/** Offers people while an @ is being typed: arrows, Enter or Tab, Escape. */
function useNaming(draft: SharedDraft, area: React.RefObject<HTMLTextAreaElement | null>) {
  const { t } = useTranslation();
  const id = useId();
  const staff = useStaff();
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState("");
  const typing = handleAt(draft.body, caret);
  const people = typing && closed !== `${typing.start}` ? meant(typing.typed, staff) : [];
  const place = Math.min(at, people.length - 1);

  function choose(chosen: number): void {
    const person = people[chosen];
    if (!person) return;
    const next = withHandle(draft.body, caret, handleOf(person, staff));
    draft.set(next.text);
    setCaret(next.caret);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.caret, next.caret);
    });
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (people.length === 0 || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") setAt((place + 1) % people.length);
    else if (event.key === "ArrowUp") setAt((place + people.length - 1) % people.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(place);
    else if (event.key === "Escape") setClosed(`${typing?.start}`);
    else return;
    event.preventDefault();
  }

  const offered = people.length > 0 && (
    <Paper withBorder shadow="sm" mt={4} p={4}>
      <Stack gap={0} role="listbox" id={id} aria-label={t("draft.people")}>
        {people.map((person, index) => (
          <UnstyledButton
            key={person.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === place}
            tabIndex={-1}
            px="xs"
            py={4}
            className="offered"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(index)}
          >
            <Text size="sm">
              {person.name}{" "}
              <Text span size="xs" className="quiet">
                @{handleOf(person, staff)}
              </Text>
            </Text>
          </UnstyledButton>
        ))}
      </Stack>
    </Paper>
  );
  return {
    offered,
    areaProps: {
      onKeyDown,
      onSelect: (event: React.SyntheticEvent<HTMLTextAreaElement>) => {
        setCaret(event.currentTarget.selectionStart);
        setAt(0);
      },
      ...(people.length > 0 && { "aria-controls": id, "aria-activedescendant": `${id}-${place}` }),
    },
  };
}
