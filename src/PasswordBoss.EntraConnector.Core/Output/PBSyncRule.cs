namespace PasswordBoss.EntraConnector;

/// <summary>The sync rules of one connection.</summary>
public sealed class PBSyncRule
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>For a new user in the user group.</summary>
    public NewUserRule NewUser { get; init; }
    /// <summary>For a user deleted in Entra.</summary>
    public LeaverRule DeletedUser { get; init; }
    /// <summary>For a user disabled in Entra.</summary>
    public LeaverRule DisabledUser { get; init; }
    /// <summary>For a user who left the user group.</summary>
    public LeaverRule RemovedUser { get; init; }
    /// <summary>For an account that already has a new user's address.</summary>
    public ExistingAccountRule ExistingAccount { get; init; }
    /// <summary>For a synced group that was deselected or deleted in Entra.</summary>
    public RemovedGroupRule RemovedGroup { get; init; }
    /// <summary>
    /// The days between the run that registers a leaving event with the rule Delete and the deletion; until then the account is disabled.
    /// </summary>
    public int DeleteAfterDays { get; init; }
    /// <summary>For a member of a synced group whose account is not linked.</summary>
    public UnknownMemberRule UnknownMember { get; init; }
    /// <summary>The source of a user's address.</summary>
    public EmailSource EmailSource { get; init; }
    /// <summary>For guests in the user group.</summary>
    public GuestUserRule GuestUser { get; init; }
    /// <summary>
    /// The maximum share of accounts, in percent, that may be removed. Removals above it are refused if they also exceed <see cref="MaxRemovalCount"/>.
    /// </summary>
    public int MaxRemovalPercent { get; init; }
    /// <summary>Up to this number of removals in 24 hours is allowed, regardless of the percentage.</summary>
    public int MaxRemovalCount { get; init; }
    /// <summary>The hours between two full runs, which find changes made in Password Boss.</summary>
    public int FullSyncHours { get; init; }
}
