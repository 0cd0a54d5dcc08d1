"""What the pages for a forgotten password say, by language."""

from typing import Final

TEXTS: Final = {
    "en": {
        "forgot": "Forgot your password?",
        "ask": "Send a link",
        "tenant": "Company",
        "email": "E-mail",
        "asked": "Look into your mail",
        "asked_why": "If this address belongs to somebody who signs in with a password, a link is on its way to it. It holds "
        "for an hour. There is one such mail a day.",
        "choose": "A new password",
        "password": "New password",
        "set": "Set the password",
        "done": "The password is set",
        "done_why": "You are signed out everywhere.",
        "sign_in": "Sign in",
        "refused": "This did not work",
        "refused_why": "The link has expired, was used already, or is not complete.",
        "unfit": "This password will not do:",
        "often": "Too many tries. Try again later.",
    },
    "pl": {
        "forgot": "Nie pamiętasz hasła?",
        "ask": "Wyślij odnośnik",
        "tenant": "Firma",
        "email": "E-mail",
        "asked": "Sprawdź pocztę",
        "asked_why": "Jeśli ten adres należy do kogoś, kto loguje się hasłem, wysyłamy na niego odnośnik. Jest ważny godzinę. Taka "
        "wiadomość przychodzi najwyżej raz dziennie.",
        "choose": "Nowe hasło",
        "password": "Nowe hasło",
        "set": "Ustaw hasło",
        "done": "Hasło zostało ustawione",
        "done_why": "Wylogowaliśmy Cię wszędzie.",
        "sign_in": "Zaloguj się",
        "refused": "Nie udało się",
        "refused_why": "Odnośnik wygasł, został już użyty albo jest niepełny.",
        "unfit": "To hasło się nie nadaje:",
        "often": "Zbyt wiele prób. Spróbuj później.",
    },
    "ru": {
        "forgot": "Забыли пароль?",
        "ask": "Отправить ссылку",
        "tenant": "Компания",
        "email": "Эл. почта",
        "asked": "Проверьте почту",
        "asked_why": "Если этим адресом и паролем кто-то пользуется для входа, туда уже идёт ссылка. Она действует час. Такое письмо "
        "приходит не чаще раза в день.",
        "choose": "Новый пароль",
        "password": "Новый пароль",
        "set": "Задать пароль",
        "done": "Пароль задан",
        "done_why": "Вы вышли на всех устройствах.",
        "sign_in": "Войти",
        "refused": "Пароль не задан",
        "refused_why": "Срок ссылки истёк, она уже использована или неполная.",
        "unfit": "Этот пароль не подходит:",
        "often": "Слишком много попыток. Попробуйте позже.",
    },
}
