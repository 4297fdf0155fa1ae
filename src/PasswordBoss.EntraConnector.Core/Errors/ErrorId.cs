namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// The stable ids of everything that can go wrong. Each has a sentence (<c>Error_*</c>) and a recommended action (<c>Fix_*</c>) in
/// <c>Messages.resx</c> and an <see cref="ErrorKind"/> in <see cref="ErrorCatalog"/>; a test holds the three together.
/// </summary>
public enum ErrorId
{
#pragma warning disable CS1591 // Each member is documented once, by its sentence in Messages.resx.
    // Connections and arguments
    ConnectionNotFound,
    NoConnection,
    ConnectionAmbiguous,
    ConnectionGivenTwice,
    ConnectionNameInvalid,
    ConnectionDuplicate,
    ConnectionFixed,
    ConnectionIncomplete,
    CredentialMissing,
    CredentialAmbiguous,
    CertificateNotUsable,
    EndpointInvalid,
    EndpointNotHttps,
    RuleValueInvalid,
    RuleNotSupported,
    ForceNeedsOnePausedConnection,
    ReapplyNeedsFull,
    NotASandbox,
    SandboxUserUnknown,
    SandboxNameAmbiguous,
    SandboxChangeRefused,

    // Sign-in
    TenantUnknown,
    ApplicationUnknown,
    ApplicationDisabled,
    SecretWrong,
    SecretIdPasted,
    SecretExpired,
    CertificateRejected,
    ClockWrong,
    CloudMismatch,
    AccessBlocked,
    FederationRejected,
    ConsentMissing,
    SignInFailed,
    SignInUnreachable,
    CredentialUnavailable,

    // Registering an application
    AdminSignInFailed,
    AdminOfOtherTenant,
    AdminNotAllowed,
    ApplicationAmbiguous,
    DirectoryObjectMissing,

    // Microsoft Graph
    GraphUnreachable,
    GraphUntrusted,
    GraphUnauthorized,
    GraphThrottled,
    GraphFailed,
    GraphAnswerInvalid,
    PermissionMissing,
    GroupNotFound,
    GroupAmbiguous,
    ForeignHost,
    ChangesLost,
    ChangesNotTracked,

    // Password Boss
    AccountServerUnreachable,
    AccountServerUntrusted,
    AccountServerTokenRejected,
    AccountServerForbidden,
    AccountServerNotScim,
    AccountServerWithoutPatch,
    AccountServerThrottled,
    AccountServerFailed,
    AccountServerAnswerInvalid,
    AccountExists,
    AccountRefused,
    ReleaseNotSupported,
    AccountNotFound,
    LicenseLimit,

    // State
    StateFolderUnusable,
    StateDamaged,
    StateFromNewerVersion,
    StateBusy,
    SecretUnreadable,
    NativeLibraryMissing,
    NativeLibraryTooOld,

    // The scheduler
    SchedulerUnavailable,
    SchedulerRefused,
    TaskNotShown,
    TaskNotFound,
    TaskIntervalNotSupported,
    TaskProgramUnusable,

    // A whole run
    UserGroupNotChosen,
    UserGroupEmpty,
    UserGroupUnreadable,
    UserGroupNotFound,
    UserGroupHidden,
    MembersUnreadable,
    RemovalLimitExceeded,
    AccountsGoneLimitExceeded,
    MembershipLimitExceeded,
    AlreadyRunning,
    Cancelled,
    DeadlineExceeded,
    TooManyFailures,
    InternalError,
    ModuleIncomplete,

    // One person
    PersonUnknown,
    AddressMissing,
    AddressInvalid,
    AddressDuplicate,
    AddressChanged,
    AddressTaken,
    NameMissing,
    GuestSkipped,
    AccountNotAdoptable,
    AdoptionSkipped,
    AccountStateUnknown,
    AccountMismatch,
    AccountNotReadable,
    AccountDisabledByAdmin,
    AccountReenabledByAdmin,
    AccountPersonalByAdmin,
    OrphanAccount,

    // One group
    GroupUnreadable,
    GroupReadsEmpty,
    GroupNameTaken,
    GroupMissingInEntra,
    GroupsNotSupported,

    // Links by hand
    UserNotFound,
    UserAmbiguous,
    AccountAmbiguous,
    AccountLinkedAlready,
    LinkNotFound,
    WriteUnsettled,
#pragma warning restore CS1591
}
