"""What is told by Web Push: which purposes, under which topic, in which words. A push shows less than the mail does."""

from collections.abc import Collection
from datetime import timedelta

from notify.domain.audience import Purpose

TOPICS = {
    Purpose.AGENT_NEW_TICKET: "assigned",
    Purpose.AGENT_COMMENT: "comment",
    Purpose.REMINDER: "reminder",
    Purpose.CLOCK_WARNING: "clock",
    Purpose.CLOCK_BREACH: "clock",
    Purpose.CLOCK_ESCALATION: "clock",
    Purpose.APPROVAL_REQUEST: "approval",
    Purpose.APPROVAL_REMINDER: "approval",
    Purpose.APPROVAL_COMPLETED: "approval",
    Purpose.REPLY: "reply",
    Purpose.AUTOMATIC_REPLY: "reply",
    Purpose.RESOLVED: "reply",
    Purpose.RATING_REQUEST: "rating",
    Purpose.LOW_RATING: "rating",
    Purpose.NOTICE: "notice",
    Purpose.NOTICE_OUTSIDE: "notice",
}
ALL_TOPICS = tuple(dict.fromkeys(TOPICS.values()))

VALID_FOR = timedelta(days=30)
"""A subscription lapses when its device has not renewed it for so long, as its sign-in would."""

_TO_REQUESTERS = frozenset(
    {
        Purpose.REPLY,
        Purpose.AUTOMATIC_REPLY,
        Purpose.RESOLVED,
        Purpose.RATING_REQUEST,
        Purpose.NOTICE_OUTSIDE,
    }
)
_TO_APPROVERS = frozenset({Purpose.APPROVAL_REQUEST, Purpose.APPROVAL_REMINDER})

_WORDS = {
    "en": {
        Purpose.AGENT_NEW_TICKET: "A new ticket for you or your team.",
        Purpose.AGENT_COMMENT: "There is a new comment.",
        Purpose.REMINDER: "You wanted to be reminded.",
        Purpose.CLOCK_WARNING: "Time is running out.",
        Purpose.CLOCK_BREACH: "A target was missed.",
        Purpose.CLOCK_ESCALATION: "A target needs you.",
        Purpose.APPROVAL_REQUEST: "You are asked to decide.",
        Purpose.APPROVAL_REMINDER: "Your decision is still missing.",
        Purpose.APPROVAL_COMPLETED: "The approval has ended.",
        Purpose.REPLY: "There is a reply.",
        Purpose.AUTOMATIC_REPLY: "There is a reply.",
        Purpose.RESOLVED: "Your request is resolved.",
        Purpose.RATING_REQUEST: "How did we do?",
        Purpose.LOW_RATING: "There is a low rating.",
        Purpose.NOTICE: "The desk has a notice for you.",
        Purpose.NOTICE_OUTSIDE: "The desk has a notice for you.",
    },
    "pl": {
        Purpose.AGENT_NEW_TICKET: "Nowe zgłoszenie dla Ciebie lub Twojego zespołu.",
        Purpose.AGENT_COMMENT: "Jest nowy komentarz.",
        Purpose.REMINDER: "Przypomnienie, o które prosisz.",
        Purpose.CLOCK_WARNING: "Kończy się czas.",
        Purpose.CLOCK_BREACH: "Termin minął.",
        Purpose.CLOCK_ESCALATION: "Termin wymaga Twojej uwagi.",
        Purpose.APPROVAL_REQUEST: "Potrzebna jest Twoja decyzja.",
        Purpose.APPROVAL_REMINDER: "Nadal brakuje Twojej decyzji.",
        Purpose.APPROVAL_COMPLETED: "Akceptacja została zakończona.",
        Purpose.REPLY: "Jest odpowiedź.",
        Purpose.AUTOMATIC_REPLY: "Jest odpowiedź.",
        Purpose.RESOLVED: "Twoje zgłoszenie zostało rozwiązane.",
        Purpose.RATING_REQUEST: "Jak nam poszło?",
        Purpose.LOW_RATING: "Jest niska ocena.",
        Purpose.NOTICE: "Wiadomość od działu obsługi.",
        Purpose.NOTICE_OUTSIDE: "Wiadomość od działu obsługi.",
    },
    "ru": {
        Purpose.AGENT_NEW_TICKET: "Новая заявка для вас или вашей команды.",
        Purpose.AGENT_COMMENT: "Есть новый комментарий.",
        Purpose.REMINDER: "Вы просили напомнить.",
        Purpose.CLOCK_WARNING: "Время на исходе.",
        Purpose.CLOCK_BREACH: "Срок нарушен.",
        Purpose.CLOCK_ESCALATION: "Срок требует вашего внимания.",
        Purpose.APPROVAL_REQUEST: "Нужно ваше решение.",
        Purpose.APPROVAL_REMINDER: "Вашего решения всё ещё нет.",
        Purpose.APPROVAL_COMPLETED: "Согласование завершено.",
        Purpose.REPLY: "Есть ответ.",
        Purpose.AUTOMATIC_REPLY: "Есть ответ.",
        Purpose.RESOLVED: "Ваша заявка решена.",
        Purpose.RATING_REQUEST: "Как мы справились?",
        Purpose.LOW_RATING: "Есть низкая оценка.",
        Purpose.NOTICE: "Сообщение от службы поддержки.",
        Purpose.NOTICE_OUTSIDE: "Сообщение от службы поддержки.",
    },
}


def is_told(purpose: Purpose, topics: Collection[str]) -> bool:
    """Whether a device with these topics is told of this."""
    return TOPICS.get(purpose) in topics


def words_for(purpose: Purpose, language: str) -> str:
    """What has happened, in the language or else in English; nothing that was written by anybody."""
    return _WORDS.get(language.replace("_", "-").split("-")[0].lower(), _WORDS["en"])[purpose]


def path_for(purpose: Purpose, number: str) -> str:
    """The page of the web UI that a push leads to."""
    if purpose in _TO_APPROVERS:
        return "/portal/approvals"
    return f"/portal/requests/{number}" if purpose in _TO_REQUESTERS else f"/desk/tickets/{number}"
