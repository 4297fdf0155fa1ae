namespace PasswordBoss.EntraConnector;

/// <summary>The sync rules of one connection.</summary>
public sealed class PBSyncRule
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>For a person who is new in the user group.</summary>
    public NewUserRule NewUser { get; init; }
    /// <summary>For a person who was deleted in Entra.</summary>
    public LeaverRule DeletedUser { get; init; }
    /// <summary>For a person who was disabled in Entra.</summary>
    public LeaverRule DisabledUser { get; init; }
    /// <summary>For a person who left the user group.</summary>
    public LeaverRule RemovedUser { get; init; }
    /// <summary>For an account that already stands at a new person's address.</summary>
    public ExistingAccountRule ExistingAccount { get; init; }
    /// <summary>For a synced group that was deselected or deleted in Entra.</summary>
    public RemovedGroupRule RemovedGroup { get; init; }
    /// <summary>How many days after the run that took up a leaving event whose rule is Delete the account is deleted; until then it is disabled.</summary>
    public int DeleteAfterDays { get; init; }
    /// <summary>For a member of a synced group whose account is not linked.</summary>
    public UnknownMemberRule UnknownMember { get; init; }
    /// <summary>Where a person's address comes from.</summary>
    public EmailSource EmailSource { get; init; }
    /// <summary>For guests in the user group.</summary>
    public GuestUserRule GuestUser { get; init; }
    /// <summary>Removals above this share, in percent, are refused when they exceed <see cref="MaxRemovalCount"/> too.</summary>
    public int MaxRemovalPercent { get; init; }
    /// <summary>Up to this number of removals in 24 hours never trips the percentage.</summary>
    public int MaxRemovalCount { get; init; }
    /// <summary>After this many hours a run reads everything again, to find what changed in Password Boss.</summary>
    public int FullSyncHours { get; init; }
}
