"""The whole error family. A door translates a member once; a message is a msgid plus named values.

TrackerError
├── NotFound             the row is absent, or the reader may not know that it exists (404)
├── Forbidden            the row is visible, the step is not allowed to this person (403)
├── Invalid              what was entered cannot be taken; `fields` says where (422)
├── Conflict             (409)
│   ├── VersionConflict  somebody else changed the row first
│   ├── Duplicate        the thing exists already
│   └── StepNotAllowed   the row's status does not allow the step
├── ReportUnreadable     an uploaded file cannot be read as a report (422)
│   ├── FileEmpty
│   ├── FileTruncated
│   ├── FileEncrypted
│   ├── FileTooLarge
│   ├── FormatNotSupported
│   │   ├── FormatTooOld      .doc, .rtf, .wps
│   │   ├── FormatWithoutText an image
│   │   ├── FormatOfOthers    a spreadsheet, slides, an archive
│   │   └── FormatMismatch    the name says one format, the content another
│   ├── EncodingUnknown
│   ├── TextMissing      a scan, or a file that holds no readable text
│   ├── PageMissing      the file has no such page
│   ├── PageNotDrawn     a page cannot be shown as it was printed
│   └── ReadingTookTooLong
└── Unavailable          (503)
    ├── DatabaseAway
    ├── DatabaseNotMigrated
    ├── DatabaseNewer    the database was migrated by a later version
    ├── MailServerAway
    ├── Misconfigured    a setting is missing or wrong
    └── AddressTaken     the port to listen on is in use
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from tracker.foundation.language import N_

Translate = Callable[[str], str]


class TrackerError(Exception):
    """Something the reader should be told in plain words; never shown as a traceback.

    `status` is the HTTP status and `exit_code` the process status a door answers with.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    message: str = N_("發生未預期的錯誤。")

    def __init__(self, message: str | None = None, **values: object) -> None:
        if message is not None:
            self.message = message
        self.values = values
        super().__init__(self.text(str))

    def text(self, translate: Translate) -> str:
        """Return the sentence for the reader, in the language that `translate` speaks."""
        sentence = translate(self.message)
        return sentence % self.values if self.values else sentence


class NotFound(TrackerError):
    """The row is absent, or may not be seen by this reader; the two look alike on purpose."""

    status = 404
    message = N_("找不到這筆資料，或您沒有檢視的權限。")


class Forbidden(TrackerError):
    """The row may be seen, but this step is not this person's to take."""

    status = 403
    message = N_("您沒有執行這個動作的權限。")


class Invalid(TrackerError):
    """What was entered cannot be taken; `fields` maps a field's name to a msgid."""

    status = 422
    exit_code = 2
    message = N_("有欄位需要修正。")

    def __init__(
        self, message: str | None = None, fields: Mapping[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(message, **values)
        self.fields = dict(fields or {})


class Conflict(TrackerError):
    """The step collides with the present state of the row."""

    status = 409


class VersionConflict(Conflict):
    """Somebody else changed the row after it was shown."""

    message = N_("別人已先修改了這筆資料。您輸入的內容仍保留在畫面上，請比對後再送出。")


class Duplicate(Conflict):
    """The thing exists already."""

    message = N_("已經有相同的資料。")


class StepNotAllowed(Conflict):
    """The present status does not allow the step."""

    message = N_("目前的狀態不能執行這個動作。")


class ReportUnreadable(TrackerError):
    """An uploaded file cannot be read as a report."""

    status = 422
    exit_code = 3
    message = N_("無法讀取這個檔案。請確認檔案可以正常開啟後再試一次。")


class FileEmpty(ReportUnreadable):
    """The file has no content."""

    message = N_("檔案是空的（0 位元組）。請確認選對了檔案。")


class FileTruncated(ReportUnreadable):
    """The file is damaged or was cut off."""

    message = N_("檔案不完整或已損壞。請向提供者重新取得檔案後再匯入。")


class FileUnsafe(ReportUnreadable):
    """The file is put together as no word processor does it, and as attacks do."""

    message = N_("檔案的內部結構異常，基於安全不予讀取。請以 Word 或 LibreOffice 開啟並重新存檔後再匯入。")


class FileEncrypted(ReportUnreadable):
    """The file asks for a password."""

    message = N_("檔案設有密碼，無法讀取。請移除密碼後再匯入。")


class FileTooLarge(ReportUnreadable):
    """The file is larger, or has more pages, than the settings allow."""

    message = N_("檔案太大，超過可匯入的上限。請縮小或分割後再匯入。")


class FormatNotSupported(ReportUnreadable):
    """The file is of a kind that is not read."""

    message = N_(
        "不支援這種檔案格式。可以匯入 Word（.docx）、ODT、PDF、網頁（.html）、Markdown（.md）或純文字檔（.txt）。"
    )


class FormatTooOld(FormatNotSupported):
    """The file was written by an older word processor, in a format that is not read."""

    message = N_(
        "這是舊式的文書檔（.doc、.rtf 或 .wps），無法讀取。"
        "請以 Word 或 LibreOffice 開啟，另存為 .docx、.odt 或 PDF 後再匯入。"
    )


class FormatWithoutText(FormatNotSupported):
    """The file is an image."""

    message = N_(
        "這是影像檔，裡面沒有文字。請匯入報告的電子檔（.docx、.odt 或有文字的 PDF）；"
        "只有紙本時，請先以文字辨識（OCR）軟體轉成有文字的 PDF。"
    )


class FormatOfOthers(FormatNotSupported):
    """The file is a spreadsheet, a set of slides or an archive, not the text of a report."""

    message = N_(
        "這是試算表、簡報或壓縮檔，不是報告本文。請匯入報告的 .docx、.odt 或 PDF 檔；壓縮檔請先解開，再匯入其中的報告。"
    )


class FormatMismatch(FormatNotSupported):
    """The content of the file is of another format than its name says."""

    message = N_(
        "檔案的內容與副檔名不符。請以原來的程式開啟，另存為 .docx、.odt 或 PDF；如果只是副檔名打錯，請更正後再匯入。"
    )


class EncodingUnknown(ReportUnreadable):
    """The text is not in the encoding that is read."""

    message = N_("文字編碼無法辨識。請將檔案另存為 UTF-8 編碼後再匯入。")


class TextMissing(ReportUnreadable):
    """The file holds no readable text, as a scan does."""

    message = N_(
        "檔案裡沒有可讀取的文字，可能是掃描影像。請改用有文字的版本，或先以文字辨識（OCR）軟體轉成有文字的 PDF。"
    )


class PageMissing(ReportUnreadable):
    """The file has no such page, or no pages at all."""

    status = 404
    message = N_("這份檔案沒有這一頁。")


class PageNotDrawn(ReportUnreadable):
    """A page cannot be shown as it was printed; its text is not touched by that."""

    message = N_("這一頁無法以原樣顯示，請看文字。")


class ReadingTookTooLong(ReportUnreadable):
    """Reading went past the time or memory that one file may take."""

    message = N_("讀取這個檔案超過時間或記憶體上限，已停止。請分割檔案後再匯入。")


class Unavailable(TrackerError):
    """Something outside is not there; the same step may succeed later."""

    status = 503
    exit_code = 4


class DatabaseAway(Unavailable):
    """The database does not answer."""

    message = N_("目前無法連線到資料庫，您的資料沒有變更。請稍後再試。")


class DatabaseNotMigrated(Unavailable):
    """The database lacks migrations that the code needs."""

    message = N_("資料庫尚未升級到這個版本所需的結構。請執行「tracker db migrate」。")


class DatabaseNewer(Unavailable):
    """The database was migrated by a later version of the program."""

    message = N_("資料庫的版本比程式新。請安裝較新的程式版本；資料未變更。")


class MailServerAway(Unavailable):
    """The mail server does not answer."""

    message = N_("目前無法連線到郵件伺服器。信件留在寄件匣，稍後會自動重試。")


class Misconfigured(Unavailable):
    """A setting is missing or wrong."""

    exit_code = 5
    message = N_("設定有誤：%(detail)s")


class AddressTaken(Unavailable):
    """The port to listen on is in use."""

    exit_code = 6
    message = N_("連接埠 %(port)s 已被其他程式使用。請停止該程式，或以 --port 指定其他連接埠。")
