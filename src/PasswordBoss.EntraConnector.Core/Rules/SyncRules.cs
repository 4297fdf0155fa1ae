namespace PasswordBoss.EntraConnector.Rules;

/// <summary>The rules of one connection. The defaults are the vendor's, if it has any.</summary>
public sealed record SyncRules
{
    /// <summary>The rules of a connection before an admin changes any.</summary>
    public static SyncRules Default { get; } = new();

    /// <summary>For a new user in the user group.</summary>
    public NewUserRule NewUser { get; init; } = NewUserRule.CreateActive;

    /// <summary>For a user deleted in Entra, restorable or permanently.</summary>
    public LeaverRule DeletedUser { get; init; } = LeaverRule.Disable;

    /// <summary>For a user in the group who is disabled in Entra.</summary>
    public LeaverRule DisabledUser { get; init; } = LeaverRule.Disable;

    /// <summary>For a user who exists but left the user group.</summary>
    public LeaverRule RemovedUser { get; init; } = LeaverRule.Disable;

    /// <summary>For an account that already has a new user's address.</summary>
    public ExistingAccountRule ExistingAccount { get; init; } = ExistingAccountRule.Adopt;

    /// <summary>For a synced group that was deselected, or deleted in Entra.</summary>
    public RemovedGroupRule RemovedGroup { get; init; } = RemovedGroupRule.Release;

    /// <summary>
    /// The days between the run that registers a leaving event with the rule Delete and the deletion; until then the account is disabled. 0 deletes at once.
    /// </summary>
    public int DeleteAfterDays { get; init; } = 30;
    /// <summary>When <see cref="DeleteAfterDays"/> was last changed, UTC; null if never. No waiting deletion is due on the first day after a change.</summary>
    public System.DateTimeOffset? DeleteAfterDaysChangedAt { get; init; }
    /// <summary>For a member of a synced group whose account is not linked.</summary>
    public UnknownMemberRule UnknownMember { get; init; } = UnknownMemberRule.Report;
    /// <summary>The source of a user's address.</summary>
    public EmailSource EmailSource { get; init; } = EmailSource.MailThenUserPrincipalName;

    /// <summary>For guests in the user group.</summary>
    public GuestUserRule GuestUser { get; init; } = GuestUserRule.Include;

    /// <summary>
    /// The maximum share of the active and pending linked accounts, in percent, that may be removed. Removals above it are refused if they also exceed
    /// <see cref="MaxRemovalCount"/>.
    /// </summary>
    public int MaxRemovalPercent { get; init; } = 20;

    /// <summary>Up to this number of removals in 24 hours is allowed, regardless of the percentage.</summary>
    public int MaxRemovalCount { get; init; } = 5;

    /// <summary>
    /// The hours between two full runs, which find changes made in Password Boss. From 1 to 144 (six days), because delta links expire after seven days.
    /// </summary>
    public int FullSyncHours { get; init; } = 24;

    /// <summary>These rules, with the time of the change if <see cref="DeleteAfterDays"/> differs from the rules before.</summary>
    /// <param name="before">The rules before.</param>
    /// <param name="now">The time, UTC.</param>
    public SyncRules ChangedFrom(SyncRules before, System.DateTimeOffset now) =>
        this with { DeleteAfterDaysChangedAt = DeleteAfterDays == before.DeleteAfterDays ? before.DeleteAfterDaysChangedAt : now };

    /// <summary>When a deletion is due.</summary>
    /// <param name="registeredAt">When a run registered the event, UTC.</param>
    public System.DateTimeOffset DeletionDue(System.DateTimeOffset registeredAt)
    {
        var due = registeredAt.AddDays(DeleteAfterDays);
        return DeleteAfterDaysChangedAt is { } changed && changed.AddDays(1) is var floor && floor > due ? floor : due;
    }

    /// <summary>The time up to which an event must have been registered for its deletion to be due now, UTC; null if none is due.</summary>
    /// <param name="now">The time, UTC.</param>
    public System.DateTimeOffset? LatestDueRegistration(System.DateTimeOffset now) =>
        DeleteAfterDaysChangedAt is { } changed && now < changed.AddDays(1) ? null : now.AddDays(-DeleteAfterDays);

    /// <summary>The rule for one leaving event.</summary>
    /// <param name="leaving">Why the user counts as a leaver.</param>
    public LeaverRule For(LeavingEvent leaving) => leaving switch
    {
        LeavingEvent.Deleted => DeletedUser,
        LeavingEvent.Removed => RemovedUser,
        LeavingEvent.Disabled => DisabledUser,
        _ => LeaverRule.None,
    };
}
