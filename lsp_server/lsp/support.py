"""What the client can do, resolved once into the few things that Penna asks."""

from dataclasses import dataclass

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class ClientSupport:
    """`name` as the client gives it, empty if it does not. `locale` is a BCP 47 tag."""

    name: str = ""
    locale: str = "en"
    create_files: bool = False
    delete_files: bool = False
    show_document: bool = False
    progress: bool = False
    configuration: bool = False
    watched_configuration: bool = False
    text_document_content: bool = False
    disabled_actions: bool = False
    llm_tag: bool = False
    change_annotations: bool = False

    @property
    def loses_bursts(self) -> bool:
        """lsp-mode loses what it reads in one go with the answer to its command (measured)."""
        return self.name == "emacs"

    @property
    def previews_edits(self) -> bool:
        """Whether changes that need it are confirmed in the editor. Neovim asks nobody."""
        return self.change_annotations and self.name != "Neovim"

    @property
    def language(self) -> str:
        """The language of titles and messages: "zh" for any Chinese locale, else "en"."""
        return "zh" if self.locale.lower().startswith("zh") else "en"


def resolve(params: types.InitializeParams) -> ClientSupport:
    client = params.capabilities
    workspace = client.workspace or types.WorkspaceClientCapabilities()
    window = client.window or types.WindowClientCapabilities()
    edits = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
    operations = edits.resource_operations or []
    show = window.show_document
    watched = workspace.did_change_configuration
    actions = _code_actions(client)
    return ClientSupport(
        name=params.client_info.name if params.client_info else "",
        locale=params.locale or "en",
        create_files=types.ResourceOperationKind.Create in operations,
        delete_files=types.ResourceOperationKind.Delete in operations,
        show_document=bool(show and show.support),
        progress=bool(window.work_done_progress),
        configuration=bool(workspace.configuration),
        watched_configuration=bool(watched and watched.dynamic_registration),
        text_document_content=_has_content(workspace),
        disabled_actions=bool(actions.disabled_support),
        llm_tag=_has_llm_tag(actions),
        change_annotations=bool(edits.change_annotation_support),
    )


def _code_actions(client: types.ClientCapabilities) -> types.CodeActionClientCapabilities:
    document = client.text_document
    return (document and document.code_action) or types.CodeActionClientCapabilities()


def _has_content(workspace: types.WorkspaceClientCapabilities) -> bool:
    content = workspace.text_document_content
    return bool(content and content.dynamic_registration)


def _has_llm_tag(actions: types.CodeActionClientCapabilities) -> bool:
    tags = actions.tag_support
    return bool(tags and types.CodeActionTag.LlmGenerated in tags.value_set)
