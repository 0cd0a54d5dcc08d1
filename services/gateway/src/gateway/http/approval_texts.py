"""What the page behind an approver's link says, by language."""

from typing import Final

TEXTS: Final = {
    "en": {
        "from": "From",
        "comment": "Comment",
        "approve": "Approve",
        "reject": "Reject",
        "thanks": "Thank you",
        "noted": "Your decision is noted.",
        "over": "Already decided",
        "over_why": "There is nothing left to decide by this link.",
        "refused": "This link does not work",
        "refused_why": "It has expired or is not complete. Sign in to see what waits for your decision.",
    },
    "pl": {
        "from": "Od",
        "comment": "Komentarz",
        "approve": "Zatwierdź",
        "reject": "Odrzuć",
        "thanks": "Dziękujemy",
        "noted": "Decyzja została zapisana.",
        "over": "Decyzja już zapadła",
        "over_why": "Pod tym odnośnikiem nie ma już nic do zdecydowania.",
        "refused": "Ten odnośnik nie działa",
        "refused_why": "Wygasł albo jest niepełny. Zaloguj się, aby zobaczyć, co czeka na Twoją decyzję.",
    },
    "ru": {
        "from": "От",
        "comment": "Комментарий",
        "approve": "Согласовать",
        "reject": "Отклонить",
        "thanks": "Спасибо",
        "noted": "Ваше решение записано.",
        "over": "Решение уже принято",
        "over_why": "По этой ссылке больше нечего решать.",
        "refused": "Эта ссылка не действует",
        "refused_why": "Её срок истёк, или она неполная. Войдите, чтобы увидеть, что ждёт вашего решения.",
    },
}
