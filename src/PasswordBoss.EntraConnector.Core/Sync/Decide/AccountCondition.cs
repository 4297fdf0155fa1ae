namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The rows of the decision table: what is known of the account that somebody is linked to.</summary>
internal enum AccountCondition
{
    /// <summary>Active or pending, and not taken away by us.</summary>
    InUse,
    /// <summary>Disabled by us.</summary>
    DisabledByUs,
    /// <summary>Disabled by us, and not shown any more: the server answers 404 for its id, as some do for disabled accounts.</summary>
    DisabledAndHidden,
    /// <summary>Disabled, and never read active since it was linked.</summary>
    NeverActive,
    /// <summary>Disabled by an admin of Password Boss.</summary>
    DisabledByAdmin,
    /// <summary>Taken away by us, and given back by an admin of Password Boss.</summary>
    EnabledByAdmin,
    /// <summary>Taken away by a version that did not read the effect, and in use now: nobody knows who did what.</summary>
    NeverSeenDone,
    /// <summary>Made personal by us.</summary>
    Converted,
    /// <summary>Made personal by an admin of Password Boss, or by its owner.</summary>
    PersonalByAdmin,
    /// <summary>Gone for certain.</summary>
    Gone,
    /// <summary>Not read, or in a state that nobody can tell.</summary>
    Unclear,
}
