using static PasswordBoss.EntraConnector.Errors.ErrorId;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>The properties of each <see cref="ErrorId"/>, such as its kind, and whether a retry may help.</summary>
public static class ErrorCatalog
{
#pragma warning disable CS8524 // Callers pass named values only; a named value that is missing here is CS8509, an error.
    /// <summary>The kind of the error.</summary>
    /// <param name="id">The error.</param>
    public static ErrorKind KindOf(ErrorId id) => id switch
    {
        ConnectionNotFound or NoConnection or TagNotFound or GroupNotFound or UserGroupNotFound or AccountNotFound or SandboxUserUnknown
            or GroupMissingInEntra or DirectoryObjectMissing or TaskNotFound or UserNotFound or LinkNotFound or AlertNotFound or NothingToActivate => ErrorKind.ObjectNotFound,
        ConnectionAmbiguous or ConnectionGivenTwice or ConnectionNameInvalid or ConnectionIncomplete or CredentialMissing or CredentialAmbiguous
            or CertificateNotUsable or EndpointInvalid or EndpointNotHttps or RuleValueInvalid or GroupAmbiguous or ReapplyNeedsFull
            or SandboxNameAmbiguous or ApplicationAmbiguous or AdminOfOtherTenant or TaskIntervalNotSupported or TaskProgramUnusable
            or UserAmbiguous or AccountAmbiguous or ChangeNotProven or NothingCurrent or GroupNotSuitable
            or ConnectionTagInvalid or PatternInvalid or ConnectionUnnamed or UserNotAlone or FileUnusable or WebhookInvalid or PassphraseWeak
            => ErrorKind.InvalidArgument,
        ConnectionDuplicate or FileExists or StoreNotEmpty or AccountExists or GroupNameTaken or AddressTaken or AccountLinkedAlready => ErrorKind.ResourceExists,
        ConnectionFixed or RuleNotSupported or ForceNeedsOnePausedConnection or NotASandbox or UserGroupNotChosen
            or SandboxChangeRefused or AccountServerWithoutPatch or GroupsNotSupported or NativeLibraryMissing or NativeLibraryTooOld or ReleaseNotSupported or SchedulerRefused
            or TaskNotShown or TaskResidentNotSupported or DirectoryRefused or StateNotActivated or UserNeedsFullRun
            => ErrorKind.InvalidOperation,
        TenantUnknown or ApplicationUnknown or ApplicationDisabled or SecretWrong or SecretIdPasted or SecretExpired
            or CertificateRejected or ClockWrong or CloudMismatch or AccessBlocked or FederationRejected or ConsentMissing or SignInFailed
            or CredentialUnavailable or AdminSignInFailed or AdminTokenUnusable or GraphUnauthorized or AccountServerTokenRejected or SecretUnreadable or SecretMissing
            or AlertUnreadable
            => ErrorKind.AuthenticationError,
        PermissionMissing or ChangesNotTracked or MembersUnreadable or AccountServerForbidden or UserGroupHidden or AdminNotAllowed
            => ErrorKind.PermissionDenied,
        SignInUnreachable or GraphUnreachable or AccountServerUnreachable => ErrorKind.ConnectionError,
        GraphUntrusted or AccountServerUntrusted or ForeignHost or SettingsNotProven or TaskProgramUnsafe or KeysOpenToOthers => ErrorKind.SecurityError,
        GraphThrottled or GraphFailed or ChangesLost or AccountServerThrottled or AccountServerFailed or PersonUnknown or AccountNotReadable
            => ErrorKind.ResourceUnavailable,
        RemovalLimitExceeded or AccountsGoneLimitExceeded or RemovalWaits or RecoveredLeaver or MembershipLimitExceeded or UserGroupEmpty or LicenseLimit or TooManyFailures
            => ErrorKind.LimitsExceeded,
        AlreadyRunning or StateBusy or WriteUnsettled or ConfigurationOutdated => ErrorKind.ResourceBusy,
        StateFolderUnusable => ErrorKind.WriteError,
        Cancelled or DeadlineExceeded or FullReadTooSlow => ErrorKind.OperationStopped,
        ModuleIncomplete or SchedulerUnavailable or StateMoved => ErrorKind.ResourceUnavailable,
        InternalError => ErrorKind.NotSpecified,
        ConfigurationInvalid or ConfigurationTooNew or BackupUnreadable or BackupTooNew or GraphAnswerInvalid or AccountServerNotScim or AccountServerAnswerInvalid or AccountRefused
            or StateDamaged or StateFromNewerVersion or StateVanished or ConnectionDamaged or StoredTextDamaged or UserGroupUnreadable
            or AddressMissing or AddressInvalid or AddressDomainUnmapped or AddressDuplicate or AddressChanged or NameMissing or GuestSkipped
            or AccountNotAdoptable or AdoptionSkipped or AccountStateUnknown or AccountMismatch or AccountDisabledByAdmin or AccountReenabledByAdmin
            or AccountPersonalByAdmin or OrphanAccount or NotConfirmed or EffectNotRead or AccountNeverActive or AccountNeverDeleted or AccountGone
            or ConversionWaits or DeletionDropped or StoreNotAlone or AccountUnreadable or GroupMembersNotShown or GroupUnreadable or GroupReadsEmpty
            or UnknownMember or AccountGroupUnreadable
            => ErrorKind.InvalidData,
    };
#pragma warning restore CS8524

    /// <summary>Whether a later attempt may succeed without any change.</summary>
    /// <param name="id">The error.</param>
    public static bool IsTransient(ErrorId id) => id is SignInUnreachable or GraphUnreachable or GraphThrottled or GraphFailed
        or AccountServerUnreachable or AccountServerThrottled or AccountServerFailed or StateBusy or AlreadyRunning;

    /// <summary>
    /// Whether the run is complete without the change and nothing is left to retry: a rule or an admin of Password Boss intends this, or the server does not
    /// support what would be needed (<see cref="GroupMembersNotShown"/>).
    /// </summary>
    /// <param name="id">The error.</param>
    public static bool NeedsNoRetry(ErrorId id) => id is GuestSkipped or AdoptionSkipped or AccountDisabledByAdmin or AccountReenabledByAdmin or AccountPersonalByAdmin
        or AccountNeverDeleted or DeletionDropped or GroupMembersNotShown;

    /// <summary>Whether the server may have done the write: the response was lost, or could not be read.</summary>
    /// <param name="id">The error of the write.</param>
    public static bool MayBeDone(ErrorId id) => IsTransient(id) || id is AccountServerAnswerInvalid or AccountServerNotScim;

    /// <summary>Whether the error means that Microsoft refused the application, so that the status is Not authorized.</summary>
    /// <param name="id">The error.</param>
    public static bool MeansNotAuthorized(ErrorId id) => id is TenantUnknown or ApplicationUnknown or ApplicationDisabled or SecretWrong
        or SecretIdPasted or SecretExpired or CertificateRejected or ClockWrong or CloudMismatch or AccessBlocked or FederationRejected or ConsentMissing
        or SignInFailed or GraphUnauthorized or PermissionMissing or MembersUnreadable;

    /// <summary>Whether nothing can be read from Graph until an admin acts: Microsoft refused the application, or its credential is not available on this machine.</summary>
    /// <param name="id">The error.</param>
    public static bool MeansNoAccess(ErrorId id) => MeansNotAuthorized(id) || id is CredentialUnavailable;

    /// <summary>Whether there is no token, so that no request to Graph can be sent. A refusal by Graph itself may concern only one object.</summary>
    /// <param name="id">The error.</param>
    public static bool MeansNoToken(ErrorId id) => id is SignInUnreachable || (MeansNoAccess(id) && id is not (GraphUnauthorized or PermissionMissing or MembersUnreadable));
}
