"""The errors that a user can act on. Each message is one sentence that says what to do.

PennaError
├── SettingsError        a value in the settings that cannot be used
├── OfferError           what was asked for cannot be done here (stale version, no target)
├── MigrationError       a project, or a part of it, cannot be migrated as it is
├── PromptTooLong        the context does not fit the model's window
├── ReplyError           the reply cannot be used
│   ├── ReplyCutOff      it ended at a length limit
│   └── ReplyLoop        it repeats itself
├── CheckFailed          the result does not hold what it must
├── PageError            the document cannot be written to
│   ├── Interrupted      the user edited the very text that was being written
│   ├── PageClosed       the document was closed or renamed in mid-stream
│   └── EditRefused      the editor takes no edit
└── ModelError           the model cannot answer
    ├── NoModel          none is installed or chosen
    ├── ModelUnusable    its file is corrupt, unknown or too large
    ├── HostFailed       the host died, hangs or speaks another version
    └── DownloadFailed   a model could not be fetched
"""


class PennaError(Exception):
    """A sentence for the user."""


class SettingsError(PennaError):
    """A value in the settings cannot be used."""


class OfferError(PennaError):
    """What was asked for cannot be done here."""


class MigrationError(PennaError):
    """A project, or a part of it, cannot be migrated as it is."""


class PromptTooLong(PennaError):
    """The context does not fit the model's window."""


class ReplyError(PennaError):
    """The reply cannot be used."""


class ReplyCutOff(ReplyError):
    """The reply ended at a length limit."""


class ReplyLoop(ReplyError):
    """The reply repeats itself."""


class CheckFailed(PennaError):
    """The result does not hold what it must."""


class PageError(PennaError):
    """The document cannot be written to."""


class Interrupted(PageError):
    """The user edited the very text that was being written."""


class PageClosed(PageError):
    """The document was closed or renamed in mid-stream."""


class EditRefused(PageError):
    """The editor takes no edit."""


class ModelError(PennaError):
    """The model cannot answer."""


class NoModel(ModelError):
    """No model is installed or chosen."""


class ModelUnusable(ModelError):
    """The model's file is corrupt, unknown or too large."""


class HostFailed(ModelError):
    """The host died, hangs or speaks another version."""


class DownloadFailed(ModelError):
    """A model could not be fetched."""
