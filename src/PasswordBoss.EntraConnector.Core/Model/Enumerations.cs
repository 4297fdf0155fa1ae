namespace PasswordBoss.EntraConnector;

/// <summary>What a run does, or would do, to one account, person or group.</summary>
public enum SyncAction
{
    /// <summary>Create an active account.</summary>
    Create,
    /// <summary>Create an account that an admin of Password Boss must approve.</summary>
    CreatePending,
    /// <summary>Link an account that already stands at the person's address.</summary>
    Adopt,
    /// <summary>Write the names, or the marks of ownership, that differ.</summary>
    Update,
    /// <summary>Enable again an account that the connector disabled.</summary>
    Enable,
    /// <summary>Disable the account; vault and shares stay.</summary>
    Disable,
    /// <summary>Delete the account with its vault and its shares.</summary>
    Delete,
    /// <summary>Take the account out of the business and leave it to the person.</summary>
    ConvertToPersonal,
    /// <summary>Create a group.</summary>
    CreateGroup,
    /// <summary>Rename a group, or take back a group that bears our mark.</summary>
    UpdateGroup,
    /// <summary>Add one account to a group.</summary>
    AddMember,
    /// <summary>Remove one account from a group.</summary>
    RemoveMember,
    /// <summary>Delete a group.</summary>
    DeleteGroup,
    /// <summary>Leave a group to Password Boss: it stays, and is no longer managed from Entra.</summary>
    ReleaseGroup,
    /// <summary>Forget the link between a person and an account; nothing is written to Password Boss.</summary>
    Unlink,
    /// <summary>Two facts contradict each other; nothing is written until a person solves it.</summary>
    Conflict,
    /// <summary>Nothing is done for this person or group, for a named reason.</summary>
    Skip,
}

/// <summary>How far one change has come.</summary>
public enum ChangeOutcome
{
    /// <summary>It would be done by a real run.</summary>
    Planned,
    /// <summary>It was done.</summary>
    Done,
    /// <summary>It was tried and failed; it stays open for the next run.</summary>
    Failed,
    /// <summary>Nothing was to be written, or it was declined at a prompt.</summary>
    Skipped,
    /// <summary>A safety limit, or an incomplete read, held it back.</summary>
    Refused,
}

/// <summary>How a run ended. The precedence is Failed, Refused, Partial, Succeeded, NoChange.</summary>
public enum SyncOutcome
{
    /// <summary>Everything that was planned was done.</summary>
    Succeeded,
    /// <summary>Both sides were equal already.</summary>
    NoChange,
    /// <summary>Some people or groups could not be handled; all others were.</summary>
    Partial,
    /// <summary>A safety rule held removals back; everything else was done.</summary>
    Refused,
    /// <summary>The run could not do its work.</summary>
    Failed,
    /// <summary>Another run of the same connection holds the lock; nothing was done.</summary>
    AlreadyRunning,
    /// <summary>Under <c>-WhatIf</c>: there is something to do.</summary>
    Planned,
}

/// <summary>What a run read.</summary>
public enum SyncMode
{
    /// <summary>Everything on both sides.</summary>
    Full,
    /// <summary>Only what changed since the last run.</summary>
    Incremental,
    /// <summary>One user alone, such as one whom an admin linked by hand.</summary>
    User,
}

/// <summary>The state of a connection, in the vendor's words.</summary>
public enum ConnectorStatus
{
    /// <summary>Configured; no run has succeeded yet.</summary>
    PendingConnection,
    /// <summary>The last connection to Microsoft worked.</summary>
    Connected,
    /// <summary>Microsoft refused: secret expired, consent gone.</summary>
    NotAuthorized,
    /// <summary>A safety limit refused a run.</summary>
    Paused,
    /// <summary>What is stored of the connection cannot be read, so that it is not synced.</summary>
    Damaged,
}

/// <summary>The part that a group plays in a connection.</summary>
public enum SyncGroupRole
{
    /// <summary>Not selected.</summary>
    None,
    /// <summary>The one group whose members get accounts.</summary>
    User,
    /// <summary>Becomes an organisational group in Password Boss.</summary>
    Additional,
}

/// <summary>The kind of an Entra group.</summary>
public enum DirectoryGroupKind
{
    /// <summary>Security group with assigned members.</summary>
    Security,
    /// <summary>Microsoft 365 group.</summary>
    Microsoft365,
    /// <summary>Mail-enabled security group.</summary>
    MailEnabledSecurity,
    /// <summary>Distribution group.</summary>
    Distribution,
    /// <summary>Security group whose members follow from a rule.</summary>
    DynamicSecurity,
    /// <summary>Microsoft 365 group whose members follow from a rule.</summary>
    DynamicMicrosoft365,
}

/// <summary>The result of one check of a connection.</summary>
public enum CheckStatus
{
    /// <summary>As it should be.</summary>
    Passed,
    /// <summary>Works, with something to know about.</summary>
    Warning,
    /// <summary>A sync cannot work, or not fully.</summary>
    Failed,
    /// <summary>Not checked, because something before it failed or it does not apply.</summary>
    Skipped,
}

/// <summary>How the application proves itself to Entra.</summary>
public enum CredentialKind
{
    /// <summary>None: the sandbox.</summary>
    None,
    /// <summary>A client secret.</summary>
    ClientSecret,
    /// <summary>A certificate stored with the connection.</summary>
    Certificate,
    /// <summary>A certificate in a store of the platform, named by its thumbprint.</summary>
    CertificateThumbprint,
    /// <summary>A certificate file (PFX or PEM).</summary>
    CertificatePath,
    /// <summary>The managed identity of the machine.</summary>
    ManagedIdentity,
    /// <summary>The AZURE_* environment variables, read at each run.</summary>
    EnvironmentVariable,
}

/// <summary>The national cloud of a tenant.</summary>
public enum EntraEnvironment
{
    /// <summary>The worldwide cloud.</summary>
    Global,
    /// <summary>Microsoft 365 GCC High.</summary>
    USGov,
    /// <summary>Microsoft 365 DoD.</summary>
    USGovDoD,
    /// <summary>China, operated by 21Vianet.</summary>
    China,
}

/// <summary>The state of an account in Password Boss.</summary>
public enum AccountState
{
    /// <summary>Absent, contradictory or not known to this connector (such as <c>creating</c>); such an account is left alone.</summary>
    Unknown,
    /// <summary>In use.</summary>
    Active,
    /// <summary>Waits for the approval of an admin of Password Boss.</summary>
    Pending,
    /// <summary>Disabled; vault and shares are kept.</summary>
    Disabled,
    /// <summary>No longer of this business.</summary>
    Personal,
}

/// <summary>Who manages an account or a group of Password Boss.</summary>
public enum ManagedBy
{
    /// <summary>The server does not say.</summary>
    Unspecified,
    /// <summary>Made in Password Boss.</summary>
    PasswordBoss,
    /// <summary>Made by the vendor's Active Directory connector.</summary>
    ActiveDirectory,
    /// <summary>Made from Entra ID.</summary>
    AzureAD,
    /// <summary>A value that this connector does not know.</summary>
    Other,
}
