namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The rows of the decision table: the condition of a linked account.</summary>
internal enum AccountCondition
{
    /// <summary>Active or pending, and not retired by the connector.</summary>
    InUse,
    /// <summary>Disabled by the connector.</summary>
    DisabledByUs,
    /// <summary>Disabled by the connector and hidden: the server returns 404 for its id, as some servers do for disabled accounts.</summary>
    DisabledAndHidden,
    /// <summary>Disabled, and never seen active since it was linked.</summary>
    NeverActive,
    /// <summary>Disabled by an admin of Password Boss.</summary>
    DisabledByAdmin,
    /// <summary>Retired by the connector, and enabled again by an admin of Password Boss.</summary>
    EnabledByAdmin,
    /// <summary>Retired by the connector, but no run has seen the effect (an older version, or a restored state), and in use now: it is unknown who enabled it.</summary>
    RetirementUnconfirmed,
    /// <summary>Made personal by the connector.</summary>
    Converted,
    /// <summary>Made personal, and not by the connector: by an admin of Password Boss, or by its owner.</summary>
    PersonalNotByUs,
    /// <summary>Certainly deleted.</summary>
    Gone,
    /// <summary>Not read, or in an unknown state.</summary>
    Unclear,
}
