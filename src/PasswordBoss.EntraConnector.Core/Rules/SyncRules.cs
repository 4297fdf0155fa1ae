namespace PasswordBoss.EntraConnector.Rules;

/// <summary>The rules of one connection. The defaults are the vendor's, where it has them.</summary>
public sealed record SyncRules
{
    /// <summary>The rules of a connection for which nobody has chosen any.</summary>
    public static SyncRules Default { get; } = new();

    /// <summary>For a person who is new in the user group.</summary>
    public NewUserRule NewUser { get; init; } = NewUserRule.CreateActive;

    /// <summary>For a person who was deleted in Entra, soft or hard.</summary>
    public LeaverRule DeletedUser { get; init; } = LeaverRule.Disable;

    /// <summary>For a person in the group who was disabled in Entra.</summary>
    public LeaverRule DisabledUser { get; init; } = LeaverRule.Disable;

    /// <summary>For a person who exists and left the user group.</summary>
    public LeaverRule RemovedUser { get; init; } = LeaverRule.Disable;

    /// <summary>For an account that already stands at a new person's address.</summary>
    public ExistingAccountRule ExistingAccount { get; init; } = ExistingAccountRule.Adopt;

    /// <summary>For a synced group that was deselected, or deleted in Entra.</summary>
    public RemovedGroupRule RemovedGroup { get; init; } = RemovedGroupRule.Release;

    /// <summary>
    /// How many days after the run that took up a leaving event whose rule is Delete the account is deleted; until then it is disabled. 0 deletes at once.
    /// </summary>
    public int DeleteAfterDays { get; init; } = 30;
    /// <summary>When <see cref="DeleteAfterDays"/> was last changed, UTC; null when it never was. A change makes nothing due earlier than a day after it.</summary>
    public System.DateTimeOffset? DeleteAfterDaysChangedAt { get; init; }
    /// <summary>For a member of a synced group whose account is not linked.</summary>
    public UnknownMemberRule UnknownMember { get; init; } = UnknownMemberRule.Report;
    /// <summary>Where a person's address comes from.</summary>
    public EmailSource EmailSource { get; init; } = EmailSource.MailThenUserPrincipalName;

    /// <summary>For guests in the user group.</summary>
    public GuestUserRule GuestUser { get; init; } = GuestUserRule.Include;

    /// <summary>Removals above this share of the active and pending linked accounts, in percent, are refused when they exceed <see cref="MaxRemovalCount"/> too.</summary>
    public int MaxRemovalPercent { get; init; } = 20;

    /// <summary>Up to this number of removals in 24 hours never trips the percentage.</summary>
    public int MaxRemovalCount { get; init; } = 5;

    /// <summary>After this many hours a run reads everything again, to find what changed in Password Boss. From 1 to 144, because change tracking lives for seven days.</summary>
    public int FullSyncHours { get; init; } = 24;

    /// <summary>When a deletion is due.</summary>
    /// <param name="takenUp">When a run took up the event, UTC.</param>
    public System.DateTimeOffset DeletionDue(System.DateTimeOffset takenUp)
    {
        var due = takenUp.AddDays(DeleteAfterDays);
        return DeleteAfterDaysChangedAt is { } changed && changed.AddDays(1) is var floor && floor > due ? floor : due;
    }

    /// <summary>The latest time at which an event was taken up whose deletion is due now; null when none is.</summary>
    /// <param name="now">The time, UTC.</param>
    public System.DateTimeOffset? DeletionsDueSince(System.DateTimeOffset now) =>
        DeleteAfterDaysChangedAt is { } changed && now < changed.AddDays(1) ? null : now.AddDays(-DeleteAfterDays);

    /// <summary>The rule for one leaving event.</summary>
    /// <param name="leaving">Why the person counts as a leaver.</param>
    public LeaverRule For(LeavingEvent leaving) => leaving switch
    {
        LeavingEvent.Deleted => DeletedUser,
        LeavingEvent.Removed => RemovedUser,
        LeavingEvent.Disabled => DisabledUser,
        _ => LeaverRule.None,
    };
}
