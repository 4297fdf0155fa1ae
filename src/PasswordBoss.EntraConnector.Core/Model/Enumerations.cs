namespace PasswordBoss.EntraConnector;

/// <summary>What a run does, or would do, to one account, user or group.</summary>
public enum SyncAction
{
    /// <summary>Create an active account.</summary>
    Create,
    /// <summary>Create an account that an admin of Password Boss must approve.</summary>
    CreatePending,
    /// <summary>Link an existing account at the user's address.</summary>
    Adopt,
    /// <summary>Write the names that differ.</summary>
    Update,
    /// <summary>Enable an account that the connector disabled.</summary>
    Enable,
    /// <summary>Disable the account; vault and shares stay.</summary>
    Disable,
    /// <summary>Delete the account with its vault and its shares.</summary>
    Delete,
    /// <summary>Take the account out of the business and leave it to the user.</summary>
    ConvertToPersonal,
    /// <summary>Create a group.</summary>
    CreateGroup,
    /// <summary>Rename a group, or take back a group that has our external ID.</summary>
    UpdateGroup,
    /// <summary>Add one account to a group.</summary>
    AddMember,
    /// <summary>Remove one account from a group.</summary>
    RemoveMember,
    /// <summary>Delete a group.</summary>
    DeleteGroup,
    /// <summary>Release a group to Password Boss: it stays, and is no longer managed from Entra.</summary>
    ReleaseGroup,
    /// <summary>Remove the link of an account or a group; nothing is written to Password Boss.</summary>
    Unlink,
    /// <summary>Two facts contradict each other; nothing is written until an admin resolves the conflict.</summary>
    Conflict,
    /// <summary>Nothing is done for this user or group, for the given reason.</summary>
    Skip,
}

/// <summary>The outcome of one change.</summary>
public enum ChangeOutcome
{
    /// <summary>A real run would do it.</summary>
    Planned,
    /// <summary>It was done.</summary>
    Done,
    /// <summary>It failed, and a later run tries again.</summary>
    Failed,
    /// <summary>It was not done, but did not fail itself: because of an obstacle, a declined prompt, a failed change that it depends on, or the end of the run.</summary>
    Skipped,
    /// <summary>A safety limit, or an incomplete read, held it back.</summary>
    Refused,
}

/// <summary>How a run ended. The precedence is Failed, Refused, Partial, Succeeded, NoChange.</summary>
public enum SyncOutcome
{
    /// <summary>All planned changes were done.</summary>
    Succeeded,
    /// <summary>Both sides were already in sync.</summary>
    NoChange,
    /// <summary>Some users or groups could not be processed; all others were.</summary>
    Partial,
    /// <summary>A safety limit held removals back and everything else was done, or a read was not usable and nothing was done.</summary>
    Refused,
    /// <summary>The run could not do its work.</summary>
    Failed,
    /// <summary>Another run of the same connection holds the lock; nothing was done.</summary>
    AlreadyRunning,
    /// <summary>With <c>-WhatIf</c>: there are changes to make.</summary>
    Planned,
}

/// <summary>What a run read.</summary>
public enum SyncMode
{
    /// <summary>Everything on both sides.</summary>
    Full,
    /// <summary>Only what changed since the last run.</summary>
    Incremental,
    /// <summary>One user; also a command that changes a link, or removes a connection.</summary>
    User,
}

/// <summary>The state of a connection, in the vendor's terms.</summary>
public enum ConnectorStatus
{
    /// <summary>Configured; no run has succeeded yet.</summary>
    PendingConnection,
    /// <summary>Microsoft gave access in the last run that reached it.</summary>
    Connected,
    /// <summary>Microsoft refused access: the secret expired, or consent was revoked.</summary>
    NotAuthorized,
    /// <summary>A safety limit holds removals back until their cause is gone or an admin allows them.</summary>
    Paused,
    /// <summary>The stored data of the connection cannot be read, so it is not synced.</summary>
    Damaged,
    /// <summary>Restored from a backup and not activated yet, so it is not synced.</summary>
    NotActivated,
}

/// <summary>Which connections count in the exit code of <c>Sync-AllTenants.ps1</c>.</summary>
public enum FailureScope
{
    /// <summary>Each one that failed, was refused or is partial.</summary>
    Any,
    /// <summary>Only those whose previous run succeeded.</summary>
    New,
    /// <summary>Only those that have failed or been refused for an hour.</summary>
    Lasting,
}

/// <summary>The role of a group in a connection.</summary>
public enum SyncGroupRole
{
    /// <summary>Not selected.</summary>
    None,
    /// <summary>The one group whose members get accounts.</summary>
    User,
    /// <summary>Becomes a group in Password Boss.</summary>
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
    /// <summary>Security group with members set by a rule.</summary>
    DynamicSecurity,
    /// <summary>Microsoft 365 group with members set by a rule.</summary>
    DynamicMicrosoft365,
}

/// <summary>The result of one check of a connection.</summary>
public enum CheckStatus
{
    /// <summary>No problem found.</summary>
    Passed,
    /// <summary>Works, with a caveat.</summary>
    Warning,
    /// <summary>A sync cannot work, or not fully.</summary>
    Failed,
    /// <summary>Not checked, because an earlier check failed or it does not apply.</summary>
    Skipped,
}

/// <summary>What an import of a configuration does to a connection.</summary>
public enum ConfigurationAction
{
    /// <summary>Nothing: it equals the file.</summary>
    Unchanged,
    /// <summary>It is stored.</summary>
    Create,
    /// <summary>Its settings are changed.</summary>
    Update,
}

/// <summary>How the application authenticates to Entra.</summary>
public enum CredentialKind
{
    /// <summary>None: the sandbox.</summary>
    None,
    /// <summary>A client secret.</summary>
    ClientSecret,
    /// <summary>A certificate stored with the connection.</summary>
    Certificate,
    /// <summary>A certificate in a store of the platform, identified by its thumbprint.</summary>
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
    /// <summary>Missing, contradictory or not known to this connector (such as <c>creating</c>); such an account is not changed.</summary>
    Unknown,
    /// <summary>In use.</summary>
    Active,
    /// <summary>Waits for the approval of an admin of Password Boss.</summary>
    Pending,
    /// <summary>Disabled; vault and shares are kept.</summary>
    Disabled,
    /// <summary>No longer part of this business.</summary>
    Personal,
}

/// <summary>Who manages an account or a group of Password Boss.</summary>
public enum ManagedBy
{
    /// <summary>The server does not report it.</summary>
    Unspecified,
    /// <summary>Managed in Password Boss.</summary>
    PasswordBoss,
    /// <summary>Managed by the vendor's Active Directory connector.</summary>
    ActiveDirectory,
    /// <summary>Managed from Entra ID.</summary>
    AzureAD,
    /// <summary>A value that this connector does not know.</summary>
    Other,
}

/// <summary>What an alert reports.</summary>
public enum AlertEvent
{
    /// <summary>Microsoft refuses access.</summary>
    NotAuthorized,
    /// <summary>A safety limit holds removals back.</summary>
    Paused,
    /// <summary>The last run failed, or could not use what it read.</summary>
    Failing,
    /// <summary>No run has succeeded for some time.</summary>
    NoSuccess,
    /// <summary>The client secret or the certificate expires soon, or has expired.</summary>
    SecretExpires,
    /// <summary>The connection syncs again after one of the others was reported.</summary>
    Recovered,
}

/// <summary>The form in which a receiver gets alerts.</summary>
public enum AlertFormat
{
    /// <summary>CloudEvents 1.0, JSON in structured mode.</summary>
    CloudEvents,
    /// <summary>A message with an Adaptive Card, for a webhook of Microsoft Teams Workflows.</summary>
    Teams,
    /// <summary>A text message for an incoming webhook of Slack.</summary>
    Slack,
}
